import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../problems.ts';
import type { SkippedRow } from './dataset.ts';
import { resolveInside } from './resolveInside.ts';
import { unreadableFile } from './textFile.ts';

/** A file below a folder. */
export interface ListedFile {
  /** The way from the folder, with `/` between its parts on every system. */
  readonly name: string;
  /** Where to read it; links resolved. */
  readonly path: string;
}

/**
 * Every file below a folder, ordered by the bytes of its name, so that the order is the same on every system and
 * in every language. Hidden files and folders (`.DS_Store`, `.git`) are passed over. A link to a file inside the
 * folder stands for that file; links that lead outside, to folders or nowhere are not followed but named.
 *
 * @throws InputError `file-unreadable` when a folder cannot be listed.
 */
export async function listFolder(
  folder: string,
  signal: AbortSignal,
): Promise<{ readonly files: readonly ListedFile[]; readonly skipped: readonly SkippedRow[] }> {
  const files: (ListedFile & { readonly order: Buffer })[] = [];
  const skipped: SkippedRow[] = [];
  let root: string;
  try {
    root = await realpath(folder);
  } catch (error) {
    throw unreadableFile(folder, error);
  }

  const visit = async (prefix: string): Promise<void> => {
    signal.throwIfAborted();
    const here = join(root, prefix);
    const entries = await readdir(here, { withFileTypes: true }).catch((error: unknown) => {
      throw unreadableFile(here, error);
    });
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const name = prefix + entry.name;
      const order = Buffer.from(name);
      if (entry.isDirectory()) await visit(`${name}/`);
      else if (entry.isFile()) files.push({ name, path: join(root, name), order });
      else if (entry.isSymbolicLink()) {
        const target = await linkedFile(root, name);
        if (target === undefined) skipped.push({ id: name, reason: 'a link that is not followed' });
        else files.push({ name, path: target, order });
      }
    }
  };
  await visit('');
  files.sort((a, b) => Buffer.compare(a.order, b.order));
  return { files: files.map(({ name, path }) => ({ name, path })), skipped };
}

/** The file that a link stands for, if it is one inside the folder. */
async function linkedFile(root: string, name: string): Promise<string | undefined> {
  try {
    const path = resolveInside(root, name);
    return (await stat(path)).isFile() ? path : undefined;
  } catch (error) {
    if (error instanceof InputError || (error as NodeJS.ErrnoException).code !== undefined) return undefined;
    throw error;
  }
}
