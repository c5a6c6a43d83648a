import { readBmpHeader, shiftOf, type BmpHeader } from './bmpHeader.ts';
import { decodeBmpRuns } from './bmpRuns.ts';
import { expectBytes } from './imageProblem.ts';
import type { RgbPixels } from './pillowResize.ts';

/**
 * Decodes a bitmap of Windows or OS/2 to 8-bit RGB as Pillow's `open` and `convert('RGB')` do: 1, 4 and 8 bits with a
 * palette, 16, 24 and 32 bits with any bit fields, run lengths of 4 and 8 bits, upper or lower row first. Transparency
 * is dropped. What a run-length file leaves out is the palette's first colour.
 *
 * @throws InputError `image-undecodable` for a file that is cut off, or of a kind that is not read; `image-too-large`.
 */
export function decodeBmp(bytes: Uint8Array, name: string): RgbPixels {
  const header = readBmpHeader(bytes, name);
  const { width, height, bits, coding, palette } = header;
  if (coding !== 'plain') {
    const indices = decodeBmpRuns(bytes.subarray(header.start), header, name);
    return toRgb(header, (x, row) => 3 * indices[row * width + x]!, palette);
  }
  const stride = Math.ceil((width * bits) / 32) * 4;
  // The last row may lack what fills it up to four bytes.
  expectBytes(name, bytes, header.start + stride * (height - 1) + Math.ceil((width * bits) / 8));
  if (bits <= 8) {
    const mask = 2 ** bits - 1;
    const perByte = 8 / bits;
    const entryOf = (x: number, row: number) => {
      const byte = bytes[header.start + row * stride + Math.floor(x / perByte)]!;
      return 3 * ((byte >> (8 - bits - (x % perByte) * bits)) & mask);
    };
    return toRgb(header, entryOf, palette);
  }
  return fromMasks(bytes, header, stride);
}

/** Pixels out of a table of colours. @param entryOf Where the colour of a pixel of a stored row begins in it. */
function toRgb(
  { width, height, isTopDown }: BmpHeader,
  entryOf: (x: number, row: number) => number,
  table: Uint8Array,
): RgbPixels {
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = isTopDown ? y : height - 1 - y;
    for (let x = 0; x < width; x++) {
      const entry = entryOf(x, row);
      rgb[to++] = table[entry]!;
      rgb[to++] = table[entry + 1]!;
      rgb[to++] = table[entry + 2]!;
    }
  }
  return { width, height, rgb };
}

function fromMasks(bytes: Uint8Array, header: BmpHeader, stride: number): RgbPixels {
  const { width, height, bits, masks, isTopDown, start } = header;
  const shifts = masks.map(shiftOf);
  const highest = masks.map((mask, channel) => mask >>> shifts[channel]!);
  const pixelBytes = bits / 8;
  const rgb = new Uint8Array(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    let at = start + (isTopDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++, at += pixelBytes) {
      let pixel = bytes[at]! | (bytes[at + 1]! << 8);
      if (bits > 16) pixel |= bytes[at + 2]! << 16;
      if (bits > 24) pixel |= bytes[at + 3]! << 24;
      for (let channel = 0; channel < 3; channel++) {
        const value = (pixel & masks[channel]!) >>> shifts[channel]!;
        // In Pillow's rounding (Unpack.c), down.
        rgb[to++] = highest[channel] === 255 ? value : Math.floor((value * 255) / highest[channel]!);
      }
    }
  }
  return { width, height, rgb };
}
