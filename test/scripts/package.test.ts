import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { isNeeded, packageFolders, targets } from '../../scripts/packageTargets.mjs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, unknown>;
};
const native = ['onnxruntime-node', 'sharp', '@duckdb/node-api'];

describe('packageFolders', () => {
  it.each(Object.entries(targets))('%s has its own binaries and no others', (_, platform) => {
    const folders = packageFolders(packages, native, platform);
    const own = `${platform.os}-${platform.cpu}`;
    const binaries = folders.filter((folder) => /(linux|darwin|win32|freebsd|wasm)/.test(folder));
    expect(binaries).toContain(`node_modules/@img/sharp-${own}`);
    expect(binaries).toContain(`node_modules/@duckdb/node-bindings-${own}`);
    expect(binaries.filter((folder) => !folder.endsWith(own))).toEqual([]);
  });

  it('follows dependencies, and leaves out what only installs', () => {
    const folders = packageFolders(packages, native, targets['linux-x64']!);
    expect(folders).toContain('node_modules/onnxruntime-common');
    expect(folders).toContain('node_modules/detect-libc');
    expect(folders).not.toContain('node_modules/adm-zip');
  });

  it('says what is not in the lock file', () => {
    expect(() => packageFolders(packages, ['no-such-package'], targets['linux-x64']!)).toThrow(
      'no-such-package',
    );
  });
});

describe('isNeeded', () => {
  it('keeps one platform of ONNX Runtime', () => {
    const platform = targets['linux-x64']!;
    const kept = [
      'bin/napi-v6/linux/x64/libonnxruntime.so.1',
      'bin/napi-v6/linux/arm64/libonnxruntime.so.1',
      'bin/napi-v6/win32/x64/onnxruntime.dll',
      'dist/index.js',
      'dist/index.js.map',
      'package.json',
      'README.md',
    ].filter((path) => isNeeded('onnxruntime-node', path, platform));
    expect(kept).toEqual(['bin/napi-v6/linux/x64/libonnxruntime.so.1', 'dist/index.js', 'package.json']);
    expect(isNeeded('sharp', 'LICENSE.md', platform)).toBe(true);
  });
});

const here = `${process.platform}-${process.arch}`;

describe.skipIf(!(here in targets))(`the extension for ${here}`, () => {
  let folder: string;
  let file: string;
  let names: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modality-gap-'));
    file = join(folder, 'extension.vsix');
    await promisify(execFile)(process.execPath, ['scripts/package.mjs', '--no-build', '--out', file]);
    names = await namesIn(file);
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is at most 60 MB', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(60e6);
  });

  it('has what it starts, and the packages that stay outside of the bundles', () => {
    for (const name of [
      'package.json',
      'package.nls.json',
      'readme.md',
      'LICENSE.txt',
      'media/icon.png',
      'media/icon.svg',
      'media/walkthrough/measure.md',
      'media/templates/scenes.gap.yaml',
      'dist/extension.cjs',
      'dist/cli.mjs',
      'dist/modelProcess.mjs',
      'dist/node_modules/onnxruntime-node/package.json',
      'dist/node_modules/sharp/package.json',
      'dist/node_modules/@duckdb/node-api/package.json',
      `dist/node_modules/@img/sharp-${here}/package.json`,
      `dist/node_modules/@duckdb/node-bindings-${here}/package.json`,
      'dist/node_modules/mpg123-decoder/package.json',
      'dist/node_modules/@cornerstonejs/codec-charls/package.json',
    ]) {
      expect(names).toContain(`extension/${name}`);
    }
  });

  it('has no sources, no tests and nothing of another platform', () => {
    const unwanted = names.filter(
      (name) =>
        /\.(ts|map)$|\/(test|server|client|webview|scripts|bench)\//.test(
          name.replace(/dist\/node_modules\/.*/, ''),
        ) ||
        /napi-v\d+\/(?!linux|darwin|win32)/.test(name) ||
        (/napi-v\d+\//.test(name) && !name.includes(`/${process.platform}/${process.arch}/`)),
    );
    expect(unwanted).toEqual([]);
  });
});

function namesIn(path: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, (error, archive) => {
      if (error) {
        reject(error);
        return;
      }
      const names: string[] = [];
      archive.on('entry', ({ fileName }: { fileName: string }) => names.push(fileName));
      archive.on('end', () => {
        resolve(names);
      });
      archive.on('error', reject);
    });
  });
}
