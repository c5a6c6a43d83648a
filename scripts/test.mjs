// `npm test`: sets up, checks, tests. The last line is always `N passed, N failed, N skipped`.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function run(script, args = []) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  return status ?? 1;
}

for (const script of ['scripts/setup.mjs', 'scripts/check.mjs']) {
  if (run(script) !== 0) {
    process.stdout.write(`${script} failed; no test was run\n0 passed, 1 failed, 0 skipped\n`);
    process.exit(1);
  }
}
process.exit(run('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]));
