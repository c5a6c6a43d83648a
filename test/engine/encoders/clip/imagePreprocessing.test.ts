import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImagePreprocessing } from '../../../../server/engine/encoders/clip/imagePreprocessing.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();

async function read(config: object, imageSize = 224): ReturnType<typeof readImagePreprocessing> {
  await writeFile(join(folder(), 'preprocessor_config.json'), JSON.stringify(config));
  return readImagePreprocessing(folder(), imageSize);
}

describe('image preprocessing', () => {
  it("is CLIP's where the file says nothing", async () => {
    expect(await read({})).toEqual({
      size: 224,
      resize: 'shortest-edge-then-centre-crop',
      interpolation: 'bicubic',
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    });
  });

  it.each([
    ['numbers', { size: 32, crop_size: 32 }, 'shortest-edge-then-centre-crop'],
    [
      'the shortest edge',
      { size: { shortest_edge: 32 }, crop_size: { height: 32, width: 32 } },
      'shortest-edge-then-centre-crop',
    ],
    ['a rectangle', { size: { height: 32, width: 32 }, do_center_crop: false }, 'stretch'],
    [
      'a rectangle, then a crop that cuts nothing',
      { size: { height: 32, width: 32 }, crop_size: 32 },
      'stretch',
    ],
  ])('takes sizes as %s', async (_, config, resize) => {
    expect(await read(config, 32)).toMatchObject({ size: 32, resize });
  });

  it.each([
    [0, 'nearest'],
    [1, 'lanczos'],
    [2, 'bilinear'],
    [3, 'bicubic'],
  ])('takes the filter %d for %s', async (resample, interpolation) => {
    expect(await read({ resample })).toMatchObject({ interpolation });
  });

  it('takes means and deviations, or none', async () => {
    const image_mean = [0.5, 0.4, 0.3];
    const image_std = [0.1, 0.2, 0.3];
    expect(await read({ image_mean, image_std })).toMatchObject({ mean: image_mean, std: image_std });
    expect(await read({ image_mean, image_std, do_normalize: false })).toMatchObject({
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  it.each([
    ['resample', { resample: 5 }],
    ['do_resize', { do_resize: false }],
    ['do_rescale', { do_rescale: false }],
    ['rescale_factor', { rescale_factor: 1 }],
    ['do_center_crop', { do_center_crop: false }],
    ['crop_size', { crop_size: { height: 224, width: 200 } }],
    ['size', { size: { shortest_edge: 256 } }],
    ['size.width', { size: { height: 224, width: 256 } }],
    ['size', { size: { longest_edge: 224 } }],
    ['image_std', { image_std: [0.5, 0.5] }],
    ['image_std.1', { image_std: [0.5, 0, 0.5] }],
  ])('refuses what cannot be done, naming %s', async (key, config) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'checkpoint-config',
      message: expect.stringContaining(`preprocessor_config.json: ${key}`) as string,
    });
  });
});
