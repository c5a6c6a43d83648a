import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { listFiles, PackageManager } from '@vscode/vsce';
import { expect, it } from 'vitest';
import { bundles } from '../../scripts/bundles.mjs';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const folder = useTemporaryFolder();

/** Those of some files that vsce puts into a package, by the project's rules. */
async function packaged(names: readonly string[]): Promise<string[]> {
  for (const name of ['.vscodeignore', 'package.json']) await cp(name, join(folder(), name));
  for (const name of names) {
    await mkdir(dirname(join(folder(), name)), { recursive: true });
    await writeFile(join(folder(), name), '');
  }
  const files = await listFiles({ cwd: folder(), packageManager: PackageManager.None });
  return names.filter((name) => files.includes(name));
}

it('lets in every bundle, and what the editor reads', async () => {
  const names = [
    ...Object.keys(bundles).map((name) => `dist/${name}`),
    'dist/node_modules/@img/sharp-linux-x64/lib/sharp.node',
    'README.md',
    'ThirdPartyNotices.txt',
    'media/icon.png',
    'media/templates/scenes.gap.yaml',
    'media/walkthrough/measure.svg',
  ];
  expect(await packaged(names)).toEqual(names);
});

it('keeps out whatever else lies there', async () => {
  const names = [
    '.env',
    '.npmrc',
    'notes.md',
    'client/extension.ts',
    'dist/cli.mjs.map',
    'dist/secret.txt',
    'dist/old.mjs',
    'dist/report/index.js',
    'media/.DS_Store',
    'media/icon.png.orig',
    'media/screenshots/compare.png',
    'media/templates/.DS_Store',
    'media/templates/draft.yaml',
    'media/templates/data/scenes.gap.yaml',
    'media/walkthrough/.measure.md.swp',
    'modality-gap-runs/a/report.json',
    'test/scripts/package.test.ts',
  ];
  expect(await packaged(names)).toEqual([]);
});
