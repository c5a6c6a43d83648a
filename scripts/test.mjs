// `npm test`: sets up, checks, tests, and drives the extension in a real editor. The last line is always
// `N passed, N failed, N skipped`, of everything. With arguments, only the tests that they name, outside of the editor.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'modality-gap-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const counted = (name) => join(folder, `${name}.json`);

/** Starts tests; what they print is kept until it is asked for, or comes at once. */
function startTests(name, args, { isHeld }) {
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...args], {
    cwd: root,
    stdio: isHeld ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...process.env, TEST_COUNTS: counted(name) },
  });
  const output = [];
  for (const stream of isHeld ? [child.stdout, child.stderr] : []) {
    stream.on('data', (chunk) => output.push(chunk));
  }
  const ended = new Promise((resolve) => {
    child.on('error', () => resolve(1)).on('close', resolve);
  });
  return { name, ended, stop: () => child.kill(), show: () => process.stdout.write(Buffer.concat(output)) };
}

/** The counts of tests, once they have ended; those of one failure when they could not be counted. */
async function countsOf({ name, ended }) {
  const status = await ended;
  try {
    const count = JSON.parse(readFileSync(counted(name), 'utf8'));
    return { ...count, failed: status !== 0 && count.failed === 0 ? 1 : count.failed };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Runs a script to its end; gives whether all went well. */
function runScript(script) {
  const child = spawn(process.execPath, [join(root, script)], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => {
    child.on('error', () => resolve(false)).on('close', (status) => resolve(status === 0));
  });
}

function endWithout(script) {
  process.stdout.write(`${script} failed; no test was run\n0 passed, 1 failed, 0 skipped\n`);
  process.exit(1);
}

const named = process.argv.slice(2);
if (!(await runScript('scripts/setup.mjs'))) endWithout('scripts/setup.mjs');
// A test in an editor is waiting for most of its time: the others have the machine meanwhile. What it says comes last.
const inEditor =
  named.length > 0 ? [] : [startTests('end-to-end', ['--config', 'vitest.e2e.config.ts'], { isHeld: true })];
if (!(await runScript('scripts/check.mjs'))) {
  for (const tests of inEditor) tests.stop();
  await Promise.all(inEditor.map(({ ended }) => ended));
  endWithout('scripts/check.mjs');
}
const all = [startTests('tests', named, { isHeld: false }), ...inEditor];
const counts = await Promise.all(all.map(countsOf));
for (const { show } of all) show();
const total = (state) => counts.reduce((sum, count) => sum + count[state], 0);
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed, ${total('skipped')} skipped\n`);
process.exitCode = total('failed') === 0 ? 0 : 1;
