import { statSync } from 'node:fs';
import { fileExtensions, type FileContent } from './contentOfName.ts';
import { resolveInside } from './resolveInside.ts';

/**
 * The file that a cell of a table names: as it stands there, or else without white space around it, without a query or
 * number behind it (`a.jpg?w=200`, `a.jpg#0`), or with an extension of the content where it has none.
 *
 * @param root The folder that names start at and must stay in.
 * @returns The path, that of the cell as it stands where there is no such file.
 * @throws InputError as `resolveInside` does.
 */
export function fileOfCell(
  root: string,
  cell: string,
  content: FileContent,
): { readonly path: string; readonly exists: boolean } {
  const path = resolveInside(root, cell);
  const trimmed = cell.trim();
  const bare = trimmed.replace(/[?#][^/\\]*$/, '');
  if (cell !== '' && isFile(path)) return { path, exists: true };
  const others = [trimmed, bare, ...fileExtensions[content].map((extension) => `${bare}.${extension}`)];
  for (const other of others) {
    const found = resolveInside(root, other);
    if (other !== '' && isFile(found)) return { path: found, exists: true };
  }
  return { path, exists: false };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
