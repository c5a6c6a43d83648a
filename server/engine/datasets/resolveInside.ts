import { realpathSync } from 'node:fs';
import { dirname, isAbsolute, relative as relativePath, resolve, sep } from 'node:path';
import { InputError } from '../problems.ts';

/**
 * The path of a file named in data (a table's cell, a caption file), which must lie in the folder `root`, also
 * after every symbolic link is followed. The file need not exist.
 *
 * @returns The absolute path, links resolved where the file exists.
 * @throws InputError `path-outside` when the name leads out of the folder, `path-unreadable` when the system
 *   cannot look it up (a loop of links, a name that is too long).
 */
export function resolveInside(root: string, relative: string): string {
  const folder = resolve(root);
  if (relative.includes('\0')) throw outside(folder, relative);
  const path = resolve(folder, relative);
  if (!isInside(folder, path)) throw outside(folder, relative);
  let real: string;
  try {
    real = realPathOf(path);
  } catch (error) {
    throw new InputError('path-unreadable', `The path cannot be looked up: ${(error as Error).message}`);
  }
  if (!isInside(realPathOf(folder), real)) throw outside(folder, relative);
  return real;
}

function outside(root: string, name: string): InputError {
  return new InputError(
    'path-outside',
    `The name ${JSON.stringify(name)} leads out of the folder ${root}; names in data must stay inside`,
  );
}

function isInside(folder: string, path: string): boolean {
  const way = relativePath(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The path with links resolved; of a missing file, those of the nearest folder above that exists. */
function realPathOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isMissing(error) || parent === path) throw error;
    return resolve(realPathOf(parent), path.slice(parent.length).replace(/^[/\\]/, ''));
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
