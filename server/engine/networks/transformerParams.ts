import { z } from 'zod';
import type { Problem } from '../problems.ts';
import type { TransformerShape } from './transformer.ts';

/** The parameters of a transformer's blocks, for embeddings of a width that the network has beside them. */
export const blockParams = {
  layers: z.int().min(1).max(256).default(4).describe('Number of transformer blocks.'),
  heads: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('Attention heads; width / 64 unless given, as in CLIP.'),
  mlpWidth: z
    .int()
    .min(1)
    .max(65536)
    .optional()
    .describe('Hidden entries of the perceptrons; 4 · width unless given.'),
};

/** Columns of the embeddings of a network that ends in a projection. */
export const dimensionParam = z.int().min(1).max(65536).default(128).describe('Columns of the embeddings.');

const activations = z.enum(['quick-gelu', 'gelu', 'gelu-tanh']);
const epsilon = z.number().positive().max(1);

/** The parameters that both of CLIP's transformers have. */
export const transformerParams = {
  ...blockParams,
  dimension: dimensionParam,
  activation: activations
    .default('quick-gelu')
    .describe(
      "Non-linearity of the perceptrons: quick-gelu as in OpenAI's CLIP, the exact gelu, or its approximation with tanh.",
    ),
  layerNormEpsilon: epsilon.default(1e-5).describe('Added to variances in layer normalisation.'),
};

/** The parameters that both of SigLIP's transformers have. */
export const siglipTransformerParams = {
  ...blockParams,
  activation: activations
    .default('gelu-tanh')
    .describe(
      'Non-linearity of the perceptrons: gelu-tanh as in SigLIP, the approximation with tanh; the exact gelu; or quick-gelu.',
    ),
  layerNormEpsilon: epsilon.default(1e-6).describe('Added to variances in layer normalisation.'),
};

/** The shape of blocks from a network's parameters, with heads of 64 entries unless given. */
export function blockShape(
  {
    width,
    layers,
    heads,
    mlpWidth,
    activation,
    layerNormEpsilon,
  }: {
    readonly width: number;
    readonly layers: number;
    readonly heads?: number | undefined;
    readonly mlpWidth?: number | undefined;
    readonly activation: TransformerShape['activation'];
    readonly layerNormEpsilon: number;
  },
  naming: TransformerShape['naming'],
): TransformerShape {
  return {
    layers,
    heads: heads ?? headsFor(width),
    mlpWidth: mlpWidth ?? 4 * width,
    activation,
    layerNormEpsilon,
    naming,
  };
}

/** A problem when the heads do not divide the width. */
export function checkHeads(width: number, given: number | undefined): Problem[] {
  const heads = given ?? headsFor(width);
  if (width % heads === 0) return [];
  const message = `The width, ${width}, must be a multiple of the number of heads, ${heads}`;
  return [{ code: 'network-heads', severity: 'error', message, path: ['heads'] }];
}

function headsFor(width: number): number {
  return Math.max(1, Math.floor(width / 64));
}
