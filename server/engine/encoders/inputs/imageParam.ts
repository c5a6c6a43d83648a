import { z } from 'zod';
import type { ImageTarget } from '../../datasets/decodeImage.ts';

const channels = z.tuple([z.number(), z.number(), z.number()]);
const edge = z.int().min(1).max(16_384);

/** CLIP's, which most models of images and texts have taken over (Radford et al. 2021). */
const clipMean = [0.48145466, 0.4578275, 0.40821073] as const;
const clipStd = [0.26862954, 0.26130258, 0.27577711] as const;

/** A parameter of encoders that have no file to say how images are prepared. */
export const imageParam = z
  .strictObject({
    height: edge.default(224).describe('Rows of pixels that the model takes.'),
    width: edge.default(224).describe('Columns of pixels that the model takes.'),
    resize: z
      .enum(['shortest-edge', 'stretch'])
      .default('shortest-edge')
      .describe('`shortest-edge` keeps the proportions and cuts out the centre; `stretch` does not.'),
    interpolation: z
      .enum(['nearest', 'bilinear', 'bicubic', 'lanczos'])
      .default('bicubic')
      .describe('Pillow’s filter of that name, antialiased.'),
    mean: channels
      .default([...clipMean])
      .describe('Subtracted from red, green and blue, which are in [0, 1]. CLIP’s unless given.'),
    std: channels
      .default([...clipStd])
      .describe('What red, green and blue are divided by after that. CLIP’s unless given.'),
  })
  .describe('How images are prepared, where no `preprocessor_config.json` says it.');

/** The steps that the parameter, or its defaults, stand for. */
export function imageTarget({
  height,
  width,
  resize = 'shortest-edge',
  interpolation = 'bicubic',
  mean = [...clipMean],
  std = [...clipStd],
  window,
}: Pick<z.output<typeof imageParam>, 'height' | 'width'> &
  Partial<z.output<typeof imageParam>> &
  Pick<ImageTarget, 'window'>): ImageTarget {
  const size = { height, width };
  return {
    // A rectangle is filled when the shorter edge has the length of its longer one.
    resize: resize === 'stretch' ? size : { shortestEdge: Math.max(height, width) },
    interpolation,
    crop: resize === 'stretch' ? null : size,
    rescaleFactor: 1 / 255,
    mean,
    std,
    ...(window && { window }),
  };
}
