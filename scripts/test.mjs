// `npm test`: sets up, checks, tests, and drives the extension in a real editor. The last line is always
// `N passed, N failed, N skipped`, of everything. With arguments, only the tests that they name, outside of the editor.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'modality-gap-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const counts = join(folder, 'counts.json');

function run(script, args = []) {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, TEST_COUNTS: counts },
  });
  return status ?? 1;
}

/** Runs tests; gives their counts, those of one failure when they could not be counted. */
function runTests(args) {
  rmSync(counts, { force: true });
  const status = run('node_modules/vitest/vitest.mjs', ['run', ...args]);
  try {
    const count = JSON.parse(readFileSync(counts, 'utf8'));
    return status !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

for (const script of ['scripts/setup.mjs', 'scripts/check.mjs']) {
  if (run(script) !== 0) {
    process.stdout.write(`${script} failed; no test was run\n0 passed, 1 failed, 0 skipped\n`);
    process.exit(1);
  }
}
const named = process.argv.slice(2);
const runs = named.length > 0 ? [named] : [[], ['--config', 'vitest.e2e.config.ts']];
const all = runs.map(runTests);
const total = (state) => all.reduce((sum, count) => sum + count[state], 0);
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`);
process.exit(total('failed') === 0 ? 0 : 1);
