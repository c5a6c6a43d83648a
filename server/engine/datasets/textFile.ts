import { readFile } from 'node:fs/promises';
import { InputError } from '../problems.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';

const strictDecoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Bytes as text; a byte-order mark at the start is left out.
 *
 * @param name How messages call where the bytes come from.
 * @throws InputError `not-utf-8` when they are not valid UTF-8.
 */
export function decodeText(bytes: Uint8Array, name: string): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    throw new InputError('not-utf-8', `${name} is not valid UTF-8; save it in that encoding`);
  }
}

/**
 * A file's text, which must be UTF-8.
 *
 * @throws InputError `file-unreadable` when there is no such file or it cannot be read, `not-utf-8`, `pickle-refused`.
 */
export async function readTextFile(path: string): Promise<string> {
  if (hasPickleName(path)) throw pickleRefusal(path);
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw unreadableFile(path, error);
  }
  return decodeText(bytes, path);
}

/**
 * The lines of a file, without space at their ends; what follows the last line's end is no line.
 *
 * @throws InputError as `readTextFile` does.
 */
export async function readTextLines(path: string): Promise<string[]> {
  const lines = (await readTextFile(path)).split('\n').map((line) => line.trim());
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The error of a file or folder that the system would not open or read. */
export function unreadableFile(path: string, error: unknown): InputError {
  const { code, message } = error as NodeJS.ErrnoException;
  const found = code === 'ENOENT' ? 'there is no such file or folder' : message;
  return new InputError('file-unreadable', `${path} cannot be read: ${found}`, { file: path });
}
