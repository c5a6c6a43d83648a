import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { shardPaths } from '../../../server/engine/datasets/shardPaths.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';

const folder = useTemporaryFolder();

it.each([
  ['a.tar', ['a.tar']],
  ['s-{008..011}.tar', ['s-008.tar', 's-009.tar', 's-010.tar', 's-011.tar']],
  ['s-{9..10}.tar', ['s-9.tar', 's-10.tar']],
  ['{train,val}-{0..1}.tar', ['train-0.tar', 'train-1.tar', 'val-0.tar', 'val-1.tar']],
  ['odd{name}.tar', ['odd{name}.tar']],
])('%s', async (pattern, expected) => {
  expect(await shardPaths(pattern)).toEqual(expected);
});

it('matches `*` against the files of the folder, and nothing else literally', async () => {
  for (const name of ['b1.tar', 'b10.tar', 'b2.tar', 'b1.tar.gz', 'bXtar'])
    await writeFile(join(folder(), name), '');
  const names = ['b1.tar', 'b10.tar', 'b2.tar'].map((name) => join(folder(), name));
  expect(await shardPaths(join(folder(), 'b*.tar'))).toEqual(names);
  await expect(shardPaths(join(folder(), 'c*.tar'))).rejects.toMatchObject({ code: 'no-shards' });
  await expect(shardPaths(join(folder(), 'none', '*.tar'))).rejects.toMatchObject({
    code: 'file-unreadable',
  });
});

it.each([
  ['{0..999999999}.tar', 'too-many-shards'],
  ['{0..999}{0..999}.tar', 'too-many-shards'],
  ['{0..9}{0..9}{0..9}{0..9}{0..9}{0..9}.tar', 'too-many-shards'],
  ['{5..1}.tar', 'no-shards'],
])('%s is refused', async (pattern, code) => {
  await expect(shardPaths(pattern)).rejects.toMatchObject({ code });
});
