import { zipArchive } from './zipArchive.ts';

/** An array to write, of any type: `type` is the type string of `.npy`, and `data` the values' bytes. */
export interface WrittenArray {
  readonly name: string;
  readonly type: string;
  readonly shape: readonly number[];
  /** Zeros where it is left out. */
  readonly data?: Uint8Array;
}

const safetensorsTypes: Readonly<Record<string, string>> = {
  '<f2': 'F16',
  '<f4': 'F32',
  '<f8': 'F64',
  '|b1': 'BOOL',
  '|i1': 'I8',
  '|u1': 'U8',
  '<i2': 'I16',
  '<i4': 'I32',
  '<i8': 'I64',
};

function bytesOf({ type, shape, data }: WrittenArray): Uint8Array {
  const letters = Number(/\d+$/.exec(type)?.[0] ?? 1);
  const width = type.includes('U') ? 4 * letters : letters;
  return data ?? new Uint8Array(shape.reduce((product, length) => product * length, width));
}

/** The bytes of a `.npy` file of an array; of `|O`, what follows the header is no pickle. */
export function npyBytesOf(array: WrittenArray): Buffer {
  const shape = array.shape.length === 1 ? `(${array.shape[0]!},)` : `(${array.shape.join(', ')})`;
  const header = `{'descr': '${array.type}', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const start = Buffer.alloc(10, '\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), bytesOf(array)]);
}

export function npzBytesOf(arrays: readonly WrittenArray[]): Buffer {
  return zipArchive(arrays.map((array) => ({ name: `${array.name}.npy`, content: npyBytesOf(array) })));
}

/** @throws RangeError for types that safetensors files do not have. */
export function safetensorsBytesOf(arrays: readonly WrittenArray[]): Buffer {
  let end = 0;
  const header = arrays.map((array) => {
    const dtype = safetensorsTypes[array.type];
    if (dtype === undefined) throw new RangeError(`safetensors have no ${array.type}`);
    const begin = end;
    end += bytesOf(array).length;
    return [array.name, { dtype, shape: array.shape, data_offsets: [begin, end] }];
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(header)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, ...arrays.map(bytesOf)]);
}
