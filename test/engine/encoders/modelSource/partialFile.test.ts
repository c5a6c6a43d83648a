import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import {
  claimPartial,
  releasePartial,
  removeAbandoned,
} from '../../../../server/engine/encoders/modelSource/partialFile.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();
const digest = 'd'.repeat(64);

it('goes on with what was let go of, the longest first, and never with what another works on', async () => {
  const first = await claimPartial(folder(), digest);
  await writeFile(first, 'abc');
  const second = await claimPartial(folder(), digest);
  expect(second).not.toBe(first);
  await writeFile(second, 'abcdef');
  expect(await readFile(first, 'utf8')).toBe('abc');
  await releasePartial(first, folder(), digest);
  await releasePartial(second, folder(), digest);
  expect(await readFile(await claimPartial(folder(), digest), 'utf8')).toBe('abcdef');
  expect(await readFile(await claimPartial(folder(), digest), 'utf8')).toBe('abc');
});

it('gives a free one to one of several', async () => {
  const first = await claimPartial(folder(), digest);
  await writeFile(first, 'abc');
  await releasePartial(first, folder(), digest);
  await Promise.all([1, 2, 3, 4].map(() => claimPartial(folder(), digest)));
  expect(await readdir(folder())).toHaveLength(1);
});

it('leaves nothing of an empty one', async () => {
  const partial = await claimPartial(folder(), digest);
  await releasePartial(partial, folder(), digest);
  await writeFile(partial, '');
  await releasePartial(partial, folder(), digest);
  expect(await readdir(folder())).toEqual([]);
});

it('takes over from another machine after a day of silence, and touches no other file', async () => {
  const elsewhere = join(folder(), `${digest}.00000000-1-00000000.incomplete`);
  const others = [
    digest,
    `${digest}.incomplete`,
    `${digest}.1a2b3c4d.incomplete`,
    `${'e'.repeat(64)}.free-00000000.incomplete`,
  ];
  const longAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);
  for (const path of [elsewhere, ...others.map((name) => join(folder(), name))]) {
    await writeFile(path, basename(path));
    if (path !== elsewhere) await utimes(path, longAgo, longAgo);
  }
  await removeAbandoned(folder(), digest);
  expect(await readdir(folder())).toContain(basename(elsewhere));
  await utimes(elsewhere, longAgo, longAgo);
  const claimed = await claimPartial(folder(), digest);
  expect(await readFile(claimed, 'utf8')).toBe(basename(elsewhere));
  await utimes(claimed, longAgo, longAgo);
  await mkdir(dirname(claimed), { recursive: true });
  await removeAbandoned(folder(), digest);
  const left = await readdir(folder());
  expect(left).toEqual(expect.arrayContaining(others.filter((name) => !name.includes('free'))));
  expect(left).not.toContain(basename(claimed));
});
