import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a bundle that a thread or a process starts from: beside this one, or in `dist/` where this code runs from
 * the sources.
 */
export function bundledFile(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(folder, name))) return join(folder, name);
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${name} belongs into dist/ of the package, which was not found`);
    folder = parent;
  }
  return join(folder, 'dist', name);
}
