// `npm run package [-- --target linux-x64] [--out file.vsix] [--no-build]`: builds, and writes the extension for one
// platform. It is put together in a folder of its own; .vscodeignore names what of that goes into the package.
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVSIX } from '@vscode/vsce';
import { nodeOptions } from './nodeOptions.mjs';
import { packagedReadme } from './packagedReadme.mjs';
import { isNeeded, packageFolders, targets } from './packageTargets.mjs';
import { thinBinary } from './thinBinary.mjs';
import { bundledPackages, thirdPartyNotices } from './thirdPartyNotices.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { values } = parseArgs({
  options: {
    target: { type: 'string', default: `${process.platform}-${process.arch}` },
    out: { type: 'string' },
    build: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const { target } = values;
const platform = targets[target];
if (platform === undefined) {
  throw new Error(
    `No extension can be made for ${target}: expected one of ${Object.keys(targets).join(', ')}`,
  );
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const out = values.out ?? join(root, `${manifest.name}-${target}-${manifest.version}.vsix`);
// The same files make the same package, to the byte: vsce sorts them, and gives all of them this date.
process.env.SOURCE_DATE_EPOCH ??= `${Date.UTC(2000, 0) / 1000}`;
const stage = mkdtempSync(join(tmpdir(), 'modality-gap-package-'));

if (values.build) npm(['run', '--silent', 'build'], root);
try {
  copyProject();
  const folders = { separate: copyPackages(), bundled: await bundledPackages() };
  writeFileSync(join(stage, 'ThirdPartyNotices.txt'), thirdPartyNotices(folders, platform.os));
  await createVSIX({
    cwd: stage,
    packagePath: out,
    target,
    // The packages lie beside the bundles; vsce has none to look for.
    dependencies: false,
    allowMissingRepository: true,
    rewriteRelativeLinks: false,
  });
} finally {
  rmSync(stage, { recursive: true, force: true });
}
process.stdout.write(`${out}: ${(statSync(out).size / 1e6).toFixed(1)} MB\n`);

/** Copies what .vscodeignore names, in whole folders: vsce looks into them, and takes what it names there. */
function copyProject() {
  const rules = readFileSync(join(root, '.vscodeignore'), 'utf8');
  const names = new Set([...rules.matchAll(/^!([^/\s]+)/gm)].map(([, name]) => name));
  // Packages come from elsewhere, file by file.
  const filter = (path) => basename(path) !== 'node_modules';
  for (const name of ['.vscodeignore', ...names]) {
    if (existsSync(join(root, name)))
      cpSync(join(root, name), join(stage, name), { recursive: true, filter });
  }
  writeFileSync(join(stage, 'README.md'), packagedReadme(readFileSync(join(root, 'README.md'), 'utf8')));
  // What only matters where the package is built would make vsce look for it.
  const { devDependencies, dependencies, scripts, files, private: isPrivate, ...published } = manifest;
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}

/** Copies the packages that stay outside of the bundles to where the bundles look first. Gives their folders. */
function copyPackages() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const folders = packageFolders(lock.packages, nodeOptions.external, platform);
  const source = folders.every((folder) => existsSync(join(root, folder))) ? root : installFor(platform);
  for (const folder of folders) {
    const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
    for (const path of readdirSync(join(source, folder), { recursive: true })) {
      const file = path.replaceAll('\\', '/');
      const from = join(source, folder, path);
      if (file.startsWith('node_modules/') || !statSync(from).isFile() || !isNeeded(name, file, platform))
        continue;
      const to = join(stage, 'dist', folder, path);
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(to, thinBinary(readFileSync(from), platform.cpu));
    }
  }
  return folders.map((folder) => join(source, folder));
}

/** Installs the dependencies as another platform has them, in a folder that is kept. */
function installFor({ os, cpu, libc }) {
  const folder = join(root, 'node_modules', '.cache', 'package', target);
  mkdirSync(folder, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(root, name), join(folder, name));
  npm(
    [
      'ci',
      '--omit=dev',
      '--ignore-scripts',
      `--os=${os}`,
      `--cpu=${cpu}`,
      ...(libc ? [`--libc=${libc}`] : []),
    ],
    folder,
  );
  return folder;
}

function npm(args, cwd) {
  // npm is a script that only a shell finds on Windows; the arguments are fixed.
  const { status, error } = spawnSync('npm', args, {
    cwd,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (error || status !== 0)
    throw new Error(`npm ${args.join(' ')} failed: ${error?.message ?? `it ended with ${status}`}`);
}
