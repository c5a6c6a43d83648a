import { crc32 } from 'node:zlib';
import { InputError } from '../problems.ts';
import type { ByteRange } from './byteRange.ts';

const chunkBytes = 2 ** 20;
/** Reading more than this once more, before anything is made of it, would take longer than a person waits. */
const mostCheckedBytes = 2 ** 30;

/**
 * Bytes that are compared with their checksum before the first of them is handed out: storage fails and downloads
 * break without changing a length. Up to 1 GiB; larger parts are read as they are.
 *
 * Reads reject with an `InputError` `archive-damaged` when the bytes are others.
 *
 * @param expected The CRC-32; 0 where there is none.
 * @param where How messages call the bytes.
 */
export function checkedRange(bytes: ByteRange, expected: number, where: string, file: string): ByteRange {
  if (expected === 0 || bytes.size > mostCheckedBytes) return bytes;
  let checked: Promise<void> | undefined;
  return {
    ...bytes,
    async read(position, target) {
      checked ??= check();
      await checked;
      await bytes.read(position, target);
    },
  };

  async function check(): Promise<void> {
    const chunk = new Uint8Array(Math.min(chunkBytes, bytes.size));
    let found = 0;
    for (let position = 0; position < bytes.size; position += chunk.length) {
      const part = chunk.subarray(0, Math.min(chunk.length, bytes.size - position));
      await bytes.read(position, part);
      found = crc32(part, found);
    }
    if (found === expected) return;
    const [is, should] = [found, expected].map((checksum) => checksum.toString(16).padStart(8, '0'));
    throw new InputError(
      'archive-damaged',
      `${where} is damaged: its bytes have the checksum ${is}, expected ${should}; copy or save the file again`,
      { file },
    );
  }
}
