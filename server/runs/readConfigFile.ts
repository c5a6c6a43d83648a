import { open } from 'node:fs/promises';
import { hasPickleName, pickleRefusal } from '../engine/datasets/pickleRefusal.ts';
import { InputError } from '../engine/problems.ts';

/** A configuration is a page or two; a larger file is something else, and is not read. */
const MAX_BYTES = 1 << 20;

/**
 * The text of a configuration file.
 *
 * @throws InputError when it cannot be read, is larger than 1 MiB, or is not UTF-8; `pickle-refused` for what somebody took for data.
 */
export async function readConfigFile(file: string): Promise<string> {
  if (hasPickleName(file)) throw pickleRefusal(file);
  const bytes = Buffer.alloc(MAX_BYTES + 1);
  let length = 0;
  try {
    const handle = await open(file);
    try {
      if (!(await handle.stat()).isFile()) {
        throw new InputError('config-unreadable', 'Not a file; expected a *.gap.yaml file', { file });
      }
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = (await handle.read(bytes, length, bytes.length - length)).bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'There is no such file' : `The file cannot be read (${code})`;
    throw new InputError('config-unreadable', reason, { file });
  }
  if (length > MAX_BYTES) {
    throw new InputError('config-too-large', 'The file is larger than 1 MiB; expected a configuration', {
      file,
    });
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
  } catch {
    throw new InputError('config-not-utf8', 'The file is not UTF-8 text; expected a *.gap.yaml file', {
      file,
    });
  }
}
