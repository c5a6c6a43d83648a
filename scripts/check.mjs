// Type check, lint and format check, all of them even when one fails.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const checks = [
  ['type check', 'typescript/bin/tsc', ['--noEmit', '-p', '.']],
  ['lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']],
  ['format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']],
];

const failed = checks.filter(([name, script, args]) => {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  process.stdout.write(`${name}: ${status === 0 ? 'ok' : 'failed'}\n`);
  return status !== 0;
});
process.exit(failed.length === 0 ? 0 : 1);
