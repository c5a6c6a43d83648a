import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { HubCache, placings } from '../../../../server/engine/encoders/modelSource/hubCache.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';

const folder = useTemporaryFolder();
const commit = 'c'.repeat(40);
const digest = 'd'.repeat(64);

async function cacheWithBlob(): Promise<{ cache: HubCache; blob: string }> {
  const cache = new HubCache(folder(), 'owner/name');
  await mkdir(cache.blobs, { recursive: true });
  const blob = join(cache.blobs, digest);
  await writeFile(blob, 'content');
  return { cache, blob };
}

it('names folders as Python does', () => {
  expect(new HubCache('/c', 'owner/name').folder).toBe(join('/c', 'models--owner--name'));
  expect(new HubCache('/c', 'name').folder).toBe(join('/c', 'models--name'));
});

it.each([0, 1, 2])('places a blob where the first %i ways do not work', async (broken) => {
  const { cache, blob } = await cacheWithBlob();
  const ways = placings.map((way, at) =>
    at < broken ? () => Promise.reject(new Error('not on this disk')) : way,
  );
  const target = join(cache.snapshot(commit), 'onnx/model.onnx');
  await cache.place(blob, commit, 'onnx/model.onnx', ways);
  expect(await readFile(target, 'utf8')).toBe('content');
  expect((await lstat(target)).isSymbolicLink()).toBe(broken === 0);
  // Again, in place of what is there.
  await cache.place(blob, commit, 'onnx/model.onnx', ways);
  expect(await readFile(target, 'utf8')).toBe('content');
  expect(await readdir(cache.blobs)).toEqual([digest]);
});

it('says why no way works, and leaves nothing', async () => {
  const { cache, blob } = await cacheWithBlob();
  const ways = [() => Promise.reject(new Error('one')), () => Promise.reject(new Error('two'))];
  await expect(cache.place(blob, commit, 'a', ways)).rejects.toThrow('two');
  expect(await readdir(cache.blobs)).toEqual([digest]);
});

it('replaces a link and never writes through it', async () => {
  const { cache, blob } = await cacheWithBlob();
  const outside = join(folder(), 'outside');
  await writeFile(outside, 'untouched');
  const target = join(cache.snapshot(commit), 'a');
  await mkdir(dirname(target), { recursive: true });
  await symlink(outside, target);
  await cache.place(blob, commit, 'a', placings.slice(2));
  expect(await readFile(target, 'utf8')).toBe('content');
  expect(await readFile(outside, 'utf8')).toBe('untouched');
});

it('keeps what a branch stood for, without a newline, and takes no other text for a commit', async () => {
  const cache = new HubCache(folder(), 'owner/name');
  expect(await cache.readRef('refs/pr/1')).toBeUndefined();
  await cache.writeRef('refs/pr/1', commit);
  expect(await readFile(join(cache.folder, 'refs/refs/pr/1'), 'utf8')).toBe(commit);
  expect(await cache.readRef('refs/pr/1')).toBe(commit);
  await writeFile(join(cache.folder, 'refs/refs/pr/1'), '../../x');
  expect(await cache.readRef('refs/pr/1')).toBeUndefined();
});

it('keeps listings in the form of Python, and reads them back', async () => {
  const cache = new HubCache(folder(), 'owner/name');
  const files = [
    { path: 'a.json', size: 3, digest: commit, gitId: commit },
    { path: 'b/c.bin', size: 5, digest, gitId: commit },
  ];
  await cache.writeTree(commit, files);
  const path = join(cache.folder, 'trees', `${commit}.json`);
  expect(JSON.parse(await readFile(path, 'utf8'))).toEqual({
    format_version: 1,
    files: {
      'a.json': { size: 3, blob_id: commit },
      'b/c.bin': { size: 5, blob_id: commit, lfs_sha256: digest, lfs_size: 5 },
    },
  });
  expect(await cache.readTree(commit)).toEqual(files);
  for (const text of [
    '{',
    '{"format_version": 2, "files": {}}',
    '{"format_version": 1, "files": {"a": 1}}',
  ]) {
    await writeFile(path, text);
    expect(await cache.readTree(commit)).toBeUndefined();
  }
});
