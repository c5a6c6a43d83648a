import { z } from 'zod';
import type { Tensor } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graphBuilder.ts';
import type { Problem } from '../problems.ts';
import { queryAttention } from './attention.ts';
import { layerNormalised } from './layerNormalised.ts';
import { defineNetwork } from './network.ts';
import { lecunNormal, siglipBlockInitialisers, siglipPerceptronInitialisers } from './siglipInitialisers.ts';
import { normal, xavierUniform, zeros } from './torchInitialisers.ts';
import { perceptron, transformer, type TransformerShape } from './transformer.ts';
import { blockShape, checkHeads, siglipTransformerParams } from './transformerParams.ts';

const params = z.strictObject({
  imageSize: z.int().min(1).max(4096).default(64).describe('Height and width of the images, in pixels.'),
  patchSize: z
    .int()
    .min(1)
    .max(4096)
    .default(8)
    .describe(
      'Height and width of a patch; pixels at the right and the bottom that fill no patch are not seen.',
    ),
  width: z
    .int()
    .min(1)
    .max(16384)
    .default(128)
    .describe('Entries of the vector that each patch becomes, and columns of the embeddings.'),
  ...siglipTransformerParams,
});

/** SigLIP's vision transformer, drawn as Hugging Face's transformers draw it before training. */
export const siglipVision = defineNetwork({
  kind: 'siglip-vision',
  title: 'SigLIP vision transformer',
  description:
    "SigLIP's image encoder: patches, transformer blocks, and a learned query that attends to all of them. That of base-patch16-224 is imageSize 224, patchSize 16, width 768, layers 12.",
  reference: 'Zhai et al., ICCV 2023; github.com/huggingface/transformers, models/siglip/modeling_siglip.py',
  params,
  check({ imageSize, patchSize, width, heads }): Problem[] {
    const problems = checkHeads(width, heads);
    if (patchSize > imageSize) {
      const message = `The patch size, ${patchSize}, must be at most the image size, ${imageSize}`;
      problems.push({ code: 'network-patch-size', severity: 'error', message, path: ['patchSize'] });
    }
    return problems;
  },
  input: ({ imageSize }) => ({ kind: 'image', size: imageSize }),
  build({ imageSize, patchSize, ...params }, builder, images) {
    const { width } = params;
    const blocks = blockShape(params, 'hugging-face');
    const patches = Math.floor(imageSize / patchSize) ** 2;
    const prefix = 'vision_model.embeddings';
    const filters = builder.parameter(
      `${prefix}.patch_embedding.weight`,
      [width, 3, patchSize, patchSize],
      lecunNormal(3 * patchSize ** 2),
    );
    const grid = builder.convolution(images, filters, { stride: patchSize });
    const embedded = builder.transpose(builder.reshape(grid, [images.shape[0]!, width, patches]));
    const offsets = builder.parameter(`${prefix}.patch_embedding.bias`, [width], zeros);
    const positions = builder.parameter(
      `${prefix}.position_embedding.weight`,
      [patches, width],
      normal(1 / Math.sqrt(width)),
    );
    const hidden = transformer(
      builder,
      builder.add(builder.add(embedded, offsets), positions),
      'vision_model.encoder.layers',
      blocks,
      siglipBlockInitialisers(width, blocks.mlpWidth),
    );
    const normalised = layerNormalised(
      builder,
      hidden,
      'vision_model.post_layernorm',
      blocks.layerNormEpsilon,
    );
    return attentionPooled(builder, normalised, 'vision_model.head', blocks);
  },
});

/**
 * What a learned query, the probe, finds when it attends to all patches, and a perceptron with a residual connection.
 *
 * @param x batch × patches × width.
 * @returns batch × width.
 */
function attentionPooled(builder: GraphBuilder, x: Tensor, name: string, blocks: TransformerShape): Tensor {
  const [batch, , width] = x.shape as [string | number, number, number];
  const probe = builder.parameter(`${name}.probe`, [1, 1, width], xavierUniform(width, width));
  const found = queryAttention(
    builder,
    builder.broadcast(probe, builder.slice(x, 1, 0, 1)),
    x,
    `${name}.attention`,
    {
      heads: blocks.heads,
      initialisers: { input: xavierUniform(width, 3 * width), output: lecunNormal(width) },
    },
  );
  const transformed = perceptron(
    builder,
    layerNormalised(builder, found, `${name}.layernorm`, blocks.layerNormEpsilon),
    { hidden: `${name}.mlp.fc1`, output: `${name}.mlp.fc2` },
    blocks,
    siglipPerceptronInitialisers(width, blocks.mlpWidth),
  );
  return builder.reshape(builder.add(found, transformed), [batch, width]);
}
