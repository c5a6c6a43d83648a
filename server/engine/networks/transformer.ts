import { z } from 'zod';
import { gelu, quickGelu } from '../graph/activations.ts';
import type { Initialiser, Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import type { Problem } from '../problems.ts';
import { linear } from './linear.ts';
import { ones, torchDefault, zeros } from './torchInitialisers.ts';

const transformerActivations = ['quick-gelu', 'gelu'] as const;

/** The parameters that both of CLIP's transformers have. */
export const transformerParams = {
  layers: z.int().min(1).max(256).default(4).describe('Number of transformer blocks.'),
  heads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Attention heads; width / 64 unless given, as in CLIP.'),
  dimension: z.int().min(1).max(65536).default(128).describe('Columns of the embeddings.'),
  activation: z
    .enum(transformerActivations)
    .default('quick-gelu')
    .describe("Non-linearity of the perceptrons: quick-gelu as in OpenAI's CLIP, or the exact gelu."),
};

/** What the blocks of a transformer have in common. */
export interface TransformerShape {
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly activation: (typeof transformerActivations)[number];
}

/** The distributions that the weight matrices of each block are drawn from. */
export interface TransformerInitialisers {
  readonly attentionInput: Initialiser;
  readonly attentionOutput: Initialiser;
  readonly hidden: Initialiser;
  readonly output: Initialiser;
}

/** Heads of 64 entries, as CLIP has them. */
export function headsFor(width: number): number {
  return Math.max(1, Math.floor(width / 64));
}

/** A problem when the heads do not divide the width. */
export function checkHeads(width: number, heads: number): Problem[] {
  if (width % heads === 0) return [];
  const message = `The width, ${width}, must be a multiple of the number of heads, ${heads}`;
  return [{ code: 'network-heads', severity: 'error', message, path: ['heads'] }];
}

/**
 * CLIP's transformer: residual blocks of multi-head self-attention and a two-layer perceptron, each behind a layer
 * normalisation. Parameters are named `<prefix>.resblocks.<block>.…`.
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
  let hidden = x;
  for (let block = 0; block < shape.layers; block++) {
    const name = `${prefix}.resblocks.${block}`;
    const attended = attention(
      builder,
      layerNormalised(builder, hidden, `${name}.ln_1`),
      `${name}.attn`,
      shape.heads,
      initialisers,
      mask,
    );
    hidden = builder.add(hidden, attended);
    const transformed = perceptron(
      builder,
      layerNormalised(builder, hidden, `${name}.ln_2`),
      `${name}.mlp`,
      shape,
      initialisers,
    );
    hidden = builder.add(hidden, transformed);
  }
  return hidden;
}

/** Layer normalisation over the last axis, with the parameters `<name>.weight` and `<name>.bias`. */
export function layerNormalised(builder: GraphBuilder, x: Tensor, name: string): Tensor {
  const width = Number(x.shape.at(-1));
  const scale = builder.parameter(`${name}.weight`, [width], ones);
  const offset = builder.parameter(`${name}.bias`, [width], zeros);
  return builder.layerNormalisation(x, scale, offset);
}

function attention(
  builder: GraphBuilder,
  x: Tensor,
  name: string,
  heads: number,
  initialisers: TransformerInitialisers,
  mask: Tensor | undefined,
): Tensor {
  const [batch, positions, width] = x.shape as [string | number, number, number];
  const headWidth = width / heads;
  const projected = linear(
    builder,
    x,
    3 * width,
    { weight: `${name}.in_proj_weight`, bias: `${name}.in_proj_bias` },
    { weight: initialisers.attentionInput, bias: zeros },
  );
  // The columns are queries, keys and values, and within each the heads: batch × (3·heads) × positions × headWidth.
  const split = builder.transpose(
    builder.reshape(projected, [batch, positions, 3 * heads, headWidth]),
    [0, 2, 1, 3],
  );
  const [queries, keys, values] = [0, 1, 2].map((part) =>
    builder.slice(split, 1, part * heads, (part + 1) * heads),
  ) as [Tensor, Tensor, Tensor];
  const scaled = builder.multiply(queries, 1 / Math.sqrt(headWidth));
  const scores = builder.matmul(scaled, builder.transpose(keys));
  const weights = builder.softmax(mask ? builder.add(scores, mask) : scores, -1);
  const merged = builder.reshape(builder.transpose(builder.matmul(weights, values), [0, 2, 1, 3]), [
    batch,
    positions,
    width,
  ]);
  return linear(
    builder,
    merged,
    width,
    { weight: `${name}.out_proj.weight`, bias: `${name}.out_proj.bias` },
    { weight: initialisers.attentionOutput, bias: zeros },
  );
}

function perceptron(
  builder: GraphBuilder,
  x: Tensor,
  name: string,
  { width, activation }: TransformerShape,
  initialisers: TransformerInitialisers,
): Tensor {
  const activate = activation === 'gelu' ? gelu : quickGelu;
  const hidden = linear(
    builder,
    x,
    4 * width,
    { weight: `${name}.c_fc.weight`, bias: `${name}.c_fc.bias` },
    { weight: initialisers.hidden, bias: torchDefault(width) },
  );
  return linear(
    builder,
    activate(builder, hidden),
    width,
    { weight: `${name}.c_proj.weight`, bias: `${name}.c_proj.bias` },
    { weight: initialisers.output, bias: torchDefault(4 * width) },
  );
}
