// Runs a TypeScript file of the project: `node scripts/runTypeScript.mjs bench/name.ts arguments…`
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { nodeOptions } from './nodeOptions.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [file] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Usage: node scripts/runTypeScript.mjs <file.ts> [arguments…]\n');
  process.exit(2);
}

// Within the project, so that packages are found.
const cache = join(root, 'node_modules', '.cache');
await mkdir(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'run-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const bundle = join(folder, 'bundle.mjs');
await build({
  entryPoints: [resolve(file)],
  outfile: bundle,
  bundle: true,
  ...nodeOptions,
  sourcemap: 'inline',
  logLevel: 'warning',
});
// The program sees its own arguments where it would if it had been started itself.
process.argv.splice(1, 2, resolve(file));
await import(pathToFileURL(bundle).href);
