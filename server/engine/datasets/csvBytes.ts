import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { InputError } from '../problems.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { unreadableFile } from './textFile.ts';

/** What the bytes of a text file are, by its byte-order mark, or by where its zeros are. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be';

/**
 * The encoding of a text file. Excel's "Unicode text" is UTF-16; without a byte-order mark, zeros in every other byte
 * tell it, because no text in UTF-8 has any.
 *
 * @param head The file's beginning.
 */
export function textEncoding(head: Uint8Array): TextEncoding {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 0];
  const looked = Math.min(head.length, 1024);
  for (let at = 0; at < looked; at++) if (head[at] === 0) zeros[at % 2]!++;
  if (zeros[1]! > looked / 4 && zeros[0]! < looked / 16) return 'utf-16le';
  if (zeros[0]! > looked / 4 && zeros[1]! < looked / 16) return 'utf-16be';
  return 'utf-8';
}

/**
 * The bytes of a file, decompressed where its name ends with `.gz`.
 *
 * @throws InputError `file-unreadable`, `table-unreadable` when it is no gzip, `pickle-refused`.
 */
export async function* fileChunks(file: string): AsyncGenerator<Uint8Array> {
  if (hasPickleName(file)) throw pickleRefusal(file);
  const source = createReadStream(file, { highWaterMark: 1 << 20 });
  let chunks: Readable = source;
  if (/\.gz$/i.test(file)) {
    const gunzip = createGunzip();
    source.on('error', (error) => gunzip.destroy(error));
    chunks = source.pipe(gunzip);
  }
  try {
    for await (const chunk of chunks) yield chunk as Uint8Array;
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('Z_')) throw unreadableFile(file, error);
    throw new InputError(
      'table-unreadable',
      `${file} cannot be read: it cannot be decompressed (${message})`,
      {
        file,
      },
    );
  } finally {
    source.destroy();
  }
}

/** The beginning of a file, decompressed: `size` bytes, or the whole of it where it has fewer. */
export async function fileHead(file: string, size: number): Promise<{ bytes: Uint8Array; isWhole: boolean }> {
  const parts: Uint8Array[] = [];
  let found = 0;
  for await (const chunk of fileChunks(file)) {
    parts.push(chunk);
    found += chunk.length;
    if (found > size) return { bytes: Buffer.concat(parts).subarray(0, size), isWhole: false };
  }
  return { bytes: Buffer.concat(parts), isWhole: true };
}

/** Whether a file has one kind of line break alone, also within cells: line feeds, or carriage returns with these. */
export async function hasOneLineBreak(file: string): Promise<boolean> {
  const [lineFeed, carriageReturn] = [0x0a, 0x0d];
  let last = -1;
  let lone = false;
  let paired = false;
  for await (const chunk of fileChunks(file)) {
    if (last === carriageReturn && chunk[0] !== lineFeed) return false;
    const returns = countOf(
      chunk,
      carriageReturn,
      (at) => at + 1 === chunk.length || chunk[at + 1] === lineFeed,
    );
    if (returns === null) return false;
    if (returns > 0) {
      const feeds = countOf(chunk, lineFeed, (at) => (at === 0 ? last : chunk[at - 1]) === carriageReturn);
      if (feeds === null) return false;
      paired = true;
    } else {
      const first = chunk.indexOf(lineFeed);
      if (first === 0 && last === carriageReturn) paired = true;
      lone ||= chunk.includes(lineFeed, first === 0 && last === carriageReturn ? 1 : 0);
    }
    if (lone && paired) return false;
    last = chunk.at(-1) ?? last;
  }
  return last !== carriageReturn;
}

/** How often a byte is there; null where it is somewhere that `holds` does not hold. */
function countOf(bytes: Uint8Array, byte: number, holds: (at: number) => boolean): number | null {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) {
    if (!holds(at)) return null;
    count++;
  }
  return count;
}

/** The bytes of a text in UTF-8, whatever it is encoded in; a byte-order mark is left out of what is transcoded. */
export async function* utf8Chunks(
  chunks: AsyncIterable<Uint8Array>,
  encoding: TextEncoding,
): AsyncGenerator<Uint8Array> {
  if (encoding === 'utf-8') {
    yield* chunks;
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}
