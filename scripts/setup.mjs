// Makes a fresh checkout ready: installs the dependencies when they are missing or older than package-lock.json, and
// builds when a source is newer than the bundles. Plain Node: it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundles } from './bundles.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = [
  'client',
  'server',
  'webview',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];

function fail(message) {
  process.stderr.write(`setup: ${message}\n`);
  process.exit(1);
}

function run(what, command, args) {
  process.stderr.write(`setup: ${what}\n`);
  // npm is a script that only a shell finds on Windows; the arguments are fixed.
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) fail(`${command} cannot be started: ${error.message}`);
  if (status !== 0) fail(`${what} failed: ${command} ${args.join(' ')}`);
}

function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newestIn(path) {
  const status = statSync(path);
  if (!status.isDirectory()) return status.mtimeMs;
  return Math.max(status.mtimeMs, ...readdirSync(path).map((name) => newestIn(join(path, name))));
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(`Node ${process.versions.node} is too old; expected 20.19 or newer`);
}

// npm writes this file at the end of every install.
const installed = modifiedAt(join(root, 'node_modules/.package-lock.json'));
if (installed < modifiedAt(join(root, 'package-lock.json'))) {
  run('installing the dependencies', 'npm', ['ci', '--ignore-scripts']);
}

const builtAt = Math.min(...Object.keys(bundles).map((name) => modifiedAt(join(root, 'dist', name))));
if (Math.max(...sources.map((source) => newestIn(join(root, source)))) > builtAt) {
  run('building', process.execPath, ['scripts/build.mjs']);
}
