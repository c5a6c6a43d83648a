import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openShard, ShardDamage, verifyShard } from './embeddingShard.ts';
import { embeddingsFolder } from './folderEmbeddingCache.ts';
import { isGone, listShards, removePartials, type CacheFile } from './shardListing.ts';

/** What a cache holds of one encoder. */
export interface CachedEncoderFacts {
  /** What its writer said of the encoder; empty when no file can be read. */
  readonly summary: string;
  readonly items: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
  /** Files that are damaged, as far as their beginning tells. */
  readonly damaged: number;
}

/** What a cache holds, by encoder, the one used last first. Nothing where there is no cache. */
export async function listCache(cache: string): Promise<CachedEncoderFacts[]> {
  const encoders: CachedEncoderFacts[] = [];
  for (const folder of await encoderFolders(cache)) {
    const files = await listShards(folder);
    if (files.length === 0) continue;
    let [summary, items, damaged] = ['', 0, 0];
    for (const { path } of files) {
      try {
        const { rows, metadata } = await openShard(path);
        items += rows;
        summary = metadata['summary'] ?? summary;
      } catch (error) {
        if (error instanceof ShardDamage) damaged += 1;
        else if (!isGone(error)) throw error;
      }
    }
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    encoders.push({ summary, items, bytes, usedAt: files.at(-1)!.usedAt, damaged });
  }
  return encoders.sort((a, b) => b.usedAt - a.usedAt);
}

export interface Pruned {
  readonly files: number;
  readonly bytes: number;
}

/**
 * Removes what is of no use from a cache: damaged files, and what killed runs left half-written. With `unusedSince`
 * (milliseconds since 1970) also what was not used since then, with `all` everything. Only files of the cache are
 * touched, and only folders that are then empty.
 */
export async function pruneCache(
  cache: string,
  { unusedSince, all }: { readonly unusedSince?: number; readonly all: boolean },
): Promise<Pruned> {
  const removed: CacheFile[] = [];
  for (const folder of await encoderFolders(cache)) {
    removed.push(...(await removePartials(folder, all ? 'all' : 'stale')));
    for (const file of await listShards(folder)) {
      const isUnused = unusedSince !== undefined && file.usedAt < unusedSince;
      if (all || isUnused || (await isDamaged(file.path))) {
        await rm(file.path, { force: true });
        removed.push(file);
      }
    }
    await removeIfEmpty(folder);
  }
  await removeIfEmpty(embeddingsFolder(cache));
  return { files: removed.length, bytes: removed.reduce((sum, { size }) => sum + size, 0) };
}

async function encoderFolders(cache: string): Promise<string[]> {
  const folder = embeddingsFolder(cache);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() && /^[0-9a-f]{64}$/.test(entry.name))
    .map(({ name }) => join(folder, name));
}

async function isDamaged(path: string): Promise<boolean> {
  try {
    await openShard(path);
    await verifyShard(path);
    return false;
  } catch (error) {
    if (isGone(error)) return false;
    if (error instanceof ShardDamage) return true;
    throw error;
  }
}

/** A folder that holds something else, or that is not there, stays as it is. */
async function removeIfEmpty(folder: string): Promise<void> {
  await rmdir(folder).catch(() => undefined);
}
