import sharp from 'sharp';
import { InputError } from '../problems.ts';
import type { ImageInput } from './dataset.ts';

/** What an encoder wants of an image. */
export interface ImageTarget {
  /** Width and height, in pixels. */
  readonly size: number;
  /**
   * How a rectangle becomes a square. `shortest-edge-then-centre-crop` scales the shorter edge to `size` and the
   * longer one in proportion, rounded down, and cuts out the middle, as torchvision's `Resize` and `CenterCrop`;
   * `stretch` scales each edge on its own.
   */
  readonly resize: 'shortest-edge-then-centre-crop' | 'stretch';
  readonly interpolation: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';
  /** Subtracted from each channel (R, G, B), whose values are in [0, 1]. */
  readonly mean: readonly [number, number, number];
  /** What each channel is divided by after that. */
  readonly std: readonly [number, number, number];
}

/** Pixels as `ImageInput` has them: RGB, 8 bit, row-major, interleaved. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** Twice Pillow's `MAX_IMAGE_PIXELS`: from there on Pillow, too, takes an image for a decompression bomb. */
const pixelLimit = 178_956_970;

// libvips's kernels of the same formulas as Pillow's: its `cubic` has a = −0.5, as Pillow's BICUBIC.
const kernels = { nearest: 'nearest', bilinear: 'linear', bicubic: 'cubic', lanczos: 'lanczos3' } as const;

// Files come from anywhere, so only these formats' decoders can be reached, whatever the bytes claim to be.
// SVG is not among them: it may refer to other files.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Tiff', 'Heif'].map(
    (format) => `VipsForeignLoad${format}Buffer`,
  ),
});

/**
 * Decodes an image to an encoder's input: `3 × size × size` values, channel by channel (R, G, B), row-major, each
 * `(value / 255 − mean) / std`.
 *
 * Every image becomes 8-bit sRGB first: rotated as its EXIF tag says; grey, CMYK and 16-bit values converted;
 * of an animation the first frame; transparency dropped, so that the colour stored under it shows, as Pillow's
 * `convert('RGB')` does before most models' training; embedded colour profiles ignored, as there (CMYK goes
 * through libvips's own profile). Then it is resized, with the kernel widened where the image shrinks (antialiased,
 * as Pillow does).
 *
 * @param name How messages call the image.
 * @throws InputError `image-undecodable` when the bytes are no image or a broken one, `image-too-large` when it
 *   has more than 178,956,970 pixels, before or after resizing.
 */
export async function decodeImage(
  input: ImageInput,
  name: string,
  target: ImageTarget,
): Promise<Float32Array> {
  const pixels = input.kind === 'pixels' ? input : await decodePixels(input.bytes, name);
  return normalise(await toSquare(pixels, name, target), target);
}

async function decodePixels(bytes: Uint8Array, name: string): Promise<Pixels> {
  if (bytes.length === 0) throw new InputError('image-undecodable', `The image ${name} is empty (0 bytes)`);
  try {
    const { data, info } = await sharp(bytes, {
      failOn: 'error',
      limitInputPixels: pixelLimit,
      pages: 1,
      ignoreIcc: true,
    })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, rgb: data };
  } catch (error) {
    const { message } = error as Error;
    if (message.includes('pixel limit')) throw tooLarge(name);
    throw new InputError('image-undecodable', `The image ${name} cannot be decoded: ${message}`);
  }
}

function tooLarge(name: string): InputError {
  return new InputError(
    'image-too-large',
    `The image ${name} has more than ${pixelLimit} pixels, which is taken for a decompression bomb`,
  );
}

async function toSquare(pixels: Pixels, name: string, target: ImageTarget): Promise<Uint8Array> {
  const { size } = target;
  const { width, height } = scaledSize(pixels, target);
  if (width * height > pixelLimit) throw tooLarge(name);
  if (pixels.width === size && pixels.height === size) return pixels.rgb;
  return await sharp(pixels.rgb, { raw: { width: pixels.width, height: pixels.height, channels: 3 } })
    .resize({ width, height, fit: 'fill', kernel: kernels[target.interpolation] })
    .extract({
      left: halfRoundedToEven(width - size),
      top: halfRoundedToEven(height - size),
      width: size,
      height: size,
    })
    .raw({ depth: 'uchar' })
    .toBuffer();
}

function scaledSize(
  { width, height }: Pixels,
  { size, resize }: ImageTarget,
): { width: number; height: number } {
  if (resize === 'stretch') return { width: size, height: size };
  const shortest = Math.min(width, height);
  return { width: Math.floor((size * width) / shortest), height: Math.floor((size * height) / shortest) };
}

/** `n / 2` as Python's `round` does it, which torchvision's `CenterCrop` uses. */
function halfRoundedToEven(n: number): number {
  const below = Math.floor(n / 2);
  return n % 2 === 1 && below % 2 === 1 ? below + 1 : below;
}

function normalise(rgb: Uint8Array, { mean, std }: ImageTarget): Float32Array {
  const plane = rgb.length / 3;
  const values = new Float32Array(rgb.length);
  for (const channel of [0, 1, 2] as const) {
    const offset = mean[channel];
    const scale = std[channel];
    for (let i = 0; i < plane; i++) {
      values[channel * plane + i] = (rgb[i * 3 + channel]! / 255 - offset) / scale;
    }
  }
  return values;
}
