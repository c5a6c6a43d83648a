import { open, readFile, stat, type FileHandle } from 'node:fs/promises';
import { InputError } from '../problems.ts';
import type { Content } from './dataset.ts';
import { contentNouns } from './contentOfName.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { isTorchFile } from './pytorch/isTorchFile.ts';
import { expectNoStandIn } from './standInFile.ts';
import { unreadableFile } from './textFile.ts';

/**
 * Opens a file to read parts of it. The caller closes the handle.
 *
 * @throws InputError `file-unreadable` when there is no such file, it is a pipe, folder or device, or it cannot be
 *   opened; `pickle-refused` when it is a pickle by its name, unless torch wrote it; as `expectNoStandIn`.
 */
export async function openRegularFile(file: string): Promise<{ handle: FileHandle; size: number }> {
  let opened: { handle: FileHandle; size: number };
  try {
    const size = await sizeOfRegularFile(file);
    opened = { handle: await open(file), size };
  } catch (error) {
    throw unreadableFile(file, error);
  }
  try {
    await expectNoStandIn(opened.handle, file, opened.size);
  } catch (error) {
    await opened.handle.close();
    throw error;
  }
  if (hasPickleName(file) && !(await isTorchFile(opened.handle, file, opened.size))) {
    await opened.handle.close();
    throw pickleRefusal(file);
  }
  return opened;
}

/**
 * What `read` makes of the file of an item, once it is known to be a regular file.
 *
 * @param name How messages call the item.
 * @throws InputError `image-unreadable`, `audio-unreadable`, … when there is no such file or it cannot be read.
 */
export async function readItemFile<T>(
  content: Content,
  path: string,
  name: string,
  read: (path: string) => Promise<T>,
): Promise<T> {
  try {
    await sizeOfRegularFile(path);
    return await read(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' || code === 'ENOTDIR' ? 'there is no such file' : message;
    throw new InputError(
      `${content}-unreadable`,
      `The ${contentNouns[content]} ${name} cannot be read: ${found}`,
      { file: path },
    );
  }
}

/** The bytes of an item's file; as `readItemFile`. */
export async function readItemBytes(content: Content, path: string, name: string): Promise<Uint8Array> {
  return await readItemFile(content, path, name, (file) => readFile(file));
}

/** Opening a pipe or a device could wait forever, so this looks before. */
async function sizeOfRegularFile(file: string): Promise<number> {
  const status = await stat(file);
  if (!status.isFile()) throw new Error('it is not a regular file');
  return status.size;
}
