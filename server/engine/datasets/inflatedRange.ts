import type { FileHandle } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { InputError } from '../problems.ts';
import { fileRange, type ByteRange } from './byteRange.ts';

const COMPRESSED_CHUNK = 65_536;

/** Deflated bytes within an open file, and what they claim to be when inflated. */
export interface DeflatedPart {
  readonly file: string;
  /** How messages call it. */
  readonly where: string;
  readonly offset: number;
  readonly compressedSize: number;
  readonly inflatedSize: number;
  /** Of the inflated bytes; 0 where the archive has none. */
  readonly crc32: number;
}

/**
 * Deflated bytes, inflated as they are read: memory stays bounded whatever they inflate to. Reading on costs only
 * what lies between; reading backwards starts again. Reads are done one after another.
 *
 * Reads reject with an `InputError` `archive-damaged` when the bytes are not valid, inflate to more or fewer than
 * claimed, or, with the last of them, are not those of the checksum; no more than claimed are ever handed out.
 */
export function inflatedRange(handle: FileHandle, part: DeflatedPart): ByteRange {
  let chunks: AsyncIterator<Buffer> | undefined;
  let stop: (() => void) | undefined;
  let chunk: Buffer = Buffer.alloc(0);
  let chunkStart = 0;
  let checksum = 0;
  let previous: Promise<void> = Promise.resolve();
  return {
    size: part.inflatedSize,
    sequential: true,
    read(position, target) {
      const reading = previous.then(() => fill(position, target));
      previous = reading.catch(() => undefined);
      return reading;
    },
  };

  async function fill(position: number, target: Uint8Array): Promise<void> {
    if (chunks === undefined || position < chunkStart) restart();
    for (let done = 0; done < target.length;) {
      const offset = position + done - chunkStart;
      if (offset < chunk.length) {
        const copied = chunk.subarray(offset, offset + target.length - done);
        target.set(copied, done);
        done += copied.length;
      } else {
        await nextChunk();
      }
    }
    // The last byte is only right when nothing follows it.
    if (position + target.length === part.inflatedSize) await expectEnd();
  }

  function restart(): void {
    stop?.();
    const inflated = createInflateRaw();
    // Failures reach the reader through the iterator; this callback only keeps them from being unhandled.
    pipeline(Readable.from(compressedChunks()), inflated, () => undefined);
    stop = () => {
      inflated.destroy();
    };
    chunks = inflated[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
    chunk = Buffer.alloc(0);
    chunkStart = 0;
    checksum = 0;
  }

  async function* compressedChunks(): AsyncGenerator<Uint8Array> {
    const compressed = fileRange(handle, part.file, part.offset, part.compressedSize);
    for (let position = 0; position < compressed.size; position += COMPRESSED_CHUNK) {
      const bytes = new Uint8Array(Math.min(COMPRESSED_CHUNK, compressed.size - position));
      await compressed.read(position, bytes);
      yield bytes;
    }
  }

  async function nextChunk(): Promise<void> {
    const next = await advance();
    if (next === undefined) throw damaged(`it inflates to only ${chunkStart + chunk.length} bytes`);
    chunkStart += chunk.length;
    chunk = next;
    checksum = crc32(next, checksum);
    if (chunkStart + chunk.length > part.inflatedSize) {
      stop?.();
      throw damaged('it inflates to more');
    }
  }

  async function expectEnd(): Promise<void> {
    if ((await advance()) !== undefined) {
      stop?.();
      throw damaged('it inflates to more');
    }
    if (part.crc32 !== 0 && checksum !== part.crc32) throw damaged('its checksum is that of other bytes');
  }

  async function advance(): Promise<Buffer | undefined> {
    try {
      const next = await chunks!.next();
      return next.done === true ? undefined : next.value;
    } catch (error) {
      throw damaged((error as Error).message);
    }
  }

  function damaged(found: string): InputError {
    chunks = undefined;
    return new InputError(
      'archive-damaged',
      `${part.where} is damaged: it should inflate to ${part.inflatedSize} bytes, but ${found}`,
      { file: part.file },
    );
  }
}
