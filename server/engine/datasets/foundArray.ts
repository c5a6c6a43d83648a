import type { ByteRange } from './byteRange.ts';
import type { NumberType } from './numberTypes.ts';
import { storedMatrices, type ArrayLayout, type StoredMatrix } from './storedArray.ts';

/** An array in a file, as far as is known before its values are read. */
export type FoundArray = FoundNumbers | FoundOthers;

interface ArrayFacts {
  /** Its name in the file; what a modality is called that is made of it. */
  readonly name: string;
  /** What its values are, for messages: `float32`, `int64`, `strings (<U5)`. */
  readonly type: string;
  /**
   * The values of an array of one axis, or of one beside those of length 1, as keys: equal keys for equal values, exact also where float32 is not. Absent
   * where they cannot be read.
   */
  readonly keys?: () => Promise<readonly string[]>;
}

/** Rows of an array that are in a file of their own. */
export interface ArrayPart {
  readonly file: string;
  readonly rows: number;
}

/** An array of numbers that can be read as float32. */
export interface FoundNumbers extends ArrayFacts {
  /** Where it is made of several files: each, in the order of the rows. */
  readonly parts?: readonly ArrayPart[];
  readonly numbers: 'floats' | 'integers' | 'booleans';
  /** Empty for a single value. */
  readonly shape: readonly number[];
  /**
   * Its matrices: itself where `shape` is (rows, columns), one a slice where it is (slices, rows, columns), which are
   * then called `name-1`, `name-2`, …
   *
   * @param shape its own shape, of which axes of length 1 may be left out: the order of the values is the same.
   */
  readonly matrices: (shape: readonly number[]) => StoredMatrix[];
}

/** What cannot be read as numbers: strings, objects, numbers of types that are not known. */
export interface FoundOthers extends ArrayFacts {
  readonly numbers: null;
  /** Null for what is no array. */
  readonly shape: readonly number[] | null;
  /** What to do to have it read, where something can be done. */
  readonly advice?: string;
}

/**
 * An array of numbers whose values lie in a range of bytes, one after the other.
 *
 * @param openBytes as `storedMatrices` takes it.
 */
export function numbersInBytes(
  name: string,
  file: string,
  layout: Omit<ArrayLayout, 'type'> & { readonly type: NumberType },
  openBytes: () => ByteRange,
): FoundNumbers {
  const { shape, type } = layout;
  return {
    name,
    type: type.name,
    shape,
    numbers: type.name.includes('float') ? 'floats' : type.name === 'bool' ? 'booleans' : 'integers',
    matrices: (asShape) => storedMatrices(name, file, { ...layout, shape: asShape }, openBytes),
    keys: () => keysOfBytes(openBytes(), type.bytes),
  };
}

/** Values of `width` bytes each as keys: their bytes. What is 0 bytes wide has no key but the empty one. */
export async function keysOfBytes(bytes: ByteRange, width: number): Promise<string[]> {
  const all = Buffer.alloc(bytes.size);
  await bytes.read(0, all);
  return Array.from({ length: width === 0 ? 0 : bytes.size / width }, (_, index) =>
    all.toString('latin1', index * width, (index + 1) * width),
  );
}
