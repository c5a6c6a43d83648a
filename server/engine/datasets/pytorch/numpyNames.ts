import { InputError } from '../../problems.ts';
import { bytesInMemory } from '../byteRange.ts';
import { numberTypeOf, otherNpyType } from '../npyHeader.ts';
import { LongText, PlainObject, type PickleFunction } from './pickleValues.ts';
import { OtherTensor, TorchStorage, TorchTensor } from './torchTensor.ts';

/** A type of NumPy, which gets its byte order when its state is set. */
class NumpyType {
  #letters: string;
  #order = '|';
  #isStructured = false;

  constructor(letters: string) {
    this.#letters = letters;
  }

  /** As the header of a `.npy` file has it: `<f4`. */
  get descr(): string {
    return this.#isStructured ? `[${this.#letters}]` : this.#order + this.#letters;
  }

  /** (version, byte order, subtype, names, fields, …) */
  setState(state: unknown): void {
    if (!Array.isArray(state)) return;
    if (typeof state[1] === 'string') this.#order = state[1];
    this.#isStructured = Array.isArray(state[3]) || Array.isArray(state[2]);
  }
}

/** An array of NumPy, which gets its values when its state is set. */
export class NumpyArray {
  /** The array as a tensor; what it is instead, where it cannot be one. */
  tensor: TorchTensor | OtherTensor;
  readonly #where: string;
  readonly #file: string;

  constructor(where: string, file: string) {
    this.#where = where;
    this.#file = file;
    this.tensor = new OtherTensor('an array without values', null);
  }

  /** (version, shape, type, whether column-major, values); the first is absent in old pickles. */
  setState(state: unknown): void {
    if (!Array.isArray(state)) throw this.#damaged('the state of an array is none');
    const [shape, type, isColumnMajor, values] = (state as unknown[]).slice(-4);
    this.set(shape, type, isColumnMajor === true || isColumnMajor === 1, values);
  }

  /** @throws InputError `pytorch-damaged` when there are more or fewer values than the shape says. */
  set(shape: unknown, type: unknown, isColumnMajor: boolean, values: unknown): void {
    const isShape =
      Array.isArray(shape) && shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0);
    if (!isShape || !(type instanceof NumpyType)) throw this.#damaged('an array has no shape or no type');
    const extents = shape as number[];
    const { descr } = type;
    const number = numberTypeOf(descr);
    if (number === null) {
      const { type: found, advice } = otherNpyType(descr);
      this.tensor = new OtherTensor(found, extents, advice);
      return;
    }
    // Python 2 and protocol 0 write the bytes as text.
    const bytes =
      typeof values === 'string'
        ? Buffer.from(values, 'latin1')
        : values instanceof LongText
          ? values.latin1()
          : values;
    const claimed = extents.reduce((product, extent) => product * extent, number.bytes);
    if (!(bytes instanceof Uint8Array) || bytes.length !== claimed) {
      const found = bytes instanceof Uint8Array ? `${bytes.length} bytes` : 'no bytes';
      throw this.#damaged(
        `an array of the shape (${extents.join(', ')}) needs ${claimed} bytes, found ${found}`,
      );
    }
    const torchType = { name: number.name, bytes: number.bytes, number };
    const storage = new TorchStorage(torchType, claimed / number.bytes, number.bigEndian, () =>
      bytesInMemory(bytes),
    );
    this.tensor = new TorchTensor(
      { type: torchType, storage, offset: 0, shape: extents, strides: stridesOf(extents, isColumnMajor) },
      this.#where,
      this.#file,
    );
  }

  #damaged(found: string): InputError {
    return new InputError('pytorch-damaged', `${this.#where}: ${found}: the file is damaged; save it again`, {
      file: this.#file,
    });
  }
}

/** What NumPy's names in pickles stand for. `numpy._core` is what NumPy 2 calls `numpy.core`. */
export function numpyNames(where: string, file: string): Readonly<Record<string, PickleFunction>> {
  const array: PickleFunction = () => new NumpyArray(where, file);
  const fromBuffer: PickleFunction = ([bytes, type, shape, order]) => {
    const made = new NumpyArray(where, file);
    made.set(shape, type, order === 'F', bytes);
    return made;
  };
  const scalar: PickleFunction = () => new PlainObject('a single value of NumPy');
  return {
    'numpy.ndarray': array,
    'numpy.dtype': ([letters]) => new NumpyType(typeof letters === 'string' ? letters : '?'),
    ...Object.fromEntries(
      ['numpy.core', 'numpy._core'].flatMap((core) => [
        [`${core}.multiarray._reconstruct`, array],
        [`${core}.multiarray.scalar`, scalar],
        [`${core}.numeric._frombuffer`, fromBuffer],
      ]),
    ),
  };
}

/** How many values lie between neighbours of each axis. */
function stridesOf(shape: readonly number[], isColumnMajor: boolean): number[] {
  const strides: number[] = [];
  let stride = 1;
  for (const extent of isColumnMajor ? shape : shape.toReversed()) {
    strides.push(stride);
    stride *= extent;
  }
  return isColumnMajor ? strides : strides.reverse();
}
