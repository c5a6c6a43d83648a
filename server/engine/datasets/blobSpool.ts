import { mkdtemp, open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileRange } from './byteRange.ts';

/**
 * Blobs kept in a temporary file rather than in memory, each readable at any time. Files are made when the first
 * blob is added.
 */
export class BlobSpool {
  #folder: string | undefined;
  #handle: FileHandle | undefined;
  readonly #ends: number[] = [];

  /** Adds a blob; they are numbered from 0 in the order in which they are added. */
  async add(blob: Uint8Array): Promise<void> {
    const handle = (this.#handle ??= await this.#create());
    const start = this.#ends.at(-1) ?? 0;
    for (let done = 0; done < blob.length;) {
      const { bytesWritten } = await handle.write(blob, done, blob.length - done, start + done);
      done += bytesWritten;
    }
    this.#ends.push(start + blob.length);
  }

  async read(index: number): Promise<Uint8Array> {
    const start = index === 0 ? 0 : this.#ends[index - 1]!;
    const blob = new Uint8Array(this.#ends[index]! - start);
    await fileRange(this.#handle!, 'the temporary file of images', start, blob.length).read(0, blob);
    return blob;
  }

  /** Removes the temporary file. */
  async close(): Promise<void> {
    await this.#handle?.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
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
