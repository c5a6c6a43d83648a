import type { ByteRange } from '../datasets/byteRange.ts';

/** One field of a message. */
export interface ProtobufField {
  readonly number: number;
  /** Of a whole number; those beyond 2^53 lose their last digits, and negative ones are 2^64 more. Null for other types. */
  readonly value: number | null;
  /** Where the content is in the file, without tag and length; the end is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** So many bytes are read at a time: fields follow one another closely, or are large and passed over. */
const windowBytes = 2 ** 16;
/** A tag and a length, or a whole number. */
const longestHead = 20;
const longestNumber = 10;

/**
 * Reads some fields of a Protocol Buffers message that may be larger than memory, passing over the others.
 * https://protobuf.dev/programming-guides/encoding
 */
export class ProtobufReader {
  readonly #bytes: ByteRange;
  readonly #mostFields: number;
  readonly #problem: (found: string) => Error;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #seen = 0;

  /**
   * @param mostFields So many are looked at, in all messages together.
   * @param problem The error for a file that is not what it should be; `found` continues a sentence about it.
   */
  constructor(bytes: ByteRange, mostFields: number, problem: (found: string) => Error) {
    this.#bytes = bytes;
    this.#mostFields = mostFields;
    this.#problem = problem;
  }

  /** The fields of a message, in order; of the whole file unless a field is given that holds another one. */
  async *fields(
    { start, end }: Pick<ProtobufField, 'start' | 'end'> = this.#whole(),
  ): AsyncGenerator<ProtobufField> {
    for (let position = start; position < end;) {
      this.#seen += 1;
      if (this.#seen > this.#mostFields) throw this.#problem(`has more than ${this.#mostFields} fields`);
      const ahead = Math.min(longestHead, end - position);
      if (!this.#covers(position, ahead)) await this.#load(position);
      const field = this.#fieldAt(position, end);
      yield field;
      position = field.end;
    }
  }

  /** Whole numbers one after the other, as repeated ones are packed. */
  async packed(field: ProtobufField, most: number): Promise<number[]> {
    const { start, end } = field;
    if (end - start > most * longestNumber) throw this.#problem(`has more than ${most} numbers in a list`);
    const numbers: number[] = [];
    for (let position = start; position < end;) {
      if (!this.#covers(position, Math.min(longestNumber, end - position))) await this.#load(position);
      const { value, next } = this.#numberAt(position, end);
      numbers.push(value);
      position = next;
    }
    return numbers;
  }

  /** The content of a field, of at most so many bytes. */
  async content({ start, end }: ProtobufField, mostBytes: number): Promise<Uint8Array> {
    if (end - start > mostBytes)
      throw this.#problem(`has a description of ${end - start} bytes, more than ${mostBytes}`);
    if (this.#covers(start, end - start)) {
      return this.#window.slice(start - this.#windowStart, end - this.#windowStart);
    }
    const content = new Uint8Array(end - start);
    await this.#bytes.read(start, content);
    return content;
  }

  async text(field: ProtobufField, mostBytes: number): Promise<string> {
    return new TextDecoder().decode(await this.content(field, mostBytes));
  }

  #whole(): Pick<ProtobufField, 'start' | 'end'> {
    return { start: 0, end: this.#bytes.size };
  }

  #fieldAt(position: number, end: number): ProtobufField {
    const tag = this.#numberAt(position, end);
    const number = Math.floor(tag.value / 8);
    const type = tag.value % 8;
    const start = tag.next;
    if (type === 0) {
      const { value, next } = this.#numberAt(start, end);
      return { number, value, start, end: next };
    }
    if (type === 1 || type === 5) return this.#within({ number, start, length: type === 1 ? 8 : 4 }, end);
    if (type === 2) {
      const { value, next } = this.#numberAt(start, end);
      return this.#within({ number, start: next, length: value }, end);
    }
    throw this.#problem(`has a field of no known type at byte ${position}`);
  }

  #within(
    { number, start, length }: { readonly number: number; readonly start: number; readonly length: number },
    end: number,
  ): ProtobufField {
    if (start + length > end)
      throw this.#problem(`has ${length} bytes to follow byte ${start}, and it ends at ${end}`);
    return { number, value: null, start, end: start + length };
  }

  /** A whole number that is known to be in the window, as far as the message goes. */
  #numberAt(position: number, end: number): { readonly value: number; readonly next: number } {
    let value = 0;
    for (let length = 0; length < longestNumber && position + length < end; length++) {
      const byte = this.#window[position + length - this.#windowStart]!;
      value += (byte & 127) * 2 ** (7 * length);
      if (byte < 128) return { value, next: position + length + 1 };
    }
    throw this.#problem(`has no number at byte ${position}, where one was expected`);
  }

  #covers(position: number, length: number): boolean {
    return position >= this.#windowStart && position + length <= this.#windowStart + this.#window.length;
  }

  async #load(position: number): Promise<void> {
    this.#window = new Uint8Array(Math.min(windowBytes, this.#bytes.size - position));
    this.#windowStart = position;
    await this.#bytes.read(position, this.#window);
  }
}
