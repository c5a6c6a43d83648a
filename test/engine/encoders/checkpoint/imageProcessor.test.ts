import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readImageTarget } from '../../../../server/engine/encoders/checkpoint/imageProcessor.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();

async function read(config: object, ...expected: [] | [{ height: number; width: number }]) {
  await writeFile(join(folder(), 'preprocessor_config.json'), JSON.stringify(config));
  return readImageTarget(folder(), ...expected);
}

const clip = { image_processor_type: 'CLIPImageProcessor' };
const siglip = { image_processor_type: 'SiglipImageProcessor' };
const vit = { image_processor_type: 'ViTImageProcessor' };
/** All that an unknown processor's file has to say. */
const complete = {
  do_resize: true,
  size: { shortest_edge: 256 },
  resample: 3,
  do_rescale: true,
  do_normalize: true,
  image_mean: [0.1, 0.2, 0.3],
  image_std: [0.4, 0.5, 0.6],
};

const half = { rescaleFactor: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const clipTarget = {
  resize: { shortestEdge: 224 },
  interpolation: 'bicubic',
  crop: { height: 224, width: 224 },
  rescaleFactor: 1 / 255,
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
};

describe('defaults', () => {
  it.each([
    ['CLIPImageProcessor', clip, clipTarget],
    ['CLIPFeatureExtractor', { feature_extractor_type: 'CLIPFeatureExtractor' }, clipTarget],
    ['CLIPImageProcessorFast', { image_processor_type: 'CLIPImageProcessorFast', size: null }, clipTarget],
    [
      'SiglipImageProcessor',
      siglip,
      { resize: { height: 224, width: 224 }, interpolation: 'bicubic', crop: null, ...half },
    ],
    [
      'ViTImageProcessor',
      vit,
      { resize: { height: 224, width: 224 }, interpolation: 'bilinear', crop: null, ...half },
    ],
  ])('of %s', async (_, config, target) => {
    expect(await read(config)).toEqual(target);
  });

  it('of other processors are not guessed', async () => {
    for (const type of [{}, { image_processor_type: 'BitImageProcessor' }]) {
      expect(await read({ ...type, ...complete })).toEqual({
        resize: { shortestEdge: 256 },
        interpolation: 'bicubic',
        crop: null,
        rescaleFactor: 1 / 255,
        mean: [0.1, 0.2, 0.3],
        std: [0.4, 0.5, 0.6],
      });
      for (const key of Object.keys(complete)) {
        await expect(read({ ...type, ...complete, [key]: null })).rejects.toMatchObject({
          code: 'checkpoint-config',
          message: expect.stringContaining(`preprocessor_config.json: ${key}: found nothing`) as string,
        });
      }
    }
  });
});

describe('what a file says', () => {
  it.each([
    ['a number, in a file of CLIP', { ...clip, size: 32 }, { shortestEdge: 32 }],
    ['a number, in a file of ViT', { ...vit, size: 32 }, { height: 32, width: 32 }],
    ['the shortest edge', { ...siglip, size: { shortest_edge: 32 } }, { shortestEdge: 32 }],
    ['a rectangle', { ...clip, size: { height: 32, width: 48 } }, { height: 32, width: 48 }],
    ['none', { ...clip, do_resize: false }, null],
  ])('sizes: %s', async (_, config, resize) => {
    expect(await read(config)).toMatchObject({ resize });
  });

  it.each([
    ['a number', { ...clip, crop_size: 32 }, { height: 32, width: 32 }],
    [
      'a rectangle',
      { ...vit, do_center_crop: true, crop_size: { height: 3, width: 2 } },
      { height: 3, width: 2 },
    ],
    ['none', { ...clip, do_center_crop: false }, null],
    ['null', { ...vit, do_center_crop: null }, null],
  ])('crops: %s', async (_, config, crop) => {
    expect(await read(config)).toMatchObject({ crop });
  });

  it.each([
    [0, 'nearest'],
    [1, 'lanczos'],
    [2, 'bilinear'],
    [3, 'bicubic'],
    [4, 'box'],
    [5, 'hamming'],
  ])('the filter %d is %s', async (resample, interpolation) => {
    expect(await read({ ...vit, resample })).toMatchObject({ interpolation });
  });

  it('values are rescaled and normalised, or not', async () => {
    const image_mean = [0.5, 0.4, 0.3];
    const image_std = [0.1, 0.2, 0.3];
    expect(await read({ ...clip, rescale_factor: 0.25, image_mean, image_std })).toMatchObject({
      rescaleFactor: 0.25,
      mean: image_mean,
      std: image_std,
    });
    expect(await read({ ...clip, do_rescale: false, do_normalize: false })).toMatchObject({
      rescaleFactor: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  it('keys that change nothing are taken', async () => {
    const config = { ...clip, do_convert_rgb: false, processor_class: 'X', do_pad: false, pad_size: null };
    expect(await read(config)).toEqual(clipTarget);
  });
});

describe('the size that a model takes', () => {
  const expected = { height: 224, width: 224 };
  it('is compared', async () => {
    expect(await read(clip, expected)).toEqual(clipTarget);
    expect(await read(siglip, expected)).toMatchObject({ resize: expected });
  });

  it.each([
    ['crop_size', { ...clip, crop_size: { height: 224, width: 200 } }, '224 × 200'],
    ['size', { ...siglip, size: { height: 256, width: 224 } }, '256 × 224'],
    ['size', { ...clip, do_center_crop: false }, 'many sizes'],
  ])('another one is refused, naming %s', async (key, config, found) => {
    await expect(read(config, expected)).rejects.toMatchObject({
      code: 'checkpoint-config',
      message: expect.stringMatching(`preprocessor_config.json: ${key}: .*${found}.*224 × 224`) as string,
    });
  });
});

describe('what cannot be done is refused', () => {
  it.each([
    ['resample', { ...clip, resample: 6 }],
    ['size', { ...clip, size: { longest_edge: 224 } }],
    ['size.longest_edge', { ...clip, size: { shortest_edge: 224, longest_edge: 300 } }],
    ['size', { ...complete, size: 224 }],
    ['crop_size', { ...complete, do_center_crop: true }],
    ['image_std', { ...clip, image_std: [0.5, 0.5] }],
    ['image_std.1', { ...clip, image_std: [0.5, 0, 0.5] }],
    ['rescale_factor', { ...clip, rescale_factor: 0 }],
    ['do_pad', { ...siglip, do_pad: true }],
    ['do_thumbnail', { ...complete, do_thumbnail: true }],
    ['crop_pct', { image_processor_type: 'ConvNextImageProcessor', ...complete, crop_pct: 0.875 }],
    ['auto_map', { ...complete, auto_map: { AutoImageProcessor: 'own.py' } }],
    ['image_processor_type', { image_processor_type: 'LevitImageProcessor', ...complete }],
    ['feature_extractor_type', { feature_extractor_type: 'PerceiverFeatureExtractor', ...complete }],
  ])('%s', async (key, config) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'checkpoint-config',
      message: expect.stringContaining(`preprocessor_config.json: ${key}: `) as string,
    });
  });
});

describe('a processor_config.json, as transformers 5 writes it', () => {
  const processorOf = async (name: string, content: object): Promise<string> => {
    const path = join(folder(), 'processor');
    await mkdir(path, { recursive: true });
    await writeFile(join(path, name), JSON.stringify(content));
    return path;
  };
  const nested = (settings: object): Promise<string> =>
    processorOf('processor_config.json', { image_processor: settings, processor_class: 'CLIPProcessor' });

  it.each([
    ['CLIPImageProcessor', { ...clip, size: { shortest_edge: 224, longest_edge: null } }, clipTarget],
    [
      'CLIPImageProcessorFast, with all that it writes',
      {
        image_processor_type: 'CLIPImageProcessorFast',
        crop_size: { height: 224, width: 224, shortest_edge: null },
        data_format: 'channels_first',
        default_to_square: false,
        device: null,
        disable_grouping: null,
        do_center_crop: true,
        do_convert_rgb: true,
        do_pad: null,
        input_data_format: null,
        pad_size: null,
        resample: 3,
        return_tensors: null,
      },
      clipTarget,
    ],
    ['SiglipImageProcessorPil', { image_processor_type: 'SiglipImageProcessorPil' }, { crop: null, ...half }],
  ])('%s', async (_, settings, target) => {
    expect(await readImageTarget(await nested(settings))).toMatchObject(target);
  });

  it('comes before a preprocessor_config.json, where it says something of images', async () => {
    const path = await nested(clip);
    await processorOf('preprocessor_config.json', siglip);
    expect(await readImageTarget(path)).toEqual(clipTarget);
    await processorOf('processor_config.json', { image_seq_length: 3, processor_class: 'LlavaProcessor' });
    expect(await readImageTarget(path)).toMatchObject({ crop: null, ...half });
  });

  it('names the key that cannot be used by its place', async () => {
    await expect(readImageTarget(await nested({ ...clip, resample: 6 }))).rejects.toMatchObject({
      message: expect.stringContaining('processor_config.json: image_processor.resample: ') as string,
    });
    await expect(readImageTarget(await nested({ ...siglip, do_pad: true }))).rejects.toMatchObject({
      message: expect.stringContaining('processor_config.json: image_processor.do_pad: ') as string,
    });
  });

  it('or the other file is asked for where neither is there', async () => {
    await expect(readImageTarget(await processorOf('config.json', {}))).rejects.toMatchObject({
      code: 'checkpoint-file',
      message: expect.stringMatching(
        /preprocessor_config.json is not there, .*nor does a processor_config.json with "image_processor"$/,
      ) as string,
    });
  });
});
