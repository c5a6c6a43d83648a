import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../../problems.ts';

/** Models keep files at most a few folders deep. */
const deepest = 4;

/**
 * The files of a model's folder, sorted, as paths relative to it with `/`. Links are followed: the hub's cache is made
 * of them, and users link models into places. Hidden files and folders, and links that lead nowhere, are passed over.
 *
 * @throws InputError `model-folder-large` for more than `mostEntries`, which is no model's folder;
 * `model-folder-unreadable`.
 */
export async function folderFiles(folder: string, mostEntries = 10_000): Promise<string[]> {
  const files: string[] = [];
  let seen = 0;
  const visit = async (prefix: string, depth: number): Promise<void> => {
    for (const name of await readdir(join(folder, prefix))) {
      if (name.startsWith('.')) continue;
      seen += 1;
      if (seen > mostEntries) {
        throw new InputError(
          'model-folder-large',
          `${folder} holds more than ${mostEntries} files, expected the folder of one model`,
          { file: folder },
        );
      }
      const facts = await stat(join(folder, prefix, name)).catch(() => undefined);
      if (facts?.isFile() === true) files.push(prefix + name);
      else if (facts?.isDirectory() === true && depth < deepest) await visit(`${prefix}${name}/`, depth + 1);
    }
  };
  try {
    await visit('', 1);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(
      'model-folder-unreadable',
      `${folder} cannot be listed: ${(error as Error).message}`,
      {
        file: folder,
      },
    );
  }
  return files.sort();
}

/** The files in a folder of those of a model, relative to it. */
export function filesIn(files: readonly string[], folder: string): readonly string[] {
  if (folder === '') return files;
  return files.flatMap((file) => (file.startsWith(`${folder}/`) ? [file.slice(folder.length + 1)] : []));
}
