import { RandomAccessReader } from 'yauzl';
import type { ByteRange } from './byteRange.ts';

/** The entries of a directory lie one behind the other. */
const windowBytes = 2 ** 16;

type ReadCallback = (error: Error | null, bytesRead?: number) => void;

/**
 * The bytes of an archive, for yauzl: a place that lies outside of the file is an error like others. yauzl’s own reader
 * hands it to the system, which throws where nothing can catch it.
 */
export class ZipBytes extends RandomAccessReader {
  readonly #bytes: ByteRange;
  #window = new Uint8Array(0);
  #start = 0;

  constructor(bytes: ByteRange) {
    super();
    this.#bytes = bytes;
  }

  override read(target: Buffer, offset: number, length: number, position: number, done: ReadCallback): void {
    this.#fill(target.subarray(offset, offset + length), position).then(
      () => {
        done(null, length);
      },
      (error: unknown) => {
        done(error as Error);
      },
    );
  }

  async #fill(target: Uint8Array, position: number): Promise<void> {
    const { size } = this.#bytes;
    const end = position + target.length;
    if (!Number.isSafeInteger(end) || end > size) {
      throw new Error(`it refers to the bytes ${position} to ${end}, but has only ${size}`);
    }
    if (position < this.#start || end > this.#start + this.#window.length) {
      const window = new Uint8Array(Math.min(Math.max(windowBytes, target.length), size - position));
      await this.#bytes.read(position, window);
      this.#window = window;
      this.#start = position;
    }
    target.set(this.#window.subarray(position - this.#start, end - this.#start));
  }
}
