import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { CachedEncoder, EmbeddingStore } from '../../server/engine/encoders/embeddingCache.ts';
import { matrix, row, type Matrix } from '../../server/engine/numerics/matrix.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import { embeddingsFolder, folderEmbeddingCache } from '../../server/runs/folderEmbeddingCache.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const dimension = 5;

const temporary = useTemporaryFolder();
let cache: string;
beforeEach(() => {
  cache = join(temporary(), 'deep', 'cache');
});

const encoder: CachedEncoder = {
  fingerprint: 'ab'.repeat(32),
  device: 'cpu',
  versions: { runtime: '1' },
  summary: 'A network',
};
const open = (differing: Partial<CachedEncoder> = {}) =>
  folderEmbeddingCache(cache).open({ ...encoder, ...differing });

const hashOf = (item: number) => createHash('sha256').update(`item ${item}`).digest('hex');
const range = (start: number, end: number) => Array.from({ length: end - start }, (_, at) => start + at);

function embedding(item: number, columns = dimension): Float32Array {
  const random = new Random(item);
  return Float32Array.from({ length: columns }, () => random.normal());
}

function embeddings(items: readonly number[]): Matrix {
  const rows = matrix(items.length, dimension);
  items.forEach((item, at) => {
    row(rows, at).set(embedding(item));
  });
  return rows;
}

const store = (into: EmbeddingStore, items: readonly number[]) =>
  into.store(items.map(hashOf), embeddings(items));

/** The items that are found, each known to be the one that was stored, to the bit. */
async function found(store: EmbeddingStore, items: readonly number[]): Promise<number[]> {
  const rows = await store.lookup(items.map(hashOf));
  for (const item of items) {
    const values = rows.get(hashOf(item));
    if (values !== undefined) expect([...values]).toEqual([...embedding(item)]);
  }
  return items.filter((item) => rows.has(hashOf(item)));
}

async function shards(): Promise<string[]> {
  const all = await readdir(cache, { recursive: true });
  return all.filter((name) => name.endsWith('.safetensors')).map((name) => join(cache, name));
}

describe('a cache in a folder', () => {
  it('gives back what earlier runs stored, in any order, and nothing else', async () => {
    await store(await open(), [3, 1, 2]);
    await store(await open(), [7]);
    const later = await open();
    expect([2, 9, 7].map((item) => later.has(hashOf(item)))).toEqual([true, false, true]);
    expect(await found(later, [2, 9, 7, 3, 1])).toEqual([2, 7, 3, 1]);
    expect(later.notes).toEqual([]);
  });

  it('reads any rows of a shard, neighbours or not', async () => {
    await store(await open(), range(0, 30));
    const later = await open();
    for (const wanted of [[7, 3, 29], [4, 5, 6, 9, 10, 20], [0], range(0, 30)]) {
      expect(await found(later, wanted)).toEqual(wanted);
    }
  });

  it('makes no folder before something is stored', async () => {
    const first = await open();
    expect(await found(first, [1])).toEqual([]);
    await first.finish();
    expect(existsSync(cache)).toBe(false);
  });

  it.each<[string, Partial<CachedEncoder>]>([
    ['weights', { fingerprint: 'cd'.repeat(32) }],
    ['a device', { device: 'cuda' }],
    ['a version', { versions: { runtime: '2' } }],
  ])('keeps what is of another %s apart', async (_, differing) => {
    await store(await open(), [1]);
    expect(await found(await open(differing), [1])).toEqual([]);
    expect(await found(await open({ summary: 'The same, said otherwise' }), [1])).toEqual([1]);
  });

  it('merges small shards at the end of a run, without losing or doubling rows', async () => {
    const first = await open();
    for (const start of range(0, 20)) await store(first, range(3 * start, 3 * start + 5));
    expect(await shards()).toHaveLength(20);
    await first.finish();
    const [merged, ...others] = await shards();
    expect(others).toEqual([]);
    expect(await found(await open(), range(0, 62))).toEqual(range(0, 62));
    expect((await readFile(merged!)).length).toBeLessThan(62 * (32 + 20) + 1000);
  });

  it('lets runs that go on find nothing worse than a miss when another merges', async () => {
    const [one, two] = [await open(), await open()];
    await store(one, [1, 2]);
    const late = await open();
    await store(two, [2, 3]);
    await Promise.all([one.finish(), two.finish()]);
    expect(await found(late, [1, 2, 3])).toEqual([]);
    await store(late, [1]);
    await late.finish();
    expect(await found(await open(), [1, 2, 3])).toEqual([1, 2, 3]);
    expect([...one.notes, ...two.notes, ...late.notes]).toEqual([]);
  });

  it('loses nothing when many write and merge at once', async () => {
    await Promise.all(
      range(0, 6).map(async (writer) => {
        for (const part of range(0, 5)) {
          const writing = await open();
          await store(writing, range(writer * 10 + part, writer * 10 + part + 10));
          await writing.finish();
          expect(writing.notes).toEqual([]);
        }
      }),
    );
    expect(await found(await open(), range(0, 64))).toEqual(range(0, 64));
  });

  it('removes what killed writers left an hour ago, and leaves what is being written', async () => {
    await store(await open(), [1]);
    const folder = join((await shards())[0]!, '..');
    const [stale, recent] = ['0', '1'].map((digit) => join(folder, `.shard-${digit.repeat(16)}.partial`));
    await writeFile(stale!, 'half');
    await writeFile(recent!, 'half');
    const past = new Date(Date.now() - 3_700_000);
    await utimes(stale!, past, past);
    expect(await found(await open(), [1])).toEqual([1]);
    expect([existsSync(stale!), existsSync(recent!)]).toEqual([false, true]);
  });
});

