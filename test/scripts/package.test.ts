import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import yauzl from 'yauzl';
import { bundles } from '../../scripts/bundles.mjs';
import { isNeeded, packageFolders, targets } from '../../scripts/packageTargets.mjs';
import { isThorough } from '../thoroughness.ts';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { readonly version: string }>;
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
  });

  it('keeps the library on macOS once, by the name that it is loaded by', () => {
    const folder = 'bin/napi-v6/darwin/arm64';
    const names = ['onnxruntime_binding.node', 'libonnxruntime.1.dylib', 'libonnxruntime.1.30.0.dylib'];
    const isKept = (name: string) =>
      isNeeded('onnxruntime-node', `${folder}/${name}`, targets['darwin-arm64']!);
    expect(names.filter(isKept)).toEqual(names.slice(0, 2));
  });

  it('keeps licences, and nothing that only people who build read', () => {
    const isKept = (name: string) => isNeeded('sharp', name, targets['linux-x64']!);
    const unwanted = ['README.md', 'lib/index.d.ts', '.prettierignore', 'src/a.c', '.github/workflows/a.yml'];
    expect(unwanted.filter(isKept)).toEqual([]);
    expect(['LICENSE.md', 'NOTICE', 'lib/index.js'].filter((name) => !isKept(name))).toEqual([]);
  });
});

const here = `${process.platform}-${process.arch}`;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modality-gap-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Packages the extension for a platform; gives the file's path. */
async function packageFor(target: string, name = `${target}.vsix`): Promise<string> {
  const file = join(folder, name);
  const args = ['scripts/package.mjs', '--no-build', '--target', target, '--out', file];
  await promisify(execFile)(process.execPath, args);
  return file;
}

/** Native code by system, with `P` for the platform and `V` for versions. */
const binaries: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'duckdb.node',
    'libduckdb.so',
    'libonnxruntime.so.1',
    'libvips-cpp.so.V',
    'onnxruntime_binding.node',
    'sharp-P-V.node',
  ],
  darwin: [
    'duckdb.node',
    'libduckdb.dylib',
    'libonnxruntime.1.dylib',
    'libvips-cpp.V.dylib',
    'onnxruntime_binding.node',
    'sharp-P-V.node',
  ],
  win32: [
    'DirectML.dll',
    'duckdb.dll',
    'duckdb.node',
    'dxcompiler.dll',
    'dxil.dll',
    'libvips-42.dll',
    'libvips-cpp-V.dll',
    'onnxruntime.dll',
    'onnxruntime_binding.node',
    'sharp-P-V.node',
  ],
};

function expectBinariesOf(target: string, names: readonly string[]): void {
  const { os, cpu } = targets[target]!;
  // WebAssembly for every platform, in spite of the name.
  const isPortable = (name: string) => name.includes('/h5wasm-plugins/plugins/');
  const found = names.filter((name) => /\.(node|dll|dylib|so)(\.\d+)*$/.test(name) && !isPortable(name));
  const isOfTarget = (name: string) => name.includes(`/${os}/${cpu}/`) || name.includes(`-${target}/`);
  expect(found.filter((name) => !isOfTarget(name))).toEqual([]);
  expect(
    found
      .map((name) =>
        basename(name)
          .replace(target, 'P')
          .replace(/\d+\.\d+\.\d+/, 'V'),
      )
      .sort(),
  ).toEqual([...binaries[os]!].sort());
}

