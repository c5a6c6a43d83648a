import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { environmentOf } from './codeServer.ts';

/**
 * Builds the extension's package and has the editor install it, as a person would.
 *
 * @param folder for what is made; absolute.
 * @returns The folder of extensions to start editors with.
 */
export function installExtension({ node, entry }: { node: string; entry: string }, folder: string): string {
  const extension = join(folder, 'extension.vsix');
  const extensions = join(folder, 'extensions');
  execFileSync('npm', ['run', '--silent', 'package', '--', '--out', extension], { encoding: 'utf8' });
  execFileSync(
    node,
    [
      entry,
      ...['--user-data-dir', join(folder, 'data'), '--extensions-dir', extensions],
      ...['--install-extension', extension],
    ],
    { encoding: 'utf8', env: environmentOf(folder) },
  );
  return extensions;
}
