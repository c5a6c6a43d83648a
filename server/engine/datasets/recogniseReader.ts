import type { ReaderDefinition } from './dataset.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { readers } from './registry.ts';

/**
 * The first reader, in the registry's order, that takes a file or folder for its own.
 *
 * @throws InputError `pickle-refused` for a file that none may read.
 */
export async function recogniseReader(
  path: string,
  isFolder: boolean,
): Promise<ReaderDefinition | undefined> {
  for (const reader of readers) {
    if (await reader.recognises?.(path, isFolder)) return reader;
  }
  if (!isFolder && hasPickleName(path)) throw pickleRefusal(path);
  return undefined;
}
