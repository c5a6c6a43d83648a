import { decompressLz4Block } from '../lz4Block.ts';

/** The number that an LZ4 frame begins with (LZ4 Frame Format 1.6). */
const MAGIC = 0x184d2204;

/**
 * Decompresses LZ4 frames, one after the other.
 *
 * @param length bytes that come out.
 * @returns exactly these; null when the frames are damaged, or are of another length.
 */
export function decompressLz4Frames(bytes: Uint8Array, length: number): Uint8Array | null {
  const output = new Uint8Array(length);
  let [at, done] = [0, 0];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  while (at < bytes.length) {
    if (at + 7 > bytes.length || view.getUint32(at, true) !== MAGIC) return null;
    const flags = bytes[at + 4]!;
    const [version, hasBlockSums, hasSize, hasSum, hasDictionary] = [
      flags >> 6,
      (flags & 0x10) !== 0,
      (flags & 8) !== 0,
      (flags & 4) !== 0,
      (flags & 1) !== 0,
    ];
    if (version !== 1 || hasDictionary) return null;
    at += 7 + (hasSize ? 8 : 0);
    const frameStart = done;
    for (;;) {
      if (at + 4 > bytes.length) return null;
      const header = view.getUint32(at, true);
      at += 4;
      if (header === 0) break;
      const size = header & 0x7fffffff;
      if (at + size > bytes.length) return null;
      const block = bytes.subarray(at, at + size);
      if (header >>> 31 === 1) {
        if (done + size > length) return null;
        output.set(block, done);
        done += size;
      } else {
        const end = decompressLz4Block(block, output, done, frameStart);
        if (end === null) return null;
        done = end;
      }
      at += size + (hasBlockSums ? 4 : 0);
    }
    at += hasSum ? 4 : 0;
  }
  return done === length ? output : null;
}
