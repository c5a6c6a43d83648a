import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CachedEncoder, EmbeddingCache, EmbeddingStore } from '../engine/encoders/embeddingCache.ts';
import { row, type Matrix } from '../engine/numerics/matrix.ts';
import type { Note } from '../protocol/report.ts';
import { ContentIndex, hashBytes } from './contentIndex.ts';
import {
  markUsed,
  openShard,
  readShardRows,
  ShardDamage,
  verifyShard,
  writeShard,
} from './embeddingShard.ts';
import { mergeShards } from './mergeShards.ts';
import { isGone, listShards, removePartials } from './shardListing.ts';

/** Part of every key: raised when shards of before must not be used any more. */
const FORMAT_VERSION = 2;

/** The part of a cache's folder that holds embeddings: a folder for each encoder, with shards. */
export function embeddingsFolder(cache: string): string {
  return join(cache, 'embeddings');
}

/**
 * A cache in a folder, which is made when the first embeddings are kept. Several runs may use it at once: shards have
 * names of their own, are never changed, and appear complete.
 */
export function folderEmbeddingCache(cache: string): EmbeddingCache {
  return {
    async open(encoder) {
      const store = new FolderStore(join(embeddingsFolder(cache), keyOf(encoder)), encoder);
      await store.load();
      return store;
    },
  };
}

/** The name of an encoder's folder: SHA-256 of all that determines the bits of its embeddings. */
function keyOf({ fingerprint, device, versions }: CachedEncoder): string {
  const sorted = Object.entries(versions).sort(([a], [b]) => (a < b ? -1 : 1));
  const key = JSON.stringify([FORMAT_VERSION, fingerprint, device, sorted]);
  return createHash('sha256').update(key).digest('hex');
}

interface KnownShard {
  readonly path: string;
  /** Embeddings are checked when the first of them is needed: a cache may be much larger than what a run reads. */
  state: 'unchecked' | 'sound' | 'unusable';
}

class FolderStore implements EmbeddingStore {
  readonly notes: Note[] = [];
  readonly #folder: string;
  /** Known from the first shard that was read or written. */
  #columns: number | undefined;
  readonly #metadata: Readonly<Record<string, string>>;
  readonly #index = new ContentIndex();
  readonly #shards: KnownShard[] = [];
  #isWritable = true;

  constructor(folder: string, { fingerprint, device, versions, summary }: CachedEncoder) {
    this.#folder = folder;
    this.#metadata = { summary, fingerprint, device, ...versions };
  }

  /** Reads the hashes of every shard. */
  async load(): Promise<void> {
    try {
      await removePartials(this.#folder, 'stale');
      for (const { path } of await listShards(this.#folder)) await this.#guarded(path, () => this.#add(path));
    } catch (error) {
      this.#noteFailure('cache-unreadable', 'Embeddings of earlier runs cannot be read', error);
    }
  }

  has(hash: string): boolean {
    const place = this.#index.find(bytesOf(hash));
    return place !== undefined && this.#shards[place.shard]!.state !== 'unusable';
  }

  async lookup(hashes: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> {
    const wanted = new Map<number, { readonly hash: string; readonly row: number }[]>();
    for (const hash of hashes) {
      const place = this.#index.find(bytesOf(hash));
      if (place === undefined) continue;
      const ofShard = wanted.get(place.shard) ?? [];
      wanted.set(place.shard, ofShard);
      ofShard.push({ hash, row: place.row });
    }
    const found = new Map<string, Float32Array>();
    for (const [number, places] of wanted) {
      const shard = this.#shards[number]!;
      const isRead = await this.#guarded(shard.path, async () => {
        if (shard.state === 'unusable') return;
        if (shard.state === 'unchecked') await check(shard);
        places.sort((a, b) => a.row - b.row);
        const rows = await readShardRows(
          shard.path,
          places.map((place) => place.row),
        );
        places.forEach(({ hash }, at) => found.set(hash, row(rows, at)));
      });
      if (!isRead) shard.state = 'unusable';
    }
    return found;
  }

  async store(hashes: readonly string[], rows: Matrix): Promise<void> {
    if (!this.#isWritable) return;
    try {
      const table = new Uint8Array(hashes.length * hashBytes);
      hashes.forEach((hash, at) => {
        table.set(bytesOf(hash), at * hashBytes);
      });
      await writeShard(this.#folder, table, rows, this.#metadata);
      this.#columns ??= rows.columns;
    } catch (error) {
      this.#isWritable = false;
      this.#noteFailure('cache-unwritable', 'Embeddings are not kept for later runs', error);
    }
  }

  async finish(): Promise<void> {
    const columns = this.#columns;
    if (!this.#isWritable || columns === undefined) return;
    try {
      await mergeShards(this.#folder, {
        columns,
        metadata: this.#metadata,
        damaged: (path, damage) => this.#removeDamaged(path, damage),
      });
    } catch (error) {
      this.#noteFailure('cache-unwritable', 'Small files of the cache could not be merged', error);
    }
  }

  async #add(path: string): Promise<void> {
    const { rows, columns, hashes } = await openShard(path, this.#columns);
    this.#columns ??= columns;
    const shard = this.#shards.push({ path, state: 'unchecked' }) - 1;
    for (let r = 0; r < rows; r++) {
      this.#index.add(hashes.subarray(r * hashBytes, (r + 1) * hashBytes), { shard, row: r });
    }
  }

  /** Does something with a shard; one that is damaged is removed, one that is gone was merged or removed by another. */
  async #guarded(path: string, use: () => Promise<void>): Promise<boolean> {
    try {
      await use();
      return true;
    } catch (error) {
      if (error instanceof ShardDamage) await this.#removeDamaged(path, error);
      else if (!isGone(error)) this.#noteFailure('cache-unreadable', `${path} cannot be read`, error);
      return false;
    }
  }

  async #removeDamaged(path: string, { message }: ShardDamage): Promise<void> {
    const isRemoved = await rm(path, { force: true }).then(
      () => true,
      () => false,
    );
    this.notes.push({
      code: 'cache-damaged',
      message:
        `The file ${path} of the cache is damaged (${message}) and ${isRemoved ? 'was' : 'could not be'} removed; ` +
        'what it held is embedded anew when it is needed',
    });
  }

  #noteFailure(code: string, what: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.notes.push({ code, message: `${what}: ${reason}` });
  }
}

async function check(shard: KnownShard): Promise<void> {
  await verifyShard(shard.path);
  shard.state = 'sound';
  // A cache that may be read only serves as well.
  await markUsed(shard.path).catch(() => undefined);
}

function bytesOf(hash: string): Uint8Array {
  const bytes = Buffer.from(hash, 'hex');
  if (bytes.length !== hashBytes) throw new RangeError(`"${hash}" is not a SHA-256 in hexadecimal digits`);
  return bytes;
}
