import { greyPixels, windowedPixels } from './greyPixels.ts';
import { checkPixels, expectBytes, undecodableImage } from './imageProblem.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import type { RgbPixels } from './pillowResize.ts';

interface NetpbmHeader {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly isBitmap: boolean;
  readonly isPlain: boolean;
  /** Of a value, 1 to 65,535. */
  readonly highest: number;
  /** Where the values begin. */
  readonly start: number;
}

/** Whether bytes begin as a Netpbm file does: `P1` to `P6`, white space, and a number or a comment. */
export function isNetpbm(bytes: Uint8Array): boolean {
  return /^P[1-6](?:\s+\d|\s*#)/.test(Buffer.from(bytes.subarray(0, 64)).toString('latin1'));
}

const hash = 0x23;

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/**
 * Decodes a bitmap, grey map or pixel map (PBM, PGM, PPM; plain or raw), of several images in a file the first, to
 * 8-bit RGB as Pillow's `open` and `convert('RGB')` do: values are scaled to 0 to 255 and rounded, half to even. Of grey
 * values up to 65,535 the upper 8 bits are taken, as of those of other formats.
 *
 * @param window For grey values above 255, as `decodePixels` says.
 * @throws InputError `image-undecodable`, `image-too-large`.
 */
export function decodeNetpbm(bytes: Uint8Array, name: string, window?: IntensityWindow): RgbPixels {
  const header = readHeader(bytes, name);
  const { width, height, channels, highest } = header;
  const values = header.isPlain
    ? plainValues(bytes, header, name)
    : header.isBitmap
      ? rawBits(bytes, header, name)
      : rawValues(bytes, header, name);
  if (channels === 1 && highest > 255 && window !== undefined) return windowedPixels(header, values, window);
  const levels = toLevels(values, header);
  return channels === 3 ? { width, height, rgb: levels } : greyPixels(header, levels);
}

function toLevels(
  values: Uint8Array | Uint16Array,
  { highest, channels, isBitmap }: NetpbmHeader,
): Uint8Array {
  const isWide = channels === 1 && highest === 65535;
  const table = Uint8Array.from({ length: highest + 1 }, (_, value) =>
    isWide ? value >> 8 : roundedToEven((value / highest) * 255),
  );
  // A bit is set where it is black.
  if (isBitmap) table.reverse();
  const levels = new Uint8Array(values.length);
  for (let i = 0; i < levels.length; i++) levels[i] = table[Math.min(values[i]!, highest)]!;
  return levels;
}

/** Python's `round`. */
function roundedToEven(value: number): number {
  const below = Math.floor(value);
  return value - below === 0.5 ? below + (below % 2) : Math.round(value);
}

function readHeader(bytes: Uint8Array, name: string): NetpbmHeader {
  const kind = bytes[1]! - 0x30;
  const isBitmap = kind === 1 || kind === 4;
  const tokens = new Tokens(bytes, 2);
  const next = (what: string): number => {
    const token = tokens.next();
    if (token !== undefined && /^\d{1,10}$/.test(token)) return Number(token);
    const found = token === undefined ? 'nothing' : JSON.stringify(token);
    throw undecodableImage(name, `its header has ${found} where its ${what} should be`);
  };
  const [width, height] = [next('width'), next('height')];
  checkPixels(name, width, height);
  const highest = isBitmap ? 1 : next('highest value');
  if (highest < 1 || highest > 65535) {
    throw undecodableImage(name, `its header says ${highest} for its highest value; expected 1 to 65535`);
  }
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  // One white space stands behind the header.
  return { width, height, channels, isBitmap, isPlain: kind <= 3, highest, start: tokens.at + 1 };
}

function plainValues(bytes: Uint8Array, header: NetpbmHeader, name: string): Uint16Array {
  const { width, height, channels, isBitmap, highest, start } = header;
  const count = width * height * channels;
  // Values but for bits have white space between them.
  expectBytes(name, bytes, start + (isBitmap ? count : 2 * count - 1));
  const values = new Uint16Array(count);
  const tokens = new Tokens(bytes, start);
  for (let i = 0; i < count; i++) {
    const token = isBitmap ? tokens.nextLetter() : tokens.next();
    if (token === undefined) {
      throw undecodableImage(name, `it ends early: it has ${i} values, its header says ${count}`);
    }
    const value = /^\d{1,10}$/.test(token) ? Number(token) : Infinity;
    if (value > highest) {
      throw undecodableImage(
        name,
        `its value ${i + 1} is ${JSON.stringify(token)}; expected 0 to ${highest}`,
      );
    }
    values[i] = value;
  }
  return values;
}

function rawBits(bytes: Uint8Array, { width, height, start }: NetpbmHeader, name: string): Uint8Array {
  const stride = Math.ceil(width / 8);
  expectBytes(name, bytes, start + stride * height);
  const values = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      values[y * width + x] = (bytes[start + y * stride + (x >> 3)]! >> (7 - (x & 7))) & 1;
    }
  }
  return values;
}

function rawValues(bytes: Uint8Array, header: NetpbmHeader, name: string): Uint8Array | Uint16Array {
  const { width, height, channels, highest, start } = header;
  const count = width * height * channels;
  const isWide = highest > 255;
  expectBytes(name, bytes, start + count * (isWide ? 2 : 1));
  if (!isWide) return bytes.subarray(start, start + count);
  const values = new Uint16Array(count);
  for (let i = 0, at = start; i < count; i++, at += 2) values[i] = bytes[at]! * 256 + bytes[at + 1]!;
  return values;
}

/** Words between white space and comments, which go from `#` to the end of a line. */
class Tokens {
  readonly #bytes: Uint8Array;
  /** Behind the last word. */
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** The next word, cut at eleven letters; undefined at the end. */
  next(): string | undefined {
    this.#skip();
    const start = this.at;
    while (this.at < this.#bytes.length && !isSpace(this.#bytes[this.at]) && this.#bytes[this.at] !== hash) {
      this.at++;
    }
    if (this.at === start) return undefined;
    return String.fromCharCode(...this.#bytes.subarray(start, Math.min(this.at, start + 11)));
  }

  /** The next letter that is no white space. */
  nextLetter(): string | undefined {
    this.#skip();
    const byte = this.#bytes[this.at++];
    return byte === undefined ? undefined : String.fromCharCode(byte);
  }

  #skip(): void {
    const bytes = this.#bytes;
    for (; ; this.at++) {
      if (bytes[this.at] === hash) {
        while (this.at < bytes.length && bytes[this.at] !== 0x0a && bytes[this.at] !== 0x0d) this.at++;
      }
      if (!isSpace(bytes[this.at])) return;
    }
  }
}
