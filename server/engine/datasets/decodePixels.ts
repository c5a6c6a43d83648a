import type { Sharp } from 'sharp';
import { InputError } from '../problems.ts';
import { imageLibrary } from './imageLibrary.ts';
import { imageTooLarge, pixelLimit } from './imageLimits.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import type { RgbPixels } from './pillowResize.ts';

/**
 * Decodes an image to 8-bit RGB, as Pillow's `open` and `convert('RGB')` do, which most models were trained with: the
 * first frame of an animation; transparency dropped, so that the colour stored under it shows; embedded colour profiles
 * ignored; CMYK by Pillow's formula. Different from there: it is rotated as its EXIF tag says (as Hugging Face's
 * `load_image` does); of grey values of 16 bits the upper 8 are taken, as of coloured ones, where Pillow gives 255 for
 * all from 255 on; transparent pixels of a GIF are black, whose stored colour the decoder does not tell.
 *
 * @param window For grey images of more than 8 bits (PNG, TIFF): values from its lower to its upper end become 0 to
 *   255, linearly, rounded to the nearest, and those outside 0 or 255. Other images are taken as without it.
 * @throws InputError `image-undecodable` when the bytes are no image or a broken one, `image-too-large` when it has
 *   more than 178,956,970 pixels, `image-depth` for signed 16-bit values with a window: negative ones cannot be read.
 */
export async function decodePixels(
  bytes: Uint8Array,
  name: string,
  window?: IntensityWindow,
): Promise<RgbPixels> {
  if (bytes.length === 0) throw new InputError('image-undecodable', `The image ${name} is empty (0 bytes)`);
  const sharp = await imageLibrary();
  try {
    const image = sharp(bytes, {
      failOn: 'error',
      limitInputPixels: pixelLimit,
      pages: 1,
      ignoreIcc: true,
    }).autoOrient();
    const { space, depth } = await image.metadata();
    if (space === 'cmyk' && depth === 'uchar') return await fromCmyk(image);
    if (window !== undefined && depth !== 'uchar' && (space === 'grey16' || space === 'b-w')) {
      if (depth === 'short') throw signedValues(name);
      return await fromGrey(image, space, window);
    }
    const { data, info } = await image
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: data };
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { message } = error as Error;
    if (message.includes('pixel limit')) throw imageTooLarge(name, 'has too many pixels', pixelLimit);
    throw new InputError('image-undecodable', `The image ${name} cannot be decoded: ${message}`);
  }
}

function signedValues(name: string): InputError {
  return new InputError(
    'image-depth',
    `The image ${name} has signed 16-bit values, of which negative ones cannot be read; expected unsigned, 32-bit or float values for an intensity window`,
  );
}

/** Channel by channel, (1 − c) · (1 − k), in Pillow's rounding (Convert.c, `cmyk2rgb`). */
async function fromCmyk(image: Sharp): Promise<RgbPixels> {
  const { data, info } = await image
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (let from = 0; from < data.length; from += 4) {
    const white = 255 - data[from + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const product = data[from + channel]! * white + 128;
      rgb[to++] = white - (((product >> 8) + product) >> 8);
    }
  }
  return { width, height, rgb };
}

async function fromGrey(image: Sharp, space: string, window: IntensityWindow): Promise<RgbPixels> {
  const { data, info } = await image
    .pipelineColourspace(space)
    .toColourspace(space)
    .removeAlpha()
    .raw({ depth: 'float' })
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const values = new Float32Array(data.buffer, data.byteOffset, width * height);
  // Rounds to the nearest level and clamps.
  const rgb = new Uint8ClampedArray(width * height * 3);
  const low = window.center - window.width / 2;
  for (let i = 0; i < values.length; i++) {
    rgb.fill(((values[i]! - low) / window.width) * 255, i * 3, i * 3 + 3);
  }
  return { width, height, rgb: new Uint8Array(rgb.buffer) };
}
