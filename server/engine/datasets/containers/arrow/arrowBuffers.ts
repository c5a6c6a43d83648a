import type { ArrowBatch } from './arrowFile.ts';
import { decompressLz4Frames } from './lz4Frame.ts';

/** Bytes that a compressed buffer may become at most. */
const LARGEST_BUFFER = 2 ** 31 - 1;
/** A byte of LZ4 stands for that many at most. */
const LZ4_GROWTH = 255;

/** The buffers of batches: parts of them where they are not compressed, else the last one of each kind as a whole. */
export class ArrowBuffers {
  readonly #kept = new Map<number, { readonly batch: ArrowBatch; readonly bytes: Uint8Array }>();

  /**
   * A part of a buffer.
   *
   * @param index of the buffer in the batch.
   * @returns null when the buffer has no such part, or cannot be decompressed.
   */
  async part(batch: ArrowBatch, index: number, start: number, length: number): Promise<Uint8Array | null> {
    const region = batch.buffers[index];
    if (region === undefined) return null;
    if (batch.compression !== 'none') {
      const whole = await this.#whole(batch, index, region);
      return whole === null || start + length > whole.length ? null : whole.slice(start, start + length);
    }
    if (start + length > region.length) return null;
    const bytes = new Uint8Array(length);
    await batch.body.read(region.offset + start, bytes);
    return bytes;
  }

  /** Whether a batch has anything in a buffer. */
  isEmpty(batch: ArrowBatch, index: number): boolean {
    return (batch.buffers[index]?.length ?? 0) === 0;
  }

  async #whole(
    batch: ArrowBatch,
    index: number,
    { offset, length }: { readonly offset: number; readonly length: number },
  ): Promise<Uint8Array | null> {
    const kept = this.#kept.get(index);
    if (kept?.batch === batch) return kept.bytes;
    if (length < 8) return length === 0 ? new Uint8Array() : null;
    const stored = Buffer.alloc(length);
    await batch.body.read(offset, stored);
    const size = Number(stored.readBigInt64LE(0));
    const compressed = stored.subarray(8);
    const bytes = size === -1 ? compressed : await decompress(batch.compression, compressed, size);
    if (bytes !== null) this.#kept.set(index, { batch, bytes });
    return bytes;
  }
}

async function decompress(
  compression: ArrowBatch['compression'],
  bytes: Uint8Array,
  size: number,
): Promise<Uint8Array | null> {
  if (size < 0 || size > LARGEST_BUFFER) return null;
  if (compression === 'lz4') {
    return size > bytes.length * LZ4_GROWTH + LZ4_GROWTH ? null : decompressLz4Frames(bytes, size);
  }
  const { decompressZstd } = await import('../zstd.ts');
  return await decompressZstd(bytes, size);
}
