import { z } from 'zod';

export const precisions = ['fp32', 'fp16'] as const;
export type Precision = (typeof precisions)[number];

/** Parameters of every encoder that runs a model. */
export const inferenceParams = {
  precision: z
    .enum(precisions)
    .default('fp32')
    .describe(
      'Numbers that the model computes with. `fp16` is faster on many GPUs, and rounds to three digits.',
    ),
  batchSize: z
    .int()
    .min(1)
    .max(65_536)
    .optional()
    .describe('Items embedded at a time. Left out, the fastest number is looked for while embedding.'),
};

/** A parameter of encoders that take videos. */
export const framesParam = z
  .int()
  .min(1)
  .max(1024)
  .optional()
  .describe(
    'For videos: frames taken of each, evenly spread; their embeddings are averaged. 8 unless given.',
  );

/** A parameter of encoders that take images of more than 8 bits. */
export const windowParam = z
  .strictObject({ center: z.number(), width: z.number().positive() })
  .optional()
  .describe(
    'For medical and other images of more than 8 bits: the values from `center` − `width`/2 to `center` + `width`/2 become black to white. Left out, DICOM files use their own window.',
  );
