/** A dictionary of Python; `OrderedDict` and its like too. Keys are what they are in the pickle, never properties. */
export class PickleDict extends Map<unknown, unknown> {
  /** What was set on it beside its entries: `_metadata`, in the state of a model. */
  attributes: unknown = null;

  setState(state: unknown): void {
    this.attributes = state;
  }
}

/** A text that is too long to be one: arrays in pickles of protocol 2. */
export class LongText {
  readonly #bytes: Uint8Array;
  readonly #encoding: 'utf8' | 'latin1';
  #latin1: Uint8Array | undefined;

  constructor(bytes: Uint8Array, encoding: 'utf8' | 'latin1') {
    this.#bytes = bytes;
    this.#encoding = encoding;
  }

  /** How many bytes it takes in the file. */
  get size(): number {
    return this.#bytes.length;
  }

  /** A byte for each of its characters; undefined where one is beyond U+00FF. */
  latin1(): Uint8Array | undefined {
    if (this.#encoding === 'latin1') return this.#bytes;
    this.#latin1 ??= latin1OfUtf8(this.#bytes);
    return this.#latin1;
  }
}

/** A function or class that the pickle may name: what stands for it here, and nothing of Python. */
export class PickleGlobal {
  /** `module.name` */
  readonly name: string;
  readonly #call: PickleFunction | undefined;

  constructor(name: string, call?: PickleFunction) {
    this.name = name;
    this.#call = call;
  }

  /** @param spend is told what is copied, in about the number of values. */
  call(values: readonly unknown[], spend: (amount: number) => void): unknown {
    return this.#call === undefined ? new PlainObject(this.name) : this.#call(values, spend);
  }
}

export type PickleFunction = (values: readonly unknown[], spend: (amount: number) => void) => unknown;

/** Something harmless that cannot be embeddings: a device, a complex number, a slice. */
export class PlainObject {
  readonly type: string;

  constructor(type: string) {
    this.type = type;
  }
}

/** What may get a state after it was made. */
interface Buildable {
  setState(state: unknown): void;
}

export function isBuildable(value: unknown): value is Buildable {
  return typeof value === 'object' && value !== null && 'setState' in value;
}

function latin1OfUtf8(bytes: Uint8Array): Uint8Array | undefined {
  const characters = new Uint8Array(bytes.length);
  let count = 0;
  for (let i = 0; i < bytes.length; i++) {
    const first = bytes[i]!;
    if (first < 0x80) {
      characters[count++] = first;
      continue;
    }
    const second = bytes[++i];
    if ((first !== 0xc2 && first !== 0xc3) || second === undefined || (second & 0xc0) !== 0x80)
      return undefined;
    characters[count++] = ((first & 3) << 6) | (second & 0x3f);
  }
  return characters.subarray(0, count);
}
