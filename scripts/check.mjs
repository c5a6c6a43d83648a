// Type check, lint and format check, all of them even when one fails. The type check runs beside the others, which takes
// two cores; what it says comes first all the same.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs a check; gives whether it is passed, and what it printed, in its order. */
function check(name, script, args) {
  const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What it prints goes through here, to the same place.
    env: process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env,
  });
  const chunks = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => chunks.push(chunk));
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ name, isPassed: code === 0, output: Buffer.concat(chunks) }));
  });
}

function tell({ name, isPassed, output }) {
  process.stdout.write(output);
  process.stdout.write(`${name}: ${isPassed ? 'ok' : 'failed'}\n`);
  if (!isPassed) process.exitCode = 1;
}

const types = check('type check', 'typescript/bin/tsc', ['--noEmit', '-p', '.']);
const others = (async () => [
  await check('lint', 'eslint/bin/eslint.js', ['.', '--max-warnings', '0']),
  await check('format', 'prettier/bin/prettier.cjs', ['--check', '--log-level', 'warn', '.']),
])();
const [typesEnded, othersEnded] = await Promise.all([types, others]);
tell(typesEnded);
othersEnded.forEach(tell);
