import type { Sharp } from 'sharp';
import { InputError } from '../problems.ts';
import { windowedPixels } from './greyPixels.ts';
import { decodeWithOwnErrors, imageLibrary, libraryMessage } from './imageLibrary.ts';
import { earlyEnd } from './imageEnd.ts';
import { imageTooLarge, pixelLimit } from './imageLimits.ts';
import { undecodableImage } from './imageProblem.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import type { RgbPixels } from './pillowResize.ts';

/**
 * Decodes a JPEG, PNG, WebP, GIF, TIFF or AVIF to 8-bit RGB, as `decodePixels` says.
 *
 * @throws InputError `image-undecodable`, `image-too-large`, `image-depth`.
 */
export async function decodeWithLibvips(
  bytes: Uint8Array,
  name: string,
  window?: IntensityWindow,
): Promise<RgbPixels> {
  try {
    return await decodeWithOwnErrors(() => decode(bytes, name, window));
  } catch (error) {
    if (error instanceof InputError) throw error;
    if ((error as Error).message.includes('pixel limit')) {
      throw imageTooLarge(name, 'has too many pixels', pixelLimit);
    }
    throw undecodableImage(name, earlyEnd(bytes) ?? libraryMessage(error));
  }
}

async function decode(
  bytes: Uint8Array,
  name: string,
  window: IntensityWindow | undefined,
): Promise<RgbPixels> {
  const sharp = await imageLibrary();
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
  const values = new Float32Array(data.buffer, data.byteOffset, info.width * info.height);
  return windowedPixels(info, values, window);
}