describe('a damaged shard', () => {
  const flip = async (path: string, at: number) => {
    const bytes = await readFile(path);
    bytes[at < 0 ? bytes.length + at : at]! ^= 1;
    await writeFile(path, bytes);
  };
  it.each<[string, (path: string) => Promise<void>, RegExp]>([
    ['a bit of the embeddings', (path) => flip(path, -1), /checksum of its embeddings/],
    ['a bit of the hashes', (path) => flip(path, -2 * 20 - 1), /checksum of its hashes/],
    ['a bit of the length of the header', (path) => flip(path, 6), /header claims/],
    ['a bit of the header', (path) => flip(path, 8), /header/],
    ['the last byte', async (path) => truncate(path, (await readFile(path)).length - 1), /truncated/],
    ['half of the header', (path) => truncate(path, 100), /header claims/],
    ['everything', (path) => truncate(path, 0), /empty/],
    ['what it is', (path) => writeFile(path, 'x'.repeat(500)), /no safetensors file/],
  ])('that lost %s is found, told of and removed, and its rows are stored anew', async (_, harm, reason) => {
    await store(await open(), [5]);
    const sound = await shards();
    await store(await open(), [1, 2]);
    const harmed = (await shards()).find((path) => !sound.includes(path))!;
    await harm(harmed);

    const next = await open();
    expect(await found(next, [1, 2, 5])).toEqual([5]);
    expect(next.notes).toEqual([{ code: 'cache-damaged', message: expect.stringMatching(reason) as string }]);
    expect(next.notes[0]!.message).toContain(harmed);
    expect(await shards()).toEqual(sound);
    await store(next, [1, 2]);
    expect(await found(await open(), [1, 2, 5])).toEqual([1, 2, 5]);
  });

  it('is not merged', async () => {
    const writing = await open();
    for (const item of [1, 2, 3]) await store(writing, [item]);
    await flip((await shards())[0]!, -1);
    await writing.finish();
    expect(writing.notes.map(({ code }) => code)).toEqual(['cache-damaged']);
    expect(await found(await open(), [1, 2, 3])).toHaveLength(2);
  });
});

it('a cache that cannot be written or read is told of, and no reason to fail', async () => {
  await mkdir(join(cache, '..'), { recursive: true });
  await writeFile(cache, 'a file');
  const broken = await open();
  await store(broken, [1]);
  await store(broken, [2]);
  expect(await found(broken, [1])).toEqual([]);
  await broken.finish();
  expect(broken.notes.map(({ code }) => code)).toEqual(['cache-unreadable', 'cache-unwritable']);
  expect(existsSync(embeddingsFolder(cache))).toBe(false);
});
