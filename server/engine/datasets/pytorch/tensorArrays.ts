import { bytesFrom, type ByteRange } from '../byteRange.ts';
import { numbersInBytes, type FoundArray, type FoundNumbers } from '../foundArray.ts';
import type { NumberType } from '../numberTypes.ts';
import { randomAccess, type StoredMatrix } from '../storedArray.ts';
import { NumpyArray } from './numpyNames.ts';
import { readStridedRows } from './stridedRows.ts';
import { TorchTensor } from './torchTensor.ts';

/**
 * A tensor as an array of a file. One whose values lie in order is read as one run of bytes a chunk; of views whose values
 * lie apart (transposed, every second column), only these are read, with what lies closely between them.
 */
export function arrayOfTensor(tensor: TorchTensor, name: string, file: string): FoundArray {
  const { shape } = tensor;
  const type = torchNumberType(tensor);
  if (type === null) {
    return { name, type: tensor.type.name, shape, numbers: null, advice: readAdvice(tensor.type.name) };
  }
  if (tensor.isExpanded) {
    const advice = 'it is a view of fewer values than it has, as of expand(); save x.clone()';
    return { name, type: tensor.type.name, shape, numbers: null, advice };
  }
  const open = () =>
    bytesFrom(
      openStorage(tensor),
      tensor.offset * type.bytes,
      shape.includes(0) ? 0 : tensor.size * type.bytes,
    );
  const array = numbersInBytes(name, file, { shape, type, fortranOrder: false }, open);
  if (tensor.isContiguous || shape.includes(0)) return array;
  const { numbers } = array;
  // Without keys, which are the bytes of values that lie one after the other.
  const matrices: FoundNumbers['matrices'] = (asShape) => stridedMatrices(tensor, type, asShape, name, file);
  return { name, type: type.name, shape, numbers, matrices };
}

/**
 * Rows that are a tensor each, all of the same length, as one matrix.
 *
 * @param rows as `isRow` knows them; one at the least.
 */
export function arrayOfRows(rows: readonly unknown[], name: string, file: string): FoundNumbers {
  const tensors = rows.map((row) => tensorOf(row)!);
  const columns = rowLength(rows[0]);
  const first = torchNumberType(tensors[0]!)!;
  const read: StoredMatrix['read'] = async (start, count, target) => {
    for (let row = 0; row < count; row++) {
      const tensor = tensors[start + row]!;
      const layout = {
        type: torchNumberType(tensor)!,
        offset: tensor.offset,
        columns,
        rowStride: 0,
        columnStride: tensor.strides.at(-1)!,
      };
      const into = target.subarray(row * columns, (row + 1) * columns);
      await readStridedRows(randomAccess(name, file, openStorage(tensor)), layout, 0, 1, into);
    }
  };
  return {
    name,
    type: `${tensors.length} vectors of ${first.name}`,
    shape: [tensors.length, columns],
    numbers: first.name.includes('float') ? 'floats' : first.name === 'bool' ? 'booleans' : 'integers',
    matrices: () => [{ name, rows: tensors.length, columns, read }],
  };
}

/** Whether a value is a tensor or array of the shape (D,) or (1, D), of numbers that can be read. */
export function isRow(value: unknown): boolean {
  const tensor = tensorOf(value);
  if (tensor === null || torchNumberType(tensor) === null || tensor.isExpanded) return false;
  const { shape } = tensor;
  return !shape.includes(0) && (shape.length === 1 || (shape.length === 2 && shape[0] === 1));
}

/** The length of what `isRow` takes for a row. */
export function rowLength(row: unknown): number {
  return tensorOf(row)!.shape.at(-1)!;
}

function tensorOf(value: unknown): TorchTensor | null {
  const tensor = value instanceof NumpyArray ? value.tensor : value;
  return tensor instanceof TorchTensor ? tensor : null;
}

/** How the values of a tensor become float32; null where they cannot. */
export function torchNumberType({ type, storage }: TorchTensor): NumberType | null {
  return type.number === null ? null : ({ ...type.number, bigEndian: storage.bigEndian } as NumberType);
}

/** The bytes of all that a tensor may be a view of. */
export function openStorage({ storage }: TorchTensor): ByteRange {
  if (storage.open === null) throw new Error('a storage is read before its place is known');
  return storage.open();
}

function stridedMatrices(
  tensor: TorchTensor,
  type: NumberType,
  shape: readonly number[],
  name: string,
  file: string,
): StoredMatrix[] {
  const bytes = randomAccess(name, file, openStorage(tensor));
  const [sliceStride = 0, rowStride = 0, columnStride = 0] = [0, 0, ...stridesOf(tensor, shape)].slice(-3);
  const [slices = 1, rows = 1, columns = 1] = [1, 1, ...shape].slice(-3);
  return Array.from({ length: slices }, (_, slice) => {
    const layout = { type, offset: tensor.offset + slice * sliceStride, columns, rowStride, columnStride };
    return {
      name: shape.length === 3 ? `${name}-${slice + 1}` : name,
      rows,
      columns,
      read: (start, count, target) => readStridedRows(bytes, layout, start, count, target),
    };
  });
}

/** The strides of a tensor when it is seen in a shape that lacks some of its axes of length 1. */
function stridesOf(tensor: TorchTensor, shape: readonly number[]): number[] {
  const strides = tensor.strides.filter((_, axis) => tensor.shape[axis] !== 1);
  return shape.map((extent) => (extent === 1 ? 0 : strides.shift()!));
}

/** What to do to have values of another type read. */
export function readAdvice(type: string): string {
  if (type.startsWith('complex')) return 'save torch.view_as_real(x).flatten(1), or the part that is meant';
  return type.startsWith('q') ? 'save x.dequantize()' : 'save x.float()';
}
