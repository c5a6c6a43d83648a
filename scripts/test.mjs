// `npm test`: sets up, checks, tests, and drives the extension in a real editor. The last line is always
// `N passed, N failed, N skipped`, of everything. With arguments, only the tests that they name, outside of the editor.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'modality-gap-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Runs tests; gives their counts, those of one failure when they could not be counted. */
async function runTests(name, args, { isHeld }) {
  const counts = join(folder, `${name}.json`);
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: root,
    stdio: isHeld ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...process.env, TEST_COUNTS: counts },
  });
  const output = [];
  for (const stream of isHeld ? [child.stdout, child.stderr] : []) {
    stream.on('data', (chunk) => output.push(chunk));
  }
  const status = await new Promise((resolve) => {
    child.on('error', () => resolve(1)).on('close', resolve);
  });
  const show = () => process.stdout.write(Buffer.concat(output));
  try {
    const count = JSON.parse(readFileSync(counts, 'utf8'));
    return { show, ...count, failed: status !== 0 && count.failed === 0 ? 1 : count.failed };
  } catch {
    return { show, passed: 0, failed: 1, skipped: 0 };
  }
}

for (const script of ['scripts/setup.mjs', 'scripts/check.mjs']) {
  if (spawnSync(process.execPath, [join(root, script)], { cwd: root, stdio: 'inherit' }).status !== 0) {
    process.stdout.write(`${script} failed; no test was run\n0 passed, 1 failed, 0 skipped\n`);
    process.exit(1);
  }
}
const named = process.argv.slice(2);
// A test in an editor is waiting for most of its time: the others have the machine meanwhile. What it says comes after.
const all = await Promise.all([
  runTests('tests', named, { isHeld: false }),
  ...(named.length > 0
    ? []
    : [runTests('end-to-end', ['--config', 'vitest.e2e.config.ts'], { isHeld: true })]),
]);
for (const { show } of all) show();
const total = (state) => all.reduce((sum, count) => sum + count[state], 0);
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`);
process.exitCode = total('failed') === 0 ? 0 : 1;
