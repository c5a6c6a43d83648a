import { InputError } from '../problems.ts';
import type { ByteRange } from './byteRange.ts';
import { isMemoryFormat } from './floatTypes.ts';
import { decodeNumbers, type NumberType } from './numberTypes.ts';

/** Where the values of an array are: shape (rows, columns) or (slices, rows, columns). */
export interface ArrayLayout {
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** Column-major: the first index runs fastest, as in Fortran. */
  readonly fortranOrder: boolean;
}

/** One matrix of numbers in a file, of which rows can be read in chunks. */
export interface StoredMatrix {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  /** Copies rows `start … start + count − 1`, as float32, to the beginning of `target`. */
  readonly read: (start: number, count: number, target: Float32Array) => Promise<void>;
}

/** Bytes decoded at a time where the values have to be converted. */
const CHUNK_BYTES = 2 ** 20;
/** The largest column-major array that is inflated into memory, as compressed bytes cannot be read by column. */
const LARGEST_INFLATED_FORTRAN_BYTES = 2 ** 30;

/**
 * The matrices of an array: itself when its shape is (rows, columns), or one a slice when it is
 * (slices, rows, columns), which are then called `name-1`, `name-2`, ….
 *
 * Row-major arrays are read as one run of bytes a chunk, float32 straight into the target's memory. Of
 * column-major arrays, a chunk takes one read a column, of the chunk's rows: slower, but memory stays bounded.
 *
 * @param openBytes Gives the values' bytes, as many as the layout says; called for each slice, so that slices read
 *   in turns do not disturb one another where reading is sequential.
 * @throws InputError `array-shape` when the shape is not one of these or is empty, `fortran-compressed` when a
 *   column-major array of more than 1 GiB is compressed.
 */
export function storedMatrices(
  name: string,
  file: string,
  layout: ArrayLayout,
  openBytes: () => ByteRange,
): StoredMatrix[] {
  const { shape, fortranOrder } = layout;
  if ((shape.length !== 2 && shape.length !== 3) || shape.includes(0)) {
    throw new InputError(
      'array-shape',
      `${file}: ${name} has the shape (${shape.join(', ')}), expected (rows, columns) or (modalities, rows, columns), none of them 0`,
      { file },
    );
  }
  const [rows, columns] = shape.slice(-2) as [number, number];
  const slices = shape.length === 3 ? shape[0]! : 1;
  const shared = fortranOrder ? randomAccess(name, file, openBytes()) : undefined;
  return Array.from({ length: slices }, (_, slice) => ({
    name: shape.length === 3 ? `${name}-${slice + 1}` : name,
    rows,
    columns,
    read: shared ? readByColumn(shared, slice) : readByRow(openBytes(), slice),
  }));

  function readByRow(bytes: ByteRange, slice: number): StoredMatrix['read'] {
    return (start, count, target) =>
      readRun(bytes, layout.type, (slice * rows + start) * columns, target.subarray(0, count * columns));
  }

  function readByColumn(bytes: ByteRange, slice: number): StoredMatrix['read'] {
    return async (start, count, target) => {
      const run = new Float32Array(count * slices);
      for (let column = 0; column < columns; column++) {
        await readRun(bytes, layout.type, slices * (start + rows * column), run);
        for (let row = 0; row < count; row++) target[row * columns + column] = run[row * slices + slice]!;
      }
    };
  }
}

/** Reads neighbouring values, the first of them the `first`-th of the array. */
async function readRun(
  bytes: ByteRange,
  type: NumberType,
  first: number,
  target: Float32Array,
): Promise<void> {
  if (isMemoryFormat(type)) {
    const memory = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
    await bytes.read(first * type.bytes, memory);
    return;
  }
  const chunkValues = Math.min(target.length, CHUNK_BYTES / type.bytes);
  const chunk = new Uint8Array(chunkValues * type.bytes);
  for (let done = 0; done < target.length; done += chunkValues) {
    const part = target.subarray(done, done + chunkValues);
    await bytes.read((first + done) * type.bytes, chunk.subarray(0, part.length * type.bytes));
    decodeNumbers(type, chunk, part);
  }
}

/**
 * The bytes, read into memory whole, with the first read, where they could only be read from front to back.
 *
 * @throws InputError `fortran-compressed` when these are more than 1 GiB.
 */
export function randomAccess(name: string, file: string, bytes: ByteRange): ByteRange {
  if (!bytes.sequential) return bytes;
  if (bytes.size > LARGEST_INFLATED_FORTRAN_BYTES) {
    throw new InputError(
      'fortran-compressed',
      `${file}: ${name} is compressed and in column-major (Fortran) order, and has ${bytes.size} bytes; ` +
        `more than ${LARGEST_INFLATED_FORTRAN_BYTES} cannot be read so. Save it in C order or uncompressed`,
      { file },
    );
  }
  let whole: Promise<Uint8Array> | undefined;
  return {
    size: bytes.size,
    sequential: false,
    async read(position, target) {
      whole ??= readAll(bytes);
      target.set((await whole).subarray(position, position + target.length));
    },
  };
}

async function readAll(bytes: ByteRange): Promise<Uint8Array> {
  const all = new Uint8Array(bytes.size);
  await bytes.read(0, all);
  return all;
}
