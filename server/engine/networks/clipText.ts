import { z } from 'zod';
import type { Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import { layerNormalised } from './layerNormalised.ts';
import { defineNetwork } from './network.ts';
import { normal, torchDefault } from './torchInitialisers.ts';
import { transformer } from './transformer.ts';
import { blockShape, checkHeads, transformerParams } from './transformerParams.ts';

/**
 * Added to the scores of positions that may not be attended to: large enough that their softmax is exactly zero in
 * float32, and finite, because shader languages need not know infinity.
 */
const forbidden = -1e9;

const params = z.strictObject({
  vocabulary: z
    .int()
    .min(3)
    .max(1_000_000)
    .default(258)
    .describe(
      'Number of different tokens; the highest one ends a text. 258 holds every byte, a start and an end.',
    ),
  context: z.int().min(2).max(4096).default(128).describe('Tokens of a text, start and end included.'),
  width: z.int().min(1).max(16384).default(128).describe('Entries of the vector that each token becomes.'),
  ...transformerParams,
});

/** CLIP's text transformer, drawn as OpenAI's `CLIP.initialize_parameters` draws it, which open_clip follows. */
export const clipText = defineNetwork({
  kind: 'clip-text',
  title: 'CLIP text transformer',
  description:
    "CLIP's text encoder: causal transformer blocks, the embedding taken where the text ends. That of ViT-B/32 is vocabulary 49408, context 77, width 512, layers 12, dimension 512.",
  reference: 'Radford et al., ICML 2021; github.com/openai/CLIP, clip/model.py',
  params,
  check: ({ width, heads }) => checkHeads(width, heads),
  input: ({ context, vocabulary }) => ({ kind: 'tokens', context, vocabulary }),
  build({ vocabulary, context, ...params }, builder, tokens) {
    const { width, layers, dimension } = params;
    const blocks = blockShape(params, 'openai');
    const batch = tokens.shape[0]!;
    const embeddings = builder.parameter('token_embedding.weight', [vocabulary, width], normal(0.02));
    const positions = builder.parameter('positional_embedding', [context, width], normal(0.01));
    const residual = normal(1 / Math.sqrt(2 * width * layers));
    const hidden = transformer(
      builder,
      builder.add(builder.gather(embeddings, tokens), positions),
      'transformer.resblocks',
      blocks,
      {
        attentionInput: normal(1 / Math.sqrt(width)),
        attentionOutput: residual,
        hidden: normal(1 / Math.sqrt(2 * width)),
        hiddenBias: torchDefault(width),
        output: residual,
        outputBias: torchDefault(blocks.mlpWidth),
      },
      causalMask(builder, context),
    );
    const normalised = layerNormalised(builder, hidden, 'ln_final', blocks.layerNormEpsilon);
    const ends = atEnd(builder, tokens, normalised);
    const projection = builder.parameter('text_projection', [width, dimension], normal(1 / Math.sqrt(width)));
    return builder.matmul(builder.reshape(ends, [batch, width]), projection);
  },
});

/** Each position attends to itself and to those before it. */
function causalMask(builder: GraphBuilder, context: number): Tensor {
  const mask = new Float32Array(context * context);
  for (let row = 0; row < context; row++) mask.fill(forbidden, row * context + row + 1, (row + 1) * context);
  return builder.constant(mask, [context, context]);
}

/**
 * The hidden vector at the highest token of each text, as batch × 1 × width: a product with one-hot rows, which has
 * a gradient on every runtime.
 */
function atEnd(builder: GraphBuilder, tokens: Tensor, hidden: Tensor): Tensor {
  const [batch, context] = tokens.shape as [string | number, number];
  const end = builder.reshape(builder.argmax(tokens, 1), [batch, 1, 1]);
  const positions = builder.constant(
    Int32Array.from({ length: context }, (_, index) => index),
    [1, 1, context],
  );
  return builder.matmul(builder.cast(builder.equal(positions, end), 'float32'), hidden);
}
