import type { ReaderDefinition } from './dataset.ts';
import { folderRefusal } from './folderRefusal.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { readers } from './registry.ts';
import { unconvertedRefusal } from './unconvertedFormats.ts';

/**
 * The first reader, in the registry's order, that takes a file or folder for its own.
 *
 * @throws InputError `pickle-refused` for a file that none may read, `format-not-read` for one that has to be converted,
 *   and as `folderRefusal` says for a folder.
 */
export async function recogniseReader(
  path: string,
  isFolder: boolean,
): Promise<ReaderDefinition | undefined> {
  for (const reader of readers) {
    if (await reader.recognises?.(path, isFolder)) return reader;
  }
  if (!isFolder && hasPickleName(path)) throw pickleRefusal(path);
  const refusal = isFolder ? await folderRefusal(path) : unconvertedRefusal(path);
  if (refusal !== undefined) throw refusal;
  return undefined;
}