describe.skipIf(!(here in targets))(`the extension for ${here}`, () => {
  let file: string;
  let contents: ReadonlyMap<string, string>;
  let names: readonly string[];

  beforeAll(async () => {
    file = await packageFor(here);
    contents = await textsIn(file);
    names = [...contents.keys()];
  });

  it('is at most 60 MB', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(60e6);
  });

  it('has what it starts, and the packages that stay outside of the bundles', () => {
    for (const name of [
      'package.json',
      'package.nls.json',
      'readme.md',
      'changelog.md',
      'LICENSE.txt',
      'ThirdPartyNotices.txt',
      'media/icon.png',
      'media/icon.svg',
      'media/walkthrough/measure.md',
      'media/templates/scenes.gap.yaml',
      ...Object.keys(bundles).map((bundle) => `dist/${bundle}`),
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

  it('has every file that its manifest and its walkthrough name', () => {
    const manifest = contents.get('extension/package.json')!;
    const walkthrough = names
      .filter((name) => name.endsWith('.md') && name.includes('/walkthrough/'))
      .flatMap((name) => [...contents.get(name)!.matchAll(/\]\(([^):]+)\)/g)])
      .map(([, file]) => `media/walkthrough/${file!}`);
    const files = [...manifest.matchAll(/"(?:\.\/)?((?:media|dist)\/[^"]+)"/g)].map(([, file]) => file!);
    expect(walkthrough.length).toBeGreaterThan(2);
    expect(files.length).toBeGreaterThan(8);
    expect([...files, ...walkthrough].filter((name) => !names.includes(`extension/${name}`))).toEqual([]);
  });

  it('has no sources, no tests and no source maps', () => {
    const unwanted = names.filter((name) =>
      /\.(ts|map)$|\/(test|server|client|webview|scripts|bench)\//.test(
        name.replace(/dist\/node_modules\/.*/, ''),
      ),
    );
    expect(unwanted).toEqual([]);
  });

  it('has its own binaries and no others', () => {
    expectBinariesOf(here, names);
  });

  it('has a page without links that lead nowhere', () => {
    expect(contents.get('extension/readme.md')).toContain('# Modality Gap');
    expect(contents.get('extension/readme.md')).not.toMatch(/\]\((?!#|https:)/);
  });

  it('names every package in it, with the version that is locked', () => {
    const notices = contents.get('extension/ThirdPartyNotices.txt')!;
    const packageAt = /^extension\/dist\/((?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+)\/package\.json$/;
    const beside = names.flatMap((name) => packageAt.exec(name)?.[1] ?? []);
    const bundled = ['chart.js', 'vscode-languageclient', 'yaml', 'zod'].map(
      (name) => `node_modules/${name}`,
    );
    expect(beside).toContain('node_modules/sharp');
    expect(beside).toContain('node_modules/onnxruntime-node');
    for (const place of [...beside, ...bundled]) {
      const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
      expect(notices).toContain(`\n${name} ${packages[place]!.version}\nLicence: `);
    }
  });

  it.runIf(isThorough)('is the same to the byte when it is made again', async () => {
    const again = await packageFor(here, 'again.vsix');
    expect(readFileSync(again).equals(readFileSync(file))).toBe(true);
  });
});

// Installs the packages of four more platforms, which takes the network and a minute.
describe.skipIf(process.env['PACKAGE_ALL_TARGETS'] === undefined)('with PACKAGE_ALL_TARGETS', () => {
  it.each(Object.keys(targets).filter((target) => target !== here))(
    'the extension for %s has its own binaries and no others, in at most 60 MB',
    async (target) => {
      const file = await packageFor(target);
      expectBinariesOf(target, [...(await textsIn(file)).keys()]);
      expect(statSync(file).size).toBeLessThanOrEqual(60e6);
    },
    300_000,
  );
});

/** The texts in an archive, by name; what is no text of the project or of a notice has an empty one. */
async function textsIn(path: string): Promise<ReadonlyMap<string, string>> {
  const archive = await promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open)(path, {
    lazyEntries: true,
  });
  const open = promisify<yauzl.Entry, Readable>(archive.openReadStream.bind(archive));
  const texts = new Map<string, string>();
  return new Promise((resolve, reject) => {
    archive.on('entry', (entry: yauzl.Entry) => {
      const isText = /^extension\/(media\/.*)?[^/]*\.(md|txt|json)$/.test(entry.fileName);
      const reading = isText ? open(entry).then(text) : Promise.resolve('');
      reading.then((content) => {
        texts.set(entry.fileName, content);
        archive.readEntry();
      }, reject);
    });
    archive.on('end', () => {
      resolve(texts);
    });
    archive.on('error', reject);
    archive.readEntry();
  });
}
