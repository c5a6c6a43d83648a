import { gelu, geluTanh, quickGelu } from '../graph/activations.ts';
import type { Initialiser, Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import { joinedAttention, separateAttention } from './attention.ts';
import { layerNormalised } from './layerNormalised.ts';
import { linear } from './linear.ts';

/** What the blocks of a transformer have in common. */
export interface TransformerShape {
  readonly layers: number;
  readonly heads: number;
  /** Hidden entries of the perceptrons. */
  readonly mlpWidth: number;
  readonly activation: 'quick-gelu' | 'gelu' | 'gelu-tanh';
  readonly layerNormEpsilon: number;
  /** Whose names the parameters of a block have. */
  readonly naming: 'openai' | 'hugging-face';
}

/** The distributions that the perceptron of a block is drawn from. */
export interface PerceptronInitialisers {
  readonly hidden: Initialiser;
  readonly hiddenBias: Initialiser;
  readonly output: Initialiser;
  readonly outputBias: Initialiser;
}

/** The distributions that each block is drawn from. */
export interface TransformerInitialisers extends PerceptronInitialisers {
  readonly attentionInput: Initialiser;
  readonly attentionOutput: Initialiser;
}

const namings = {
  openai: {
    attentionNorm: 'ln_1',
    attention: 'attn',
    mlpNorm: 'ln_2',
    hidden: 'mlp.c_fc',
    output: 'mlp.c_proj',
  },
  'hugging-face': {
    attentionNorm: 'layer_norm1',
    attention: 'self_attn',
    mlpNorm: 'layer_norm2',
    hidden: 'mlp.fc1',
    output: 'mlp.fc2',
  },
} as const;

/**
 * The transformer of CLIP and SigLIP: residual blocks of multi-head self-attention and a two-layer perceptron, each
 * behind a layer normalisation. Parameters are named `<prefix>.<block>.…`.
 *
 * @param x batch × positions × width.
 * @param mask positions × positions, added to the attention scores.
 */
export function transformer(
  builder: GraphBuilder,
  x: Tensor,
  prefix: string,
  shape: TransformerShape,
  initialisers: TransformerInitialisers,
  mask?: Tensor,
): Tensor {
  const names = namings[shape.naming];
  const attention = shape.naming === 'openai' ? joinedAttention : separateAttention;
  const attentionOptions = {
    heads: shape.heads,
    initialisers: { input: initialisers.attentionInput, output: initialisers.attentionOutput },
    mask,
  };
  const normalised = (tensor: Tensor, name: string): Tensor =>
    layerNormalised(builder, tensor, name, shape.layerNormEpsilon);
  let hidden = x;
  for (let block = 0; block < shape.layers; block++) {
    const name = `${prefix}.${block}`;
    const attended = attention(
      builder,
      normalised(hidden, `${name}.${names.attentionNorm}`),
      `${name}.${names.attention}`,
      attentionOptions,
    );
    hidden = builder.add(hidden, attended);
    const transformed = perceptron(
      builder,
      normalised(hidden, `${name}.${names.mlpNorm}`),
      { hidden: `${name}.${names.hidden}`, output: `${name}.${names.output}` },
      shape,
      initialisers,
    );
    hidden = builder.add(hidden, transformed);
  }
  return hidden;
}

/** The perceptron of a block: a hidden layer with a non-linearity, and back to the width of `x`. */
export function perceptron(
  builder: GraphBuilder,
  x: Tensor,
  names: { readonly hidden: string; readonly output: string },
  { mlpWidth, activation }: Pick<TransformerShape, 'mlpWidth' | 'activation'>,
  initialisers: PerceptronInitialisers,
): Tensor {
  const activate = { gelu, 'gelu-tanh': geluTanh, 'quick-gelu': quickGelu }[activation];
  const hidden = linear(
    builder,
    x,
    mlpWidth,
    { weight: `${names.hidden}.weight`, bias: `${names.hidden}.bias` },
    { weight: initialisers.hidden, bias: initialisers.hiddenBias },
  );
  return linear(
    builder,
    activate(builder, hidden),
    Number(x.shape.at(-1)),
    { weight: `${names.output}.weight`, bias: `${names.output}.bias` },
    { weight: initialisers.output, bias: initialisers.outputBias },
  );
}
