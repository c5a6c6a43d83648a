import { resampleKernel } from '../numerics/wasm/resampleKernel.ts';
import { resampleWeights, type ResampleWeights, type WeightedFilter } from './resampleWeights.ts';

/** Filters by Pillow's names for them. */
export type PillowFilter = 'nearest' | WeightedFilter;

/** RGB, 8 bit, row-major, interleaved. */
export interface RgbPixels {
  readonly width: number;
  readonly height: number;
  readonly rgb: Uint8Array;
}

/** In pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** A part of an image, in pixels from its upper left corner. */
export interface Rectangle extends Size {
  readonly left: number;
  readonly top: number;
}

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  resampleRows(
    input: number,
    stride: number,
    rows: number,
    output: number,
    columns: number,
    spans: number,
    pairs: number,
  ): void;
  resampleColumns(
    input: number,
    rowBytes: number,
    output: number,
    rows: number,
    spans: number,
    pairs: number,
  ): void;
}

/** Input rows are copied to the kernel so many bytes at a time. */
const stripBytes = 2 ** 20;
/** A kernel whose memory, which cannot shrink, has become larger is given up after use. */
const keptBytes = 2 ** 26;
/** What the kernel may read or write after an array. */
const slack = 16;

let kept: KernelExports | undefined;

/**
 * A part of what Pillow's `Image.resize(size, filter)` makes of an RGB image, equal to it in every bit: weights in
 * fixed point, rows first, rounded to 8 bits between the passes, a pass left out where the length stays. Only what the
 * part needs is computed.
 *
 * @param part Lies within `size`.
 * @returns `part.height × part.width` pixels.
 */
export function pillowResize(
  source: RgbPixels,
  size: Size,
  filter: PillowFilter,
  part: Rectangle,
): Uint8Array {
  const isWiderOrNarrower = source.width !== size.width;
  const isTallerOrShorter = source.height !== size.height;
  if (!isWiderOrNarrower && !isTallerOrShorter) return cutOut(source, part);
  if (filter === 'nearest') return nearest(source, size, part);
  const across = isWiderOrNarrower
    ? resampleWeights(source.width, size.width, filter, part.left, part.width)
    : null;
  const down = isTallerOrShorter
    ? resampleWeights(source.height, size.height, filter, part.top, part.height)
    : null;
  return resample(source, part, across, down);
}

/** The two passes; null where one is left out. */
function resample(
  source: RgbPixels,
  part: Rectangle,
  across: ResampleWeights | null,
  down: ResampleWeights | null,
): Uint8Array {
  const from = down?.from ?? part.top;
  const rows = down === null ? part.height : down.to - from;
  const stride = source.width * 3;
  const rowBytes = part.width * 3;
  const stripRows = Math.max(1, Math.min(rows, Math.floor(stripBytes / stride)));
  const { kernel, places } = reserve({
    acrossSpans: across?.spans.byteLength ?? 0,
    acrossPairs: across?.pairs.byteLength ?? 0,
    downSpans: down?.spans.byteLength ?? 0,
    downPairs: down?.pairs.byteLength ?? 0,
    strip: across === null ? 0 : stripRows * stride,
    // The second of a pair of taps may be the row after the last one, with a weight of zero.
    between: (rows + 1) * rowBytes,
    output: down === null ? 0 : part.height * rowBytes,
  });
  const bytes = new Uint8Array(kernel.memory.buffer);
  if (across === null) {
    bytes.set(cutOut(source, { ...part, top: from, height: rows }), places.between);
  } else {
    bytes.set(bytesOf(across.spans), places.acrossSpans);
    bytes.set(bytesOf(across.pairs), places.acrossPairs);
    for (let row = 0; row < rows; row += stripRows) {
      const count = Math.min(stripRows, rows - row);
      bytes.set(source.rgb.subarray((from + row) * stride, (from + row + count) * stride), places.strip);
      kernel.resampleRows(
        places.strip + across.from * 3,
        stride,
        count,
        places.between + row * rowBytes,
        part.width,
        places.acrossSpans,
        places.acrossPairs,
      );
    }
  }
  if (down === null) return bytes.slice(places.between, places.between + rows * rowBytes);
  bytes.set(bytesOf(down.spans), places.downSpans);
  bytes.set(bytesOf(down.pairs), places.downPairs);
  kernel.resampleColumns(
    places.between,
    rowBytes,
    places.output,
    part.height,
    places.downSpans,
    places.downPairs,
  );
  return bytes.slice(places.output, places.output + part.height * rowBytes);
}

/** A kernel with room for arrays of these lengths in bytes, and their addresses. */
function reserve<Name extends string>(
  lengths: Record<Name, number>,
): { kernel: KernelExports; places: Record<Name, number> } {
  // Sound while resampleKernel.as.ts exports these, which the tests run.
  const kernel = kept ?? (new WebAssembly.Instance(resampleKernel()).exports as unknown as KernelExports);
  const places = { ...lengths };
  let end = slack;
  for (const name of Object.keys(lengths) as Name[]) {
    places[name] = end;
    end += Math.ceil((lengths[name] + slack) / 16) * 16;
  }
  const missing = end - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / 65_536));
  kept = kernel.memory.buffer.byteLength > keptBytes ? undefined : kernel;
  return { kernel, places };
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Int16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function cutOut({ width, height, rgb }: RgbPixels, part: Rectangle): Uint8Array {
  if (part.width === width && part.height === height) return rgb;
  const cut = new Uint8Array(part.height * part.width * 3);
  for (let row = 0; row < part.height; row++) {
    const start = ((part.top + row) * width + part.left) * 3;
    cut.set(rgb.subarray(start, start + part.width * 3), row * part.width * 3);
  }
  return cut;
}

function nearest({ width, height, rgb }: RgbPixels, size: Size, part: Rectangle): Uint8Array {
  const columns = nearestPixels(width, size.width, part.left, part.width);
  const rows = nearestPixels(height, size.height, part.top, part.height);
  const picked = new Uint8Array(part.height * part.width * 3);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * 3;
      picked[to++] = rgb[from]!;
      picked[to++] = rgb[from + 1]!;
      picked[to++] = rgb[from + 2]!;
    }
  }
  return picked;
}

/** The input pixel of each output pixel, as Pillow's Geometry.c, `ImagingScaleAffine`, finds it. */
function nearestPixels(inputLength: number, outputLength: number, first: number, count: number): Int32Array {
  const step = inputLength / outputLength;
  const pixels = new Int32Array(count);
  // A sum, not a product: the errors of adding the step decide where a place lies between two pixels.
  let place = step * 0.5;
  for (let i = 0; i < first; i++) place += step;
  for (let i = 0; i < count; i++) {
    pixels[i] = Math.min(inputLength - 1, Math.trunc(place));
    place += step;
  }
  return pixels;
}
