import { rm } from 'node:fs/promises';
import { matrix, row, type Matrix } from '../engine/numerics/matrix.ts';
import { ContentIndex, hashBytes } from './contentIndex.ts';
import { openShard, readShardRows, ShardDamage, verifyShard, writeShard } from './embeddingShard.ts';
import { isGone, listShards, type CacheFile } from './shardListing.ts';

/** Shards below this are merged: 16 MiB. Larger ones are not written again. */
const SMALL_SHARD = 2 ** 24;
/** Merged shards stay below this, as they are put together in memory: 64 MiB. */
const LARGEST_MERGED = 2 ** 26;

export interface MergeOptions {
  /** Columns of the embeddings. */
  readonly columns: number;
  readonly metadata: Readonly<Record<string, string>>;
  /** Told of a damaged shard, which is left where it is. */
  readonly damaged: (path: string, damage: ShardDamage) => Promise<void>;
}

/**
 * Merges the small shards of a folder into larger ones, which hold each content once. A shard is removed when what it
 * holds is on the disk in another one; whoever is interrupted, or does so at the same time, leaves rows twice at worst.
 */
export async function mergeShards(folder: string, options: MergeOptions): Promise<void> {
  const small = (await listShards(folder)).filter(({ size }) => size < SMALL_SHARD);
  let group: CacheFile[] = [];
  let size = 0;
  for (const file of small) {
    if (size + file.size > LARGEST_MERGED) {
      await mergeGroup(folder, group, options);
      [group, size] = [[], 0];
    }
    group.push(file);
    size += file.size;
  }
  await mergeGroup(folder, group, options);
}

async function mergeGroup(
  folder: string,
  files: readonly CacheFile[],
  { columns, metadata, damaged }: MergeOptions,
): Promise<void> {
  if (files.length < 2) return;
  const parts: { readonly path: string; readonly hashes: Uint8Array; readonly rows: Matrix }[] = [];
  for (const { path } of files) {
    try {
      const { hashes, rows } = await openShard(path, columns);
      await verifyShard(path);
      const every = Array.from({ length: rows }, (_, index) => index);
      parts.push({ path, hashes, rows: await readShardRows(path, every) });
    } catch (error) {
      if (error instanceof ShardDamage) await damaged(path, error);
      else if (!isGone(error)) throw error;
    }
  }
  if (parts.length < 2) return;
  const total = parts.reduce((sum, { rows }) => sum + rows.rows, 0);
  const contents = new ContentIndex();
  const hashes = new Uint8Array(total * hashBytes);
  const merged = matrix(total, columns);
  for (const part of parts) {
    for (let r = 0; r < part.rows.rows; r++) {
      const at = contents.size;
      const hash = part.hashes.subarray(r * hashBytes, (r + 1) * hashBytes);
      contents.add(hash, { shard: 0, row: at });
      if (contents.size === at) continue;
      hashes.set(hash, at * hashBytes);
      row(merged, at).set(row(part.rows, r));
    }
  }
  const { size } = contents;
  const kept = matrix(size, columns, merged.data.subarray(0, size * columns));
  await writeShard(folder, hashes.subarray(0, size * hashBytes), kept, metadata);
  for (const { path } of parts) await rm(path, { force: true });
}
