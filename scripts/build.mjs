// Builds every bundle into dist/. `node scripts/build.mjs [--out folder] [bundle …]`; without names, all of them.
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { bundleOptions, bundles } from './bundles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { out: { type: 'string', default: join(root, 'dist') } },
});
for (const name of positionals) {
  if (!(name in bundles)) throw new Error(`No bundle is named ${name}: ${Object.keys(bundles).join(', ')}.`);
}

for (const name of positionals.length > 0 ? positionals : Object.keys(bundles)) {
  await build(bundleOptions(name, values.out));
  // npx starts it by its name.
  if (name === 'cli.mjs') await chmod(join(values.out, name), 0o755);
}
