import type { IntensityWindow } from './intensityWindow.ts';
import type { RgbPixels, Size } from './pillowResize.ts';

/** Grey levels, one a pixel, as RGB. */
export function greyPixels({ width, height }: Size, levels: Uint8Array): RgbPixels {
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (const level of levels) {
    rgb[to++] = level;
    rgb[to++] = level;
    rgb[to++] = level;
  }
  return { width, height, rgb };
}

/** Grey values through a window: its lower end becomes 0, its upper 255, rounded to the nearest; others 0 or 255. */
export function windowedPixels(
  size: Size,
  values: Float32Array | Uint16Array | Uint8Array,
  { center, width }: IntensityWindow,
): RgbPixels {
  const low = center - width / 2;
  // Rounds to the nearest level and clamps.
  const levels = new Uint8ClampedArray(size.width * size.height);
  for (let i = 0; i < levels.length; i++) levels[i] = ((values[i]! - low) / width) * 255;
  return greyPixels(size, new Uint8Array(levels.buffer));
}
