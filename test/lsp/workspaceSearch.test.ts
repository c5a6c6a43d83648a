import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { configName } from '../../server/lsp/configName.ts';
import { searchWorkspace } from '../../server/lsp/workspaceSearch.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();

it('finds experiment files and runs, and does not search what is no work of the user’s', async () => {
  const folder = temporary();
  const names = [
    'b.gap.yaml',
    'deep/er/a.gap.yml',
    'other.yaml',
    'node_modules/x.gap.yaml',
    '.hidden/x.gap.yaml',
    'modality-gap-runs/run/config.gap.yaml',
    'results/named/config.gap.yaml',
    'results/named/report.json',
    'results/named/run.json',
  ];
  for (const name of names) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), '');
  }
  await symlink(folder, join(folder, 'loop'));
  const runs = join(folder, 'modality-gap-runs');
  const { signal } = new AbortController();
  const found = await searchWorkspace([folder, join(folder, 'deep'), '/absent'], [runs], signal);
  expect(found.runs).toEqual([join(folder, 'results/named')]);
  expect(found.experiments.map(({ path }) => path)).toEqual([
    join(folder, 'deep/er/a.gap.yml'),
    join(folder, 'b.gap.yaml'),
  ]);
  await expect(searchWorkspace([folder], [], AbortSignal.abort())).rejects.toThrow();
});

it.each([
  ['name: mine\ndata: {}\n', 'mine'],
  ['name: 3\n', 'photos'],
  ['name: [', 'photos'],
  ['', 'photos'],
])('calls a run after its configuration or its file: %j', (text, name) => {
  expect(configName(text, '/a/photos.gap.yaml')).toBe(name);
});
