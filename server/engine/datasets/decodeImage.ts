import type { ImageInput } from './dataset.ts';
import { decodePixels } from './decodePixels.ts';
import { imageTooLarge, pixelLimit } from './imageLimits.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import {
  pillowResize,
  type PillowFilter,
  type Rectangle,
  type RgbPixels,
  type Size,
} from './pillowResize.ts';

/** One number for each channel: R, G, B. */
export type Channels = readonly [number, number, number];

/** What a model wants of an image, step by step, as Hugging Face's image processors say it. */
export interface ImageTarget {
  /**
   * Null leaves an image as large as it is. `shortestEdge` scales the shorter edge to that length and the longer one in
   * proportion, rounded down; `within` scales both in proportion, rounded to the nearest, so that they fit a size; a size
   * scales each edge on its own.
   */
  readonly resize: { readonly shortestEdge: number } | { readonly within: Size } | Size | null;
  readonly interpolation: PillowFilter;
  /**
   * What is cut out of the middle; null for all. What lies outside a smaller image is black.
   */
  readonly crop: Size | null;
  /**
   * Where the middle of an odd remainder is: one pixel more goes off at the end, as transformers do it, unless `rounded`
   * says that half the remainder is rounded, half to even, as torchvision does it.
   */
  readonly middle?: 'rounded';
  /** What levels, 0 to 255, are multiplied by. */
  readonly rescaleFactor: number;
  /** Subtracted from each channel after that. */
  readonly mean: Channels;
  /** What each channel is divided by after that. */
  readonly std: Channels;
  /** Which grey values of more than 8 bits are told apart; without it their upper 8 bits are taken. */
  readonly window?: IntensityWindow;
}

/** A model's input: 3 × height × width, channel by channel (R, G, B), row-major. */
export interface ImageTensor extends Size {
  readonly data: Float32Array;
}

/** Beyond it Pillow's own float32 lengths are no longer exact, and tables of weights become large. */
const longestEdge = 2 ** 24;

/** The size of everything that a target makes of images; null where it depends on the image. */
export function fixedSize({ resize, crop }: ImageTarget): Size | null {
  if (crop !== null) return crop;
  return resize !== null && 'width' in resize ? resize : null;
}

/**
 * Decodes an image to a model's input, in the steps, the order and the rounding of Hugging Face's `CLIPImageProcessor`,
 * `SiglipImageProcessor` and `ViTImageProcessor` (transformers, image_transforms.py, on Pillow): resize as 8-bit pixels,
 * crop the middle, rescale in float64, normalise in float32.
 *
 * @param name How messages call the image.
 * @throws InputError as `decodePixels`; `image-too-large` also for more than 178,956,970 pixels after resizing, and for
 *   edges of more than 16,777,216 pixels.
 */
export async function decodeImage(
  input: ImageInput,
  name: string,
  target: ImageTarget,
): Promise<ImageTensor> {
  const pixels = input.kind === 'pixels' ? input : await decodePixels(input.bytes, name, target.window);
  const size = scaledSize(pixels, target.resize);
  const crop = target.crop ?? size;
  const frame = middleOf(size, crop, target.middle);
  const part = overlap(size, frame);
  checkSize(name, pixels, size, crop, part);
  return normalised(pillowResize(pixels, size, target.interpolation, part), part, frame, target);
}

function checkSize(name: string, pixels: RgbPixels, size: Size, crop: Size, part: Rectangle): void {
  const edge = Math.max(pixels.width, pixels.height, size.width, size.height);
  const area = Math.max(
    size.width * size.height,
    crop.width * crop.height,
    // Between the two passes of resizing.
    part.width * pixels.height,
  );
  if (edge > longestEdge) throw imageTooLarge(name, `has an edge of ${edge} pixels`, longestEdge);
  if (area > pixelLimit) throw imageTooLarge(name, `takes ${area} pixels to prepare`, pixelLimit);
}

function scaledSize({ width, height }: Size, resize: ImageTarget['resize']): Size {
  if (resize === null) return { width, height };
  if ('width' in resize) return resize;
  if ('within' in resize) {
    const ratio = Math.max(height / resize.within.height, width / resize.within.width);
    const edge = (length: number): number => Math.max(1, roundedToEven(length / ratio));
    return { width: edge(width), height: edge(height) };
  }
  const { shortestEdge } = resize;
  const shortest = Math.min(width, height);
  // Multiplied before it is divided, as there: dividing first would round differently.
  return {
    width: Math.floor((shortestEdge * width) / shortest),
    height: Math.floor((shortestEdge * height) / shortest),
  };
}

/**
 * `center_crop` of transformers' image_transforms.py, whose padding of smaller images amounts to the same formula; or that
 * of torchvision, and of open_clip's `center_crop_or_pad`.
 */
function middleOf(size: Size, crop: Size, rounding: ImageTarget['middle']): Rectangle {
  const start = (length: number, kept: number): number => {
    const rest = length - kept;
    if (rounding === undefined) return Math.floor(rest / 2);
    return rest < 0 ? -Math.floor(-rest / 2) : roundedToEven(rest / 2);
  };
  return {
    left: start(size.width, crop.width),
    top: start(size.height, crop.height),
    width: crop.width,
    height: crop.height,
  };
}

/** Python's `round`. */
function roundedToEven(value: number): number {
  const below = Math.floor(value);
  const isHalf = value - below === 0.5;
  return isHalf ? below + (below % 2) : Math.round(value);
}

function overlap(size: Size, frame: Rectangle): Rectangle {
  const left = Math.max(0, frame.left);
  const top = Math.max(0, frame.top);
  return {
    left,
    top,
    width: Math.min(size.width, frame.left + frame.width) - left,
    height: Math.min(size.height, frame.top + frame.height) - top,
  };
}

/** Levels as a model's input, `rgb` at its place in the frame and black around it. */
function normalised(rgb: Uint8Array, part: Rectangle, frame: Rectangle, target: ImageTarget): ImageTensor {
  const { width, height } = frame;
  const plane = height * width;
  const data = new Float32Array(3 * plane);
  const reds = levelValues(target, 0);
  const greens = levelValues(target, 1);
  const blues = levelValues(target, 2);
  if (part.width !== width || part.height !== height) {
    data
      .fill(reds[0]!, 0, plane)
      .fill(greens[0]!, plane, 2 * plane)
      .fill(blues[0]!, 2 * plane);
  }
  let from = 0;
  for (let row = 0; row < part.height; row++) {
    const start = (part.top - frame.top + row) * width + part.left - frame.left;
    for (let to = start; to < start + part.width; to++) {
      data[to] = reds[rgb[from]!]!;
      data[plane + to] = greens[rgb[from + 1]!]!;
      data[2 * plane + to] = blues[rgb[from + 2]!]!;
      from += 3;
    }
  }
  return { height, width, data };
}

/** What becomes of each of the 256 levels of a channel; every step is rounded to float32, as NumPy does it there. */
function levelValues({ rescaleFactor, mean, std }: ImageTarget, channel: 0 | 1 | 2): Float32Array {
  const { fround } = Math;
  const offset = fround(mean[channel]);
  const scale = fround(std[channel]);
  return Float32Array.from(
    { length: 256 },
    (_, level) => fround(fround(level * rescaleFactor) - offset) / scale,
  );
}
