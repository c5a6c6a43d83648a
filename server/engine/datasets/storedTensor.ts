import { InputError } from '../problems.ts';
import { bytesFrom, type ByteRange } from './byteRange.ts';
import type { TensorInput } from './dataset.ts';
import { isMemoryFormat } from './floatTypes.ts';
import { npyLayout, readNpyHeader } from './npyHeader.ts';
import { decodeNumbers, type NumberType } from './numberTypes.ts';

/** An array of numbers in a file: any shape, any type that becomes float32. */
export interface StoredTensor {
  /** How messages name it: the file, and the array within it. */
  readonly where: string;
  readonly file: string;
  readonly shape: readonly number[];
  readonly type: NumberType;
  /** Column-major: the first index runs fastest, as in Fortran. */
  readonly fortranOrder: boolean;
  /** The values, exactly as many bytes as shape and type say. */
  readonly bytes: ByteRange;
}

/** One item of a modality is this large at most: 1 GiB as float32. */
const LARGEST_ITEM_VALUES = 2 ** 28;

/**
 * The array in the bytes of a `.npy` file.
 *
 * @throws InputError `npy-type` when it does not hold numbers, `npy-size`, and those of `readNpyHeader`.
 */
export async function npyTensor(bytes: ByteRange, where: string, file: string): Promise<StoredTensor> {
  const header = await readNpyHeader(bytes, where, file);
  const layout = npyLayout(header, bytes, where, file);
  return { where, file, ...layout, bytes: bytesFrom(bytes, header.dataOffset) };
}

/**
 * The whole array, as float32, in row-major order whatever its order in the file.
 *
 * @throws InputError `tensor-size` when it is empty or has more than 2²⁸ values.
 */
export async function readTensor(tensor: StoredTensor): Promise<TensorInput> {
  const { shape, fortranOrder } = tensor;
  const values = await readItem(tensor, shape, 0);
  return { shape, data: fortranOrder ? rowMajor(values, shape) : values };
}

/**
 * The slice at `index` of the first axis, as float32, without that axis. Only its bytes are read.
 *
 * @param tensor Row-major, of one axis at the least.
 * @throws InputError as `readTensor` does.
 */
export async function readTensorSlice(tensor: StoredTensor, index: number): Promise<TensorInput> {
  const shape = tensor.shape.slice(1);
  return { shape, data: await readItem(tensor, shape, index) };
}

/** The values of an item of a shape, the `index`-th of the file. */
async function readItem(
  { where, file, type, bytes }: StoredTensor,
  shape: readonly number[],
  index: number,
): Promise<Float32Array> {
  const count = shape.reduce((product, extent) => product * extent, 1);
  if (count === 0 || count > LARGEST_ITEM_VALUES) {
    throw new InputError(
      'tensor-size',
      `${where}: an item of the shape (${shape.join(', ')}) has ${count} values, expected 1 to ${LARGEST_ITEM_VALUES}`,
      { file },
    );
  }
  const values = new Float32Array(count);
  // One read an item: reads of several items at once would disturb one another where bytes are inflated.
  const stored = isMemoryFormat(type) ? new Uint8Array(values.buffer) : new Uint8Array(count * type.bytes);
  await bytes.read(index * stored.length, stored);
  if (!isMemoryFormat(type)) decodeNumbers(type, stored, values);
  return values;
}

/** Values whose first index runs fastest, put in the order where the last one does. */
function rowMajor(values: Float32Array, shape: readonly number[]): Float32Array {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of shape) {
    strides.push(stride);
    stride *= extent;
  }
  const ordered = new Float32Array(values.length);
  const position = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < ordered.length; to++) {
    ordered[to] = values[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return ordered;
}
