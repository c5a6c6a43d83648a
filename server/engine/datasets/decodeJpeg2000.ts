import { DicomProblem } from './dicomProblem.ts';
import { greyPixels, windowedPixels } from './greyPixels.ts';
import { checkPixels, undecodableImage } from './imageProblem.ts';
import type { IntensityWindow } from './intensityWindow.ts';
import { jp2Contents } from './jp2Boxes.ts';
import { jpeg2000Codec } from './jpeg2000Codec.ts';
import type { RgbPixels, Size } from './pillowResize.ts';
import { pillowYccToRgb } from './pillowYcc.ts';

interface Codestream extends Size {
  readonly components: 1 | 3;
  /** Of a value. */
  readonly bits: number;
}

/**
 * Decodes a JPEG 2000 file (JP2, or a codestream alone) of grey values or of three colours (sRGB, sYCC) of 1 to 16 bits
 * to 8-bit RGB as Pillow's `open` and `convert('RGB')` do: colours of more bits are rounded to 8, of grey values the
 * upper 8 are taken, as of those of other formats; of fewer bits the values are shifted up.
 *
 * @param window For grey values of more than 8 bits, as `decodePixels` says.
 * @throws InputError `image-undecodable` for a file that is cut off or broken, or of a kind that is not read, which the
 *   message names; `image-too-large`.
 */
export async function decodeJpeg2000(
  bytes: Uint8Array,
  name: string,
  window?: IntensityWindow,
): Promise<RgbPixels> {
  const { codestream, colours } = jp2Contents(bytes, name);
  const header = readHeader(codestream, name);
  checkEnd(codestream, name);
  if ((header.components === 1) !== (colours === 'grey') && colours !== 'unknown') {
    throw undecodableImage(name, `it has ${header.components} components and says that they are ${colours}`);
  }
  const samples = await samplesOf(codestream, header, name);
  if (header.components === 1) {
    return header.bits > 8 && window !== undefined
      ? windowedPixels(header, samples, window)
      : greyPixels(header, toBytes(samples, header));
  }
  const levels = toBytes(samples, header);
  const { width, height } = header;
  return { width, height, rgb: colours === 'ycc' ? pillowYccToRgb(levels) : levels };
}

async function samplesOf(
  codestream: Uint8Array,
  { width, height, components }: Codestream,
  name: string,
): Promise<Uint8Array | Uint16Array> {
  const decoded = await jpeg2000Codec
    .decode(codestream, () => undefined)
    .catch((error: unknown) => {
      throw error instanceof DicomProblem ? undecodableImage(name, error.message) : error;
    });
  const count = width * height * components;
  if (decoded.bytes.length !== count * decoded.bytesPerSample) {
    throw undecodableImage(
      name,
      `its compressed pixels give ${decoded.bytes.length} bytes for ${count} values`,
    );
  }
  // All platforms that run this are little endian.
  return decoded.bytesPerSample === 1
    ? decoded.bytes
    : new Uint16Array(decoded.bytes.buffer, decoded.bytes.byteOffset, count);
}

function toBytes(samples: Uint8Array | Uint16Array, { bits, components }: Codestream): Uint8Array {
  const levels = new Uint8ClampedArray(samples.length);
  const excess = Math.max(0, bits - 8);
  const missing = Math.max(0, 8 - bits);
  // Half of what is cut off rounds. The highest ones, which overflow in Pillow, stay at 255.
  const half = components === 3 ? (1 << excess) >> 1 : 0;
  for (let i = 0; i < levels.length; i++) levels[i] = ((samples[i]! + half) >> excess) << missing;
  return new Uint8Array(levels.buffer);
}

/** What the first marker segment says (ISO 15444-1, A.5.1, SIZ). */
function readHeader(codestream: Uint8Array, name: string): Codestream {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  const components = codestream.length < 42 ? 0 : view.getUint16(40);
  if (codestream.length < 42 + 3 * components || view.getUint32(0) !== 0xff4fff51) {
    throw undecodableImage(name, 'it ends inside of its JPEG 2000 header, or has none');
  }
  const width = view.getUint32(8) - view.getUint32(16);
  const height = view.getUint32(12) - view.getUint32(20);
  checkPixels(name, width, height);
  const refuse = (found: string) =>
    undecodableImage(name, `it is a JPEG 2000 image ${found}, which is not read`);
  if (components !== 1 && components !== 3) {
    const guess = components === 2 || components === 4 ? ' (one may be transparency)' : '';
    throw refuse(`of ${components} components${guess}`);
  }
  const first = view.getUint8(42);
  for (let component = 0; component < components; component++) {
    const at = 42 + 3 * component;
    if (view.getUint8(at) !== first) throw refuse('whose components have different depths');
    if (view.getUint8(at + 1) !== 1 || view.getUint8(at + 2) !== 1)
      throw refuse('with subsampled components');
  }
  if (first & 0x80) throw refuse('of signed values');
  const bits = first + 1;
  if (bits > 16) throw refuse(`of ${bits} bits a value`);
  return { width, height, components, bits };
}

/**
 * Follows the parts of the codestream to its end (A.4.2, SOT): the decoder would make grey of what is missing.
 *
 * @throws InputError `image-undecodable` when the file ends before.
 */
function checkEnd(codestream: Uint8Array, name: string): void {
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.byteLength);
  let hasParts = false;
  for (let at = 2; at + 4 <= codestream.length;) {
    const marker = view.getUint16(at);
    if (marker === 0xffd9) return;
    if (marker === 0xff90 && at + 12 <= codestream.length) {
      const length = view.getUint32(at + 6);
      hasParts = true;
      // The last part may go on to the end.
      if (length === 0) return;
      if (at + length > codestream.length) {
        throw undecodableImage(
          name,
          `it ends early: its JPEG 2000 codestream has ${codestream.length} bytes, its parts take ${at + length}`,
        );
      }
      at += Math.max(length, 12);
    } else if (marker >= 0xff30) {
      at += 2 + view.getUint16(at + 2);
    } else {
      throw undecodableImage(name, `its JPEG 2000 codestream is damaged at byte ${at}`);
    }
  }
  if (!hasParts) throw undecodableImage(name, 'it ends inside of its JPEG 2000 header');
}
