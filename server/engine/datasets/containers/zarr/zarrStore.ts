import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../../problems.ts';
import { listArchive } from '../../archiveEntries.ts';
import { fileRange, type ByteRange } from '../../byteRange.ts';
import { openRegularFile } from '../../regularFile.ts';
import { resolveInside } from '../../resolveInside.ts';

/** The files of a Zarr hierarchy: a folder, or a zip archive. */
export interface ZarrStore {
  /** Every key, such as `clip/image/.zarray`. */
  readonly keys: ReadonlySet<string>;
  /** What `use` makes of the bytes of a key that is there. */
  withBytes<T>(key: string, use: (bytes: ByteRange) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** More files are no embeddings: a chunk of them has thousands of rows. */
const MOST_FILES = 1_000_000;
const DEEPEST = 32;

/** @throws InputError `file-unreadable`, `zarr-files`, and those of `listArchive`. */
export async function openStore(path: string, isFolder: boolean): Promise<ZarrStore> {
  return isFolder ? await folderStore(path) : await zipStore(path);
}

async function folderStore(root: string): Promise<ZarrStore> {
  const keys = new Set<string>();
  const visit = async (prefix: string, depth: number): Promise<void> => {
    for (const entry of await readdir(join(root, prefix), { withFileTypes: true })) {
      const key = prefix + entry.name;
      if (entry.isDirectory() && depth < DEEPEST) await visit(`${key}/`, depth + 1);
      // A link is followed when it is read, where it leads to a file inside.
      else if (!entry.isDirectory()) keys.add(key);
      if (keys.size > MOST_FILES) throw tooMany(root);
    }
  };
  await visit('', 0);
  return {
    keys,
    async withBytes(key, use) {
      const file = resolveInside(root, key);
      const { handle, size } = await openRegularFile(file);
      try {
        return await use(fileRange(handle, file, 0, size));
      } finally {
        await handle.close();
      }
    },
    close: () => Promise.resolve(),
  };
}

async function zipStore(path: string): Promise<ZarrStore> {
  const { handle } = await openRegularFile(path);
  try {
    const entries = new Map((await listArchive(handle, path)).map((entry) => [entry.name, entry]));
    return {
      keys: new Set(entries.keys()),
      withBytes: (key, use) => use(entries.get(key)!.bytes()),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function tooMany(root: string): InputError {
  return new InputError(
    'zarr-files',
    `${root} holds more than ${MOST_FILES} files, which is no hierarchy of embeddings`,
    {
      file: root,
    },
  );
}
