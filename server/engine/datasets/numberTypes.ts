import { decodeFloats, safetensorsFloatTypes, swapBytes, type FloatType } from './floatTypes.ts';

/** A format of whole numbers. Values beyond 2²⁴ are rounded to float32; `bool` gives 0 and 1. */
export interface IntegerType {
  readonly name: keyof typeof integerArrays;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly bigEndian: boolean;
}

/** A format of stored numbers that can be read as float32. */
export type NumberType = FloatType | IntegerType;

const integerArrays = {
  bool: Uint8Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
};

/** The number types of safetensors files that can be read, by the format's names. */
export const safetensorsNumberTypes: Readonly<Record<string, NumberType>> = {
  ...safetensorsFloatTypes,
  BOOL: { name: 'bool', bytes: 1, bigEndian: false },
  I8: { name: 'int8', bytes: 1, bigEndian: false },
  U8: { name: 'uint8', bytes: 1, bigEndian: false },
  I16: { name: 'int16', bytes: 2, bigEndian: false },
  U16: { name: 'uint16', bytes: 2, bigEndian: false },
  I32: { name: 'int32', bytes: 4, bigEndian: false },
  U32: { name: 'uint32', bytes: 4, bigEndian: false },
  I64: { name: 'int64', bytes: 8, bigEndian: false },
  U64: { name: 'uint64', bytes: 8, bigEndian: false },
};

/**
 * Decodes `target.length` values from the beginning of `bytes` (which may be overwritten) to float32.
 *
 * @param bytes Aligned to 8 bytes in its buffer.
 */
export function decodeNumbers(type: NumberType, bytes: Uint8Array, target: Float32Array): void {
  if (isFloatType(type)) {
    decodeFloats(type, bytes, target);
    return;
  }
  const used = Buffer.from(bytes.buffer, bytes.byteOffset, target.length * type.bytes);
  const { name, bytes: width, bigEndian } = type;
  if (bigEndian && width !== 1) swapBytes(used, width);
  const { buffer, byteOffset } = used;
  const values = new integerArrays[name](buffer as ArrayBuffer, byteOffset, target.length);
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    for (let i = 0; i < target.length; i++) target[i] = Number(values[i]!);
  } else {
    target.set(values);
  }
}

function isFloatType(type: NumberType): type is FloatType {
  return !(type.name in integerArrays);
}
