import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bundledFile } from '../engine/bundledFile.ts';
import { URI } from 'vscode-uri';

/** The URI of the page that explains the codes of diagnostics, which lies beside the programs; null where it is absent. */
export function docsUri(): string | null {
  const page = join(dirname(bundledFile('server.mjs')), '..', 'media', 'docs', 'modality-gap-diagnostics.md');
  return existsSync(page) ? URI.file(page).toString() : null;
}
