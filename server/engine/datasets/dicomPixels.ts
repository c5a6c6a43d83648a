import {
  createJPEGBasicOffsetTable,
  type DataSet,
  type Element,
  readEncapsulatedImageFrame,
  readEncapsulatedPixelDataFromFragments,
} from 'dicom-parser';
import { decompress } from './dicomCodecs.ts';
import type { PixelLayout } from './dicomHeader.ts';
import { broken, unsupported } from './dicomProblem.ts';

const bigEndian = '1.2.840.10008.1.2.2';
const uncompressed = ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.1.99', bigEndian];

/** A frame as it is stored. */
export interface StoredFrame {
  /** `rows × columns × samplesPerPixel` numbers, row-major, interleaved, without the bits that are not theirs. */
  readonly values: Float64Array;
  /** Whether they have become RGB on the way, whatever the photometric interpretation says. */
  readonly isRgb: boolean;
}

/**
 * The first frame's samples.
 *
 * @throws DicomProblem `dicom-undecodable` when the pixels are broken or fewer than the layout says,
 *   `dicom-unsupported` when there are none, or no codec for them.
 */
export async function firstFrame(elements: DataSet, layout: PixelLayout): Promise<StoredFrame> {
  const element = elements.elements['x7fe00010'];
  if (element === undefined) throw unsupported('it has no pixel data');
  const syntax = elements.string('x00020010') ?? '';
  if (!uncompressed.includes(syntax)) {
    const { isRgb, ...samples } = await decompress(
      syntax,
      compressedFrame(elements, element, layout),
      layout,
    );
    return { values: toValues({ ...samples, littleEndian: true }, layout), isRgb };
  }
  const littleEndian = syntax !== bigEndian;
  if (!littleEndian && layout.bitsAllocated === 8 && element.vr === 'OW') {
    throw unsupported('it has samples of 8 bits in big endian words');
  }
  // Uncompressed 4:2:2 has two samples a pixel.
  const isHalved = layout.photometric === 'YBR_FULL_422';
  const bytesPerSample = layout.bitsAllocated / 8;
  const length = layout.rows * layout.columns * (isHalved ? 2 : layout.samplesPerPixel) * bytesPerSample;
  const end = element.dataOffset + Math.min(length, element.length);
  const stored = elements.byteArray.subarray(element.dataOffset, end);
  if (element.encapsulatedPixelData === true || stored.length < length) {
    throw broken(`its pixel data have ${stored.length} bytes; expected ${length}`);
  }
  const bytes = isHalved ? repeatChroma(stored, layout) : stored;
  return {
    values: toValues({ bytes, bytesPerSample, planar: layout.planar && !isHalved, littleEndian }, layout),
    isRgb: false,
  };
}

/** The bytes of the first frame among the fragments of all (PS3.5 A.4). */
function compressedFrame(elements: DataSet, element: Element, { frames }: PixelLayout): Uint8Array {
  const { fragments, basicOffsetTable } = element;
  if (fragments === undefined || fragments.length === 0) throw broken('its compressed pixel data are empty');
  const from = (count: number): Uint8Array =>
    readEncapsulatedPixelDataFromFragments(elements, element, 0, count, fragments);
  try {
    if (frames === 1) return from(fragments.length);
    if (frames === fragments.length) return from(1);
    const offsets = basicOffsetTable?.length
      ? basicOffsetTable
      : createJPEGBasicOffsetTable(elements, element);
    return readEncapsulatedImageFrame(elements, element, 0, offsets);
  } catch (error) {
    throw broken(error instanceof Error ? error.message : String(error));
  }
}

interface RawSamples {
  readonly bytes: Uint8Array;
  readonly bytesPerSample: number;
  readonly planar: boolean;
  readonly littleEndian: boolean;
}

function toValues(
  samples: RawSamples,
  { samplesPerPixel, bitsStored, highBit, signed }: PixelLayout,
): Float64Array {
  const { bytes, bytesPerSample, planar, littleEndian } = samples;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / bytesPerSample;
  const pixels = count / samplesPerPixel;
  const values = new Float64Array(count);
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  for (let i = 0; i < count; i++) {
    const at = planar ? (i % samplesPerPixel) * pixels + Math.floor(i / samplesPerPixel) : i;
    let bits: number;
    if (bytesPerSample === 1) bits = bytes[at]!;
    else if (bytesPerSample === 2) bits = view.getUint16(2 * at, littleEndian);
    else bits = view.getUint32(4 * at, littleEndian);
    values[i] = signed ? (bits << left) >> right : (bits << left) >>> right;
  }
  return values;
}

/** From `Y Y Cb Cr` for each two pixels to `Y Cb Cr` for each. */
function repeatChroma(halved: Uint8Array, { rows, columns, bitsAllocated }: PixelLayout): Uint8Array {
  if (bitsAllocated !== 8 || columns % 2 !== 0)
    throw unsupported('its halved colours are not of 8 bits and even rows');
  const bytes = new Uint8Array(rows * columns * 3);
  for (let from = 0, to = 0; from < halved.length; from += 4, to += 6) {
    bytes.set([halved[from]!, halved[from + 2]!, halved[from + 3]!], to);
    bytes.set([halved[from + 1]!, halved[from + 2]!, halved[from + 3]!], to + 3);
  }
  return bytes;
}
