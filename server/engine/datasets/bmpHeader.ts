import { checkPixels, undecodableImage } from './imageProblem.ts';

/** What the headers of a Windows or OS/2 bitmap say. */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  /** Whether the first row that is stored is the upper one. */
  readonly isTopDown: boolean;
  /** Of a pixel. */
  readonly bits: number;
  readonly coding: 'plain' | 'runs-of-4' | 'runs-of-8';
  /** Which bits of a pixel of 16, 24 or 32 bits are red, green and blue. */
  readonly masks: readonly [red: number, green: number, blue: number];
  /** 256 colours of three bytes (R, G, B); grey levels where the file has none. */
  readonly palette: Uint8Array;
  /** Where the pixels begin. */
  readonly start: number;
}

const fileHeaderBytes = 14;
/** A header of 12 bytes is OS/2's first, of 64 its second; the others are Windows' of different years. */
const headerSizes = [12, 40, 52, 56, 64, 108, 124];
const depths = [1, 4, 8, 16, 24, 32];
/** By the number that stands for it; those of OS/2's second header differ from 3 on. */
const compressions = ['none', 'RLE8', 'RLE4', 'bit fields', 'JPEG', 'PNG', 'bit fields with transparency'];

/** Whether bytes begin as a bitmap does: `BM`, and a header of a size that there is. */
export function isBmp(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  const size = viewOf(bytes).getUint32(fileHeaderBytes, true);
  return size === 16 || headerSizes.includes(size);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Reads a bitmap's headers.
 *
 * @throws InputError `image-undecodable` for a header that is cut off, or says what cannot be decoded;
 *   `image-too-large`.
 */
export function readBmpHeader(bytes: Uint8Array, name: string): BmpHeader {
  const view = viewOf(bytes);
  const size = view.getUint32(fileHeaderBytes, true);
  if (!headerSizes.includes(size)) {
    throw undecodableImage(name, `its BMP header has ${size} bytes; expected ${headerSizes.join(', ')}`);
  }
  const end = fileHeaderBytes + size;
  if (bytes.length < end) throw undecodableImage(name, 'it ends inside of its BMP header');
  const isOld = size === 12;
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const height = Math.abs(signedHeight);
  checkPixels(name, width, height);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  const coding = codingOf(compression, bits, size);
  if (coding === undefined) {
    const said = compressions[compression] ?? `of kind ${compression}`;
    throw undecodableImage(
      name,
      `it is a BMP of ${bits} bits a pixel with the compression ${said}, which is not read`,
    );
  }
  const hasMasks = compression === 3;
  // A header of 40 bytes has its masks behind it.
  const masksEnd = hasMasks ? Math.max(end, 66) : end;
  if (bytes.length < masksEnd) throw undecodableImage(name, 'it ends inside of its BMP header');
  const stated = isOld ? 0 : view.getUint32(46, true);
  const { palette, paletteEnd } = readPalette(bytes, masksEnd, bits, isOld ? 3 : 4, stated);
  return {
    width,
    height,
    isTopDown: signedHeight < 0,
    bits,
    coding,
    masks: hasMasks ? readMasks(view, bits, name) : usualMasks(bits),
    palette,
    start: startOf(view.getUint32(10, true), end, bits, paletteEnd),
  };
}

/** Undefined where a compression is not read, or does not go with the bits of a pixel. */
function codingOf(compression: number, bits: number, size: number): BmpHeader['coding'] | undefined {
  if (!depths.includes(bits)) return undefined;
  if (compression === 0) return 'plain';
  if (compression === 1 && bits === 8) return 'runs-of-8';
  if (compression === 2 && bits === 4) return 'runs-of-4';
  if (compression === 3 && bits >= 16 && size !== 64) return 'plain';
  return undefined;
}

/** Some files name the end of the headers where the palette still follows; some name nothing. */
function startOf(stated: number, headersEnd: number, bits: number, paletteEnd: number): number {
  if (stated === 0 || (stated === headersEnd && bits <= 8)) return paletteEnd;
  return stated;
}

function readPalette(
  bytes: Uint8Array,
  start: number,
  bits: number,
  entryBytes: 3 | 4,
  stated: number,
): { palette: Uint8Array; paletteEnd: number } {
  const palette = Uint8Array.from({ length: 768 }, (_, at) => Math.floor(at / 3));
  if (bits > 8) return { palette, paletteEnd: start };
  const count = stated === 0 ? 2 ** bits : stated;
  for (let entry = 0; entry < Math.min(count, 256); entry++) {
    const at = start + entry * entryBytes;
    if (at + 3 > bytes.length) break;
    palette.set([bytes[at + 2]!, bytes[at + 1]!, bytes[at]!], 3 * entry);
  }
  return { palette, paletteEnd: start + count * entryBytes };
}

function usualMasks(bits: number): BmpHeader['masks'] {
  return bits === 16 ? [0x7c00, 0x3e0, 0x1f] : [0xff0000, 0xff00, 0xff];
}

function readMasks(view: DataView, bits: number, name: string): BmpHeader['masks'] {
  const masks = [54, 58, 62].map((at) => view.getUint32(at, true));
  const [red = 0, green = 0, blue = 0] = masks;
  if (red === 0 && green === 0 && blue === 0 && bits === 32) return usualMasks(bits);
  const isWhole = (mask: number) => {
    const ones = mask >>> shiftOf(mask);
    return mask !== 0 && mask < 2 ** bits && (ones & (ones + 1)) === 0;
  };
  if (!masks.every(isWhole)) {
    const found = masks.map((mask) => mask.toString(16)).join(', ');
    throw undecodableImage(name, `its bit fields for red, green and blue are ${found}, which cannot be`);
  }
  return [red, green, blue];
}

/** How many zeros a mask has below its ones. */
export function shiftOf(mask: number): number {
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}
