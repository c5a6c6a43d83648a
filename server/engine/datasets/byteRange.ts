import type { FileHandle } from 'node:fs/promises';
import { InputError } from '../problems.ts';

/** Bytes of a known number, of which any part can be read at any time; reads may overlap in time. */
export interface ByteRange {
  readonly size: number;
  /** Whether reading backwards costs reading everything from the beginning again. */
  readonly sequential: boolean;
  /** Fills `target` with the bytes from `position` on. */
  read(position: number, target: Uint8Array): Promise<void>;
}

/** A single system call may not read 2 GiB or more. */
const LARGEST_READ = 2 ** 30;

/** The `size` bytes of an open file from `offset` on. */
export function fileRange(handle: FileHandle, file: string, offset: number, size: number): ByteRange {
  return {
    size,
    sequential: false,
    async read(position, target) {
      for (let done = 0; done < target.length;) {
        const length = Math.min(target.length - done, LARGEST_READ);
        const { bytesRead } = await handle.read(target, done, length, offset + position + done);
        if (bytesRead === 0) {
          throw new InputError(
            'file-changed',
            `${file} ended at byte ${offset + position + done} while it was read: it became shorter after it was opened`,
            { file },
          );
        }
        done += bytesRead;
      }
    },
  };
}

/** Bytes in memory, as a range. */
export function bytesInMemory(bytes: Uint8Array): ByteRange {
  return {
    size: bytes.length,
    sequential: false,
    read(position, target) {
      target.set(bytes.subarray(position, position + target.length));
      return Promise.resolve();
    },
  };
}

/** The part of a range from `offset` on: `size` bytes, or all that follow. */
export function bytesFrom(bytes: ByteRange, offset: number, size = bytes.size - offset): ByteRange {
  return {
    size,
    sequential: bytes.sequential,
    read: (position, target) => bytes.read(offset + position, target),
  };
}
