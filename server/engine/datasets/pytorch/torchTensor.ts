import { InputError } from '../../problems.ts';
import type { ByteRange } from '../byteRange.ts';
import type { NumberType } from '../numberTypes.ts';

/** A type of values in storages, by torch's name: `float32`, `complex64`, `qint8`. */
export interface TorchType {
  readonly name: string;
  /** How its values become float32; null where they cannot. */
  readonly number: Omit<NumberType, 'bigEndian'> | null;
  readonly bytes: number;
}

/** The types by torch's names. */
export const torchTypes: ReadonlyMap<string, TorchType> = new Map(
  (
    [
      ['float32', 4],
      ['float64', 8],
      ['float16', 2],
      ['bfloat16', 2],
      ['int8', 1],
      ['uint8', 1],
      ['int16', 2],
      ['uint16', 2],
      ['int32', 4],
      ['uint32', 4],
      ['int64', 8],
      ['uint64', 8],
      ['bool', 1],
      ['complex32', 4],
      ['complex64', 8],
      ['complex128', 16],
      ['qint8', 1],
      ['quint8', 1],
      ['qint32', 4],
      ['quint4x2', 1],
      ['quint2x4', 1],
      ['float8_e4m3fn', 1],
      ['float8_e5m2', 1],
      ['float8_e4m3fnuz', 1],
      ['float8_e5m2fnuz', 1],
      ['float8_e8m0fnu', 1],
    ] as const
  ).map(([name, bytes]) => {
    const isNumber = !/^(complex|q|float8)/.test(name);
    return [name, { name, bytes, number: isNumber ? ({ name, bytes } as TorchType['number']) : null }];
  }),
);

/** Numbers that one tensor or several are views of. */
export class TorchStorage {
  readonly type: TorchType;
  /** How many values it has. */
  readonly length: number;
  readonly bigEndian: boolean;
  /** Opens its bytes; null until it is known where they are. Of compressed bytes, each call has a position of its own. */
  open: (() => ByteRange) | null;

  constructor(type: TorchType, length: number, bigEndian: boolean, open: (() => ByteRange) | null = null) {
    this.type = type;
    this.length = length;
    this.bigEndian = bigEndian;
    this.open = open;
  }
}

/** A tensor: a view of a storage. Offset and strides count values. */
export interface TorchView {
  readonly type: TorchType;
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A tensor or array that was found in a pickle. */
export class TorchTensor implements TorchView {
  readonly type: TorchType;
  readonly storage: TorchStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  /** @throws InputError `pytorch-damaged` when the view does not lie within the storage. */
  constructor({ type, storage, offset, shape, strides }: TorchView, where: string, file: string) {
    this.type = type;
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
    const numbers = [offset, ...shape, ...strides];
    const last = shape.reduce((sum, extent, axis) => sum + (extent - 1) * (strides[axis] ?? NaN), offset);
    const available = Math.floor((storage.length * storage.type.bytes) / type.bytes);
    const isWithin =
      numbers.every((number) => Number.isSafeInteger(number) && number >= 0) &&
      strides.length === shape.length &&
      (shape.includes(0) || last < available);
    if (!isWithin) {
      throw new InputError(
        'pytorch-damaged',
        `${where}: a tensor of the shape (${shape.join(', ')}), strides (${strides.join(', ')}) and offset ${offset} does not lie within its ${available} stored values: the file is damaged`,
        { file },
      );
    }
  }

  /** How many values it has. */
  get size(): number {
    return this.shape.reduce((product, extent) => product * extent, 1);
  }

  /** Whether it has more values than are stored: rows that are one and the same, or overlap. */
  get isExpanded(): boolean {
    return this.size > (this.storage.length * this.storage.type.bytes) / this.type.bytes;
  }

  /** Whether its values lie one after the other, in row-major order. */
  get isContiguous(): boolean {
    let expected = 1;
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      if (this.shape[axis] === 1) continue;
      if (this.strides[axis] !== expected) return false;
      expected *= this.shape[axis]!;
    }
    return true;
  }
}

/** A tensor that is not a plain array of numbers: sparse, quantised, nested, without values. */
export class OtherTensor {
  readonly type: string;
  readonly shape: readonly number[] | null;
  /** What to do to have it read. */
  readonly advice: string | undefined;

  constructor(type: string, shape: readonly number[] | null, advice?: string) {
    this.type = type;
    this.shape = shape;
    this.advice = advice;
  }
}
