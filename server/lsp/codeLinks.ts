import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { URI } from 'vscode-uri';

/**
 * Where the code of a problem is explained: a command of the client that does it, else the section of the page that
 * comes with this program. Null where there is neither.
 */
export function codeLinks(explainCommand: string | null): ((code: string) => string) | null {
  if (explainCommand !== null) {
    return (code) => `command:${explainCommand}?${encodeURIComponent(JSON.stringify([code]))}`;
  }
  const page = join(dirname(fileURLToPath(import.meta.url)), '..', 'media', 'docs', 'diagnostics.md');
  return existsSync(page) ? (code) => `${URI.file(page).toString()}#${code}` : null;
}
