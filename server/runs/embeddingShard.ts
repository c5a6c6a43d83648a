import { createHash, randomBytes, type Hash } from 'node:crypto';
import { mkdir, open, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensorsFile, writeSafetensors } from '../engine/datasets/safetensorsFile.ts';
import type { ByteRange } from '../engine/datasets/byteRange.ts';
import { InputError } from '../engine/problems.ts';
import { matrix, rowRange, type Matrix } from '../engine/numerics/matrix.ts';
import { hashBytes } from './contentIndex.ts';

/** A shard is not what was written: its length, its header or a checksum is wrong. */
export class ShardDamage extends Error {
  override readonly name = 'ShardDamage';
}

/** Rows of a cache in one file, which is written once and never changed. */
export interface EmbeddingShard {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly rows: number;
  /** Of the embeddings. */
  readonly columns: number;
  /** SHA-256 of the content of each row, 32 bytes each. */
  readonly hashes: Uint8Array;
  /** What its writer said of the encoder. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Names of shards. */
export const shardName = /^shard-[0-9a-f]{16}\.safetensors$/;
/** Names of shards that are being written, or were when their writer was killed. */
export const partialName = /^\.shard-[0-9a-f]{16}\.partial$/;

const VERIFIED_AT_ONCE = 2 ** 20;

/**
 * Writes a shard under a name of its own, complete or not at all: beside its place first, and renamed when it is on the
 * disk.
 *
 * @param hashes SHA-256 of the content of each row, 32 bytes each.
 * @returns the path.
 */
export async function writeShard(
  folder: string,
  hashes: Uint8Array,
  rows: Matrix,
  metadata: Readonly<Record<string, string>>,
): Promise<string> {
  const name = `shard-${randomBytes(8).toString('hex')}`;
  const partial = join(folder, `.${name}.partial`);
  const path = join(folder, `${name}.safetensors`);
  const { data } = rows;
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  await mkdir(folder, { recursive: true });
  try {
    await writeSafetensors(
      partial,
      {
        hashes: { shape: [rows.rows, hashBytes], data: hashes },
        embeddings: { shape: [rows.rows, rows.columns], data },
      },
      {
        ...metadata,
        'hashes-sha256': createHash('sha256').update(hashes).digest('hex'),
        'embeddings-sha256': createHash('sha256').update(bytes).digest('hex'),
      },
    );
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
  return path;
}

/**
 * Reads the header and the hashes of a shard; the embeddings stay on the disk.
 *
 * @param columns of the embeddings; any number unless given.
 * @throws ShardDamage when they are not what was written.
 */
export async function openShard(path: string, columns?: number): Promise<EmbeddingShard> {
  return withShard(path, async ({ size, hashes, embeddings, metadata }) => {
    if (columns !== undefined && embeddings.columns !== columns) {
      throw new ShardDamage(`its embeddings have ${embeddings.columns} columns, expected ${columns}`);
    }
    const table = new Uint8Array(hashes.size);
    await hashes.read(0, table);
    expectDigest('hashes', createHash('sha256').update(table), metadata);
    const { rows, columns: width } = embeddings;
    return { path, size, rows, columns: width, hashes: table, metadata };
  });
}

/**
 * Reads all embeddings of a shard, a part at a time, and compares their checksum.
 *
 * @throws ShardDamage when they are not what was written.
 */
export async function verifyShard(path: string): Promise<void> {
  await withShard(path, async ({ embeddings: { bytes }, metadata }) => {
    const digest = createHash('sha256');
    const buffer = new Uint8Array(Math.min(VERIFIED_AT_ONCE, bytes.size));
    for (let position = 0; position < bytes.size; position += buffer.length) {
      const part = buffer.subarray(0, Math.min(buffer.length, bytes.size - position));
      await bytes.read(position, part);
      digest.update(part);
    }
    expectDigest('embeddings', digest, metadata);
  });
}

/** Sets the time at which a shard was used last to now. */
export async function markUsed(path: string): Promise<void> {
  const now = new Date();
  await utimes(path, now, now);
}

/**
 * Reads rows of a shard that was verified, neighbouring ones at once.
 *
 * @param wanted numbers of rows, rising.
 * @returns the rows, in that order.
 * @throws ShardDamage when the file is another one now.
 */
export async function readShardRows(path: string, wanted: readonly number[]): Promise<Matrix> {
  return withShard(path, async ({ embeddings: { rows, columns, bytes } }) => {
    const found = matrix(wanted.length, columns);
    for (let start = 0; start < wanted.length;) {
      let end = start + 1;
      while (end < wanted.length && wanted[end] === wanted[start]! + (end - start)) end += 1;
      if (wanted[end - 1]! >= rows) throw new ShardDamage(`it has ${rows} rows, fewer than before`);
      const { data } = rowRange(found, start, end);
      const target = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      await bytes.read(wanted[start]! * columns * Float32Array.BYTES_PER_ELEMENT, target);
      start = end;
    }
    return found;
  });
}

interface OpenShard {
  readonly size: number;
  readonly hashes: ByteRange;
  readonly embeddings: { readonly rows: number; readonly columns: number; readonly bytes: ByteRange };
  readonly metadata: Readonly<Record<string, string>>;
}

/** Opens a shard for as long as `use` takes. */
async function withShard<T>(path: string, use: (shard: OpenShard) => Promise<T>): Promise<T> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const { tensors, metadata } = await readSafetensorsFile(handle, path, size);
    const hashes = tensors.find(({ name }) => name === 'hashes');
    const embeddings = tensors.find(({ name }) => name === 'embeddings');
    const [rows = 0, columns = 0] = embeddings?.shape ?? [];
    if (
      hashes?.type !== 'U8' ||
      embeddings?.type !== 'F32' ||
      embeddings.shape.length !== 2 ||
      hashes.shape.join() !== [rows, hashBytes].join()
    ) {
      throw new ShardDamage('it does not hold hashes and embeddings');
    }
    return await use({
      size,
      hashes: hashes.bytes,
      embeddings: { rows, columns, bytes: embeddings.bytes },
      metadata,
    });
  } catch (error) {
    // The reader of the format says what is wrong with the file.
    throw error instanceof InputError ? new ShardDamage(error.message) : error;
  } finally {
    await handle.close();
  }
}

function expectDigest(
  tensor: 'hashes' | 'embeddings',
  digest: Hash,
  metadata: Readonly<Record<string, string>>,
): void {
  if (digest.digest('hex') !== metadata[`${tensor}-sha256`]) {
    throw new ShardDamage(`the checksum of its ${tensor} differs`);
  }
}
