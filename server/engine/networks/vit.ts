import { z } from 'zod';
import type { Problem } from '../problems.ts';
import { layerNormalised } from './layerNormalised.ts';
import { defineNetwork } from './network.ts';
import { normal, torchDefault, xavierUniform } from './torchInitialisers.ts';
import { transformer } from './transformer.ts';
import { blockShape, checkHeads, transformerParams } from './transformerParams.ts';

const params = z.strictObject({
  imageSize: z.int().min(1).max(4096).default(64).describe('Height and width of the images, in pixels.'),
  patchSize: z
    .int()
    .min(1)
    .max(4096)
    .default(8)
    .describe('Height and width of a patch; divides the image size.'),
  width: z.int().min(1).max(16384).default(128).describe('Entries of the vector that each patch becomes.'),
  ...transformerParams,
});

/** CLIP's vision transformer, drawn as OpenAI's code draws it before training, which open_clip follows. */
export const vit = defineNetwork({
  kind: 'vit',
  title: 'Vision transformer',
  description:
    "CLIP's image encoder: patches, a class token, transformer blocks and a projection. ViT-B/32 is imageSize 224, patchSize 32, width 768, layers 12, dimension 512.",
  reference:
    'Dosovitskiy et al., ICLR 2021; Radford et al., ICML 2021; github.com/openai/CLIP, clip/model.py',
  params,
  check({ imageSize, patchSize, width, heads }): Problem[] {
    const problems = checkHeads(width, heads);
    if (imageSize % patchSize !== 0) {
      const message = `The image size, ${imageSize}, must be a multiple of the patch size, ${patchSize}`;
      problems.push({ code: 'network-patch-size', severity: 'error', message, path: ['patchSize'] });
    }
    return problems;
  },
  input: ({ imageSize }) => ({ kind: 'image', size: imageSize }),
  build({ imageSize, patchSize, ...params }, builder, images) {
    const { width, dimension } = params;
    const blocks = blockShape(params, 'openai');
    const batch = images.shape[0]!;
    const patches = (imageSize / patchSize) ** 2;
    const deviation = 1 / Math.sqrt(width);

    const filters = builder.parameter(
      'visual.conv1.weight',
      [width, 3, patchSize, patchSize],
      torchDefault(3 * patchSize ** 2),
    );
    const grid = builder.convolution(images, filters, { stride: patchSize });
    const embedded = builder.transpose(builder.reshape(grid, [batch, width, patches]));
    const classToken = builder.parameter('visual.class_embedding', [width], normal(deviation));
    const classTokens = builder.broadcast(classToken, builder.slice(embedded, 1, 0, 1));
    const positions = builder.parameter(
      'visual.positional_embedding',
      [patches + 1, width],
      normal(deviation),
    );
    const tokens = builder.add(builder.concatenate([classTokens, embedded], 1), positions);

    const hidden = transformer(
      builder,
      layerNormalised(builder, tokens, 'visual.ln_pre', blocks.layerNormEpsilon),
      'visual.transformer.resblocks',
      blocks,
      {
        attentionInput: xavierUniform(width, 3 * width),
        attentionOutput: torchDefault(width),
        hidden: torchDefault(width),
        hiddenBias: torchDefault(width),
        output: torchDefault(blocks.mlpWidth),
        outputBias: torchDefault(blocks.mlpWidth),
      },
    );
    const pooled = builder.reshape(builder.slice(hidden, 1, 0, 1), [batch, width]);
    const projection = builder.parameter('visual.proj', [width, dimension], normal(deviation));
    const normalised = layerNormalised(builder, pooled, 'visual.ln_post', blocks.layerNormEpsilon);
    return builder.matmul(normalised, projection);
  },
});
