import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileRange } from './byteRange.ts';

/** Blobs are written together, up to this many bytes. */
const BUFFER_BYTES = 2 ** 20;

/**
 * Blobs kept in a temporary file rather than in memory, each readable at any time. The file is made when there is more
 * than a buffer of them.
 */
export class BlobSpool {
  #folder: string | undefined;
  #handle: FileHandle | undefined;
  /** What was added but not yet written. */
  #buffer: Uint8Array | undefined;
  #buffered = 0;
  #written = 0;
  readonly #ends: number[] = [];

  /** Adds a blob; they are numbered from 0 in the order in which they are added. */
  async add(blob: Uint8Array): Promise<void> {
    const buffer = (this.#buffer ??= new Uint8Array(BUFFER_BYTES));
    if (this.#buffered + blob.length > buffer.length) {
      await this.#write(buffer.subarray(0, this.#buffered));
      this.#buffered = 0;
    }
    if (blob.length > buffer.length) {
      await this.#write(blob);
    } else {
      buffer.set(blob, this.#buffered);
      this.#buffered += blob.length;
    }
    this.#ends.push(this.#written + this.#buffered);
  }

  async read(index: number): Promise<Uint8Array> {
    const start = index === 0 ? 0 : this.#ends[index - 1]!;
    const end = this.#ends[index]!;
    if (start >= this.#written) return this.#buffer!.slice(start - this.#written, end - this.#written);
    const blob = new Uint8Array(end - start);
    await fileRange(this.#handle!, 'the temporary file of blobs', start, blob.length).read(0, blob);
    return blob;
  }

  /** Removes the temporary file. */
  async close(): Promise<void> {
    await this.#handle?.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const handle = (this.#handle ??= await this.#create());
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.#written + done);
      done += bytesWritten;
    }
    this.#written += bytes.length;
  }

  async #create(): Promise<FileHandle> {
    this.#folder = await mkdtemp(join(tmpdir(), 'modality-gap-'));
    const handle = await open(join(this.#folder, 'blobs'), 'wx+', 0o600);
    // Where the system allows it, the name goes at once, so that even a killed process leaves nothing behind.
    if (process.platform !== 'win32') {
      await rm(this.#folder, { recursive: true });
      this.#folder = undefined;
    }
    return handle;
  }
}
