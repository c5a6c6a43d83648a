import { z } from 'zod';
import type { ImageTarget } from '../../datasets/decodeImage.ts';
import { readCheckpointJson, unusable } from './checkpointFile.ts';

const length = z.int().min(1);
const rectangle = z.strictObject({ height: length, width: length });
const triple = z.tuple([z.number(), z.number(), z.number()]);

/** Keys and defaults of Hugging Face's `CLIPImageProcessor`. Whole numbers for sizes are how files before 2022 say it. */
const schema = z.object({
  do_resize: z.literal(true).default(true),
  size: z
    .union([length, z.strictObject({ shortest_edge: length }), rectangle])
    .default({ shortest_edge: 224 }),
  resample: z.int().default(3),
  do_center_crop: z.boolean().default(true),
  crop_size: z.union([length, rectangle]).default(224),
  do_rescale: z.literal(true).default(true),
  rescale_factor: z.number().default(1 / 255),
  do_normalize: z.boolean().default(true),
  image_mean: triple.default([0.48145466, 0.4578275, 0.40821073]),
  image_std: z
    .tuple([z.number().positive(), z.number().positive(), z.number().positive()])
    .default([0.26862954, 0.26130258, 0.27577711]),
  // Images become RGB in any case: without that, a network of three channels could not take others.
  do_convert_rgb: z.boolean().default(true),
});

/** Pillow's numbers of its resampling filters. */
const filters: Readonly<Record<number, ImageTarget['interpolation']>> = {
  0: 'nearest',
  1: 'lanczos',
  2: 'bilinear',
  3: 'bicubic',
};

/**
 * How a CLIP checkpoint wants its images, as its `preprocessor_config.json` says.
 *
 * @param imageSize Width and height that the network takes.
 * @throws InputError as `readCheckpointJson`; `checkpoint-config`, which names the key, also for what images cannot be
 * prepared with here or what gives another size.
 */
export async function readImagePreprocessing(folder: string, imageSize: number): Promise<ImageTarget> {
  const { file, content } = await readCheckpointJson(folder, 'preprocessor_config.json', schema);
  const { size, crop_size: crop, do_center_crop: crops, resample, rescale_factor: factor } = content;
  const expectSize = (key: string, found: number): void => {
    if (found !== imageSize) {
      throw unusable(file, key, `found ${found}, expected the network's image_size, ${imageSize}`);
    }
  };
  const interpolation = filters[resample];
  if (interpolation === undefined) {
    throw unusable(
      file,
      'resample',
      `found ${resample}, expected 0 (nearest), 1 (lanczos), 2 (bilinear) or 3 (bicubic)`,
    );
  }
  if (Math.abs(factor * 255 - 1) > 1e-6) {
    throw unusable(file, 'rescale_factor', `found ${factor}, expected 1/255`);
  }
  if (crops) {
    const { height, width } = typeof crop === 'number' ? { height: crop, width: crop } : crop;
    expectSize('crop_size', height);
    expectSize('crop_size', width);
  }
  const stretches = typeof size === 'object' && 'height' in size;
  if (stretches) {
    expectSize('size.height', size.height);
    expectSize('size.width', size.width);
  } else {
    if (!crops) {
      throw unusable(
        file,
        'do_center_crop',
        'found false, expected true where size is that of the shortest edge',
      );
    }
    expectSize('size', typeof size === 'number' ? size : size.shortest_edge);
  }
  return {
    size: imageSize,
    resize: stretches ? 'stretch' : 'shortest-edge-then-centre-crop',
    interpolation,
    mean: content.do_normalize ? content.image_mean : [0, 0, 0],
    std: content.do_normalize ? content.image_std : [1, 1, 1],
  };
}
