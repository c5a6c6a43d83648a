import { inflateRawSync } from 'node:zlib';
import { type DataSet, parseDicom } from 'dicom-parser';
import { broken, DicomProblem, unsupported } from './dicomProblem.ts';
import { pixelLimit } from './imageLimits.ts';

/** How a frame's pixels are stored: DICOM PS3.3 C.7.6.3. */
export interface PixelLayout {
  readonly rows: number;
  readonly columns: number;
  readonly samplesPerPixel: 1 | 3;
  readonly photometric: string;
  /** One component after the other, instead of interleaved. */
  readonly planar: boolean;
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bitsStored: number;
  /** The place of the highest stored bit within those allocated, from 0. */
  readonly highBit: number;
  readonly signed: boolean;
  readonly frames: number;
}

/** More than the largest frame takes, with room for what stands before it. */
const inflatedLimit = 2 ** 30;

/**
 * Parses a file's elements.
 *
 * @throws DicomProblem `dicom-undecodable` when the file is broken or cut off.
 */
export function parseElements(bytes: Uint8Array): DataSet {
  try {
    return parseDicom(bytes, { inflater: inflate });
  } catch (error) {
    // The parser throws strings, and objects with a string and what it has read so far.
    const cause = error instanceof Object && 'exception' in error ? error.exception : error;
    throw broken(cause instanceof Error ? cause.message : String(cause));
  }
}

/** The file with all behind its file meta information inflated: the deflated transfer syntax. */
function inflate(file: Uint8Array, start: number): Uint8Array {
  const inflated = inflateRawSync(file.subarray(start), { maxOutputLength: inflatedLimit });
  return Buffer.concat([file.subarray(0, start), inflated]);
}

/**
 * The layout of the pixels.
 *
 * @throws DicomProblem `dicom-undecodable` when it is missing or contradicts itself, `dicom-unsupported` when it is
 *   of a kind that cannot be decoded, `image-too-large` from 178,956,970 pixels on.
 */
export function pixelLayout(elements: DataSet): PixelLayout {
  const rows = elements.uint16('x00280010') ?? 0;
  const columns = elements.uint16('x00280011') ?? 0;
  if (rows === 0 || columns === 0) throw broken(`it has ${rows} rows and ${columns} columns of pixels`);
  if (rows * columns > pixelLimit) {
    throw new DicomProblem('image-too-large', `${columns} × ${rows} pixels are more than ${pixelLimit}`);
  }
  const samplesPerPixel = elements.uint16('x00280002') ?? 1;
  if (samplesPerPixel !== 1 && samplesPerPixel !== 3) {
    throw unsupported(`it has ${samplesPerPixel} samples a pixel; 1 and 3 can be read`);
  }
  const bitsAllocated = elements.uint16('x00280100');
  if (bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32) {
    throw unsupported(
      `it allocates ${bitsAllocated ?? 'an unknown number of'} bits a sample; 8, 16 and 32 can be read`,
    );
  }
  const bitsStored = elements.uint16('x00280101') ?? bitsAllocated;
  const highBit = elements.uint16('x00280102') ?? bitsStored - 1;
  if (bitsStored < 1 || highBit >= bitsAllocated || bitsStored > highBit + 1) {
    throw broken(`${bitsStored} bits up to bit ${highBit} do not fit into the ${bitsAllocated} allocated`);
  }
  const frames = elements.intString('x00280008') ?? 1;
  return {
    rows,
    columns,
    samplesPerPixel,
    photometric: elements.string('x00280004') ?? '',
    planar: elements.uint16('x00280006') === 1,
    bitsAllocated,
    bitsStored,
    highBit,
    signed: elements.uint16('x00280103') === 1,
    frames: frames >= 1 ? frames : 1,
  };
}

/**
 * Where an attribute of the first frame stands: in the file itself, or in a file of many frames within the functional
 * group `group` of the first frame or of all frames (PS3.3 C.7.6.16).
 */
export function holderOf(elements: DataSet, tag: string, group: string): DataSet | undefined {
  const first = (from: DataSet | undefined, sequence: string): DataSet | undefined =>
    from?.elements[sequence]?.items?.[0]?.dataSet;
  const ofFrame = first(first(elements, 'x52009230'), group);
  const ofAll = first(first(elements, 'x52009229'), group);
  return [ofFrame, ofAll, elements].find((holder) => (holder?.elements[tag]?.length ?? 0) > 0);
}
