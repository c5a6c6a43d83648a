import { z } from 'zod';
import { layerNormalised } from './layerNormalised.ts';
import { linear } from './linear.ts';
import { defineNetwork } from './network.ts';
import { lecunNormal, siglipBlockInitialisers } from './siglipInitialisers.ts';
import { normal, zeros } from './torchInitialisers.ts';
import { transformer } from './transformer.ts';
import { blockShape, checkHeads, dimensionParam, siglipTransformerParams } from './transformerParams.ts';

const params = z.strictObject({
  vocabulary: z
    .int()
    .min(3)
    .max(1_000_000)
    .default(258)
    .describe('Number of different tokens. 258 holds every byte, a start and an end.'),
  context: z.int().min(2).max(4096).default(64).describe('Tokens of a text, padding included.'),
  width: z.int().min(1).max(16384).default(128).describe('Entries of the vector that each token becomes.'),
  ...siglipTransformerParams,
  dimension: dimensionParam,
});

/** SigLIP's text transformer, drawn as Hugging Face's transformers draw it before training. */
export const siglipText = defineNetwork({
  kind: 'siglip-text',
  title: 'SigLIP text transformer',
  description:
    "SigLIP's text encoder: transformer blocks in which every token attends to every other, padding included, the embedding taken at the last one. That of base-patch16-224 is vocabulary 32000, context 64, width 768, layers 12, dimension 768.",
  reference: 'Zhai et al., ICCV 2023; github.com/huggingface/transformers, models/siglip/modeling_siglip.py',
  params,
  check: ({ width, heads }) => checkHeads(width, heads),
  input: ({ context, vocabulary }) => ({ kind: 'tokens', context, vocabulary }),
  build({ vocabulary, context, dimension, ...params }, builder, tokens) {
    const { width } = params;
    const blocks = blockShape(params, 'hugging-face');
    const prefix = 'text_model.embeddings';
    const drawn = normal(1 / Math.sqrt(width));
    const embeddings = builder.parameter(`${prefix}.token_embedding.weight`, [vocabulary, width], drawn);
    const positions = builder.parameter(`${prefix}.position_embedding.weight`, [context, width], drawn);
    const hidden = transformer(
      builder,
      builder.add(builder.gather(embeddings, tokens), positions),
      'text_model.encoder.layers',
      blocks,
      siglipBlockInitialisers(width, blocks.mlpWidth),
    );
    const last = builder.reshape(builder.slice(hidden, 1, context - 1, context), [tokens.shape[0]!, width]);
    return linear(
      builder,
      layerNormalised(builder, last, 'text_model.final_layer_norm', blocks.layerNormEpsilon),
      dimension,
      { weight: 'text_model.head.weight', bias: 'text_model.head.bias' },
      { weight: lecunNormal(width), bias: zeros },
    );
  },
});
