import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { partialName, shardName } from './embeddingShard.ts';

/** A file of a cache. */
export interface CacheFile {
  readonly path: string;
  readonly size: number;
  /** When it was written, or used last: milliseconds since 1970. */
  readonly usedAt: number;
}

/** Nobody writes a shard for longer than this: an hour, in milliseconds. */
const STALE_AFTER = 3_600_000;

/** The shards in a folder, the longest unused first. None where there is no folder. */
export async function listShards(folder: string): Promise<CacheFile[]> {
  return (await listFiles(folder, shardName)).sort(
    (a, b) => a.usedAt - b.usedAt || (a.path < b.path ? -1 : 1),
  );
}

/**
 * Removes what writers left that were killed. Those who write now keep their files, unless `all` are to go.
 *
 * @returns what was removed.
 */
export async function removePartials(folder: string, which: 'stale' | 'all'): Promise<CacheFile[]> {
  const partials = await listFiles(folder, partialName);
  const removed = partials.filter(({ usedAt }) => which === 'all' || usedAt < Date.now() - STALE_AFTER);
  for (const { path } of removed) await rm(path, { force: true });
  return removed;
}

/** Whether an error says that there is no such file: another run merged or removed it meanwhile. */
export function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

async function listFiles(folder: string, pattern: RegExp): Promise<CacheFile[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (isGone(error)) return [];
    throw error;
  });
  const files: CacheFile[] = [];
  for (const name of names.filter((candidate) => pattern.test(candidate))) {
    const path = join(folder, name);
    try {
      const { size, mtimeMs } = await stat(path);
      files.push({ path, size, usedAt: mtimeMs });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return files;
}
