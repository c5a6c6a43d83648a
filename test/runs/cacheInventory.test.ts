import { existsSync } from 'node:fs';
import { mkdir, readdir, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { matrix } from '../../server/engine/numerics/matrix.ts';
import { listCache, pruneCache } from '../../server/runs/cacheInventory.ts';
import { writeShard } from '../../server/runs/embeddingShard.ts';
import { embeddingsFolder } from '../../server/runs/folderEmbeddingCache.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();
let cache: string;
beforeEach(() => {
  cache = temporary();
});

const day = 86_400_000;
const folderOf = (digit: string) => join(embeddingsFolder(cache), digit.repeat(64));

async function shard(digit: string, rows: number, daysAgo: number): Promise<string> {
  const hashes = new Uint8Array(32 * rows);
  const path = await writeShard(folderOf(digit), hashes, matrix(rows, 4), { summary: `network ${digit}` });
  const time = new Date(Date.now() - daysAgo * day);
  await utimes(path, time, time);
  return path;
}

describe('listCache', () => {
  it('sums up each encoder, the one used last first', async () => {
    await shard('a', 3, 10);
    await shard('a', 4, 5);
    await shard('b', 1, 1);
    await truncate(await shard('b', 9, 2), 20);
    const [b, a, ...others] = await listCache(cache);
    expect(others).toEqual([]);
    expect(a).toMatchObject({ summary: 'network a', items: 7, damaged: 0 });
    expect(b).toMatchObject({ summary: 'network b', items: 1, damaged: 1 });
    expect(a!.bytes).toBeGreaterThan(7 * (32 + 16));
    expect(Math.round((Date.now() - a!.usedAt) / day)).toBe(5);
  });

  it('finds nothing where there is no cache', async () => {
    expect(await listCache(join(cache, 'none'))).toEqual([]);
  });
});

describe('pruneCache', () => {
  it('removes what is damaged or stale, and keeps the rest', async () => {
    const kept = await shard('a', 3, 400);
    const harmed = await shard('b', 3, 0);
    await truncate(harmed, 20);
    const partial = join(folderOf('a'), '.shard-0123456789abcdef.partial');
    await writeFile(partial, 'half');
    expect(await pruneCache(cache, { all: false })).toEqual({ files: 1, bytes: 20 });
    expect([kept, harmed, partial, folderOf('b')].map((path) => existsSync(path))).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('removes what was not used since a time', async () => {
    const [old, recent] = [await shard('a', 3, 31), await shard('a', 3, 29)];
    expect(await pruneCache(cache, { all: false, unusedSince: Date.now() - 30 * day })).toMatchObject({
      files: 1,
    });
    expect([existsSync(old), existsSync(recent)]).toEqual([false, true]);
  });

  it('removes everything of its own, and nothing else', async () => {
    await shard('a', 3, 0);
    await shard('b', 3, 0);
    await writeFile(join(folderOf('a'), '.shard-0123456789abcdef.partial'), 'half');
    await writeFile(join(folderOf('b'), 'mine.txt'), 'mine');
    await mkdir(join(embeddingsFolder(cache), 'models'));
    expect(await pruneCache(cache, { all: true })).toMatchObject({ files: 3 });
    expect((await readdir(embeddingsFolder(cache))).sort()).toEqual(['b'.repeat(64), 'models']);
    expect(await readdir(folderOf('b'))).toEqual(['mine.txt']);
  });
});
