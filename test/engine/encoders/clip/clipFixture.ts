import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Content } from '../../../../server/engine/datasets/dataset.ts';
import type { Encoder } from '../../../../server/engine/encoders/encoder.ts';
import { pretrained } from '../../../../server/engine/encoders/pretrained.ts';
import { encoderContext } from '../encoderFixture.ts';

/** Thin checkpoints, and what PyTorch makes of them: see test/oracle/clipCheckpoint.py. */
export const checkpoints = ['huggingFace', 'openai'] as const;

export function checkpointFolder(name: (typeof checkpoints)[number]): string {
  return resolve('test/oracle/clipCheckpoint', name);
}

export interface Expected {
  readonly pixels: string;
  readonly imageFeatures: string;
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly number[])[];
  readonly textFeatures: string;
  readonly logitScale: number;
}

export function expected(name: (typeof checkpoints)[number]): Expected {
  return JSON.parse(readFileSync(join(checkpointFolder(name), 'expected.json'), 'utf8')) as Expected;
}

export function loadClip(path: string, content: Content): Promise<Encoder> {
  return pretrained.load(pretrained.params.parse({ model: path }), encoderContext(content));
}

/** A copy of a checkpoint to damage. */
export async function copyCheckpoint(name: (typeof checkpoints)[number], folder: string): Promise<string> {
  const copy = join(folder, 'checkpoint');
  await cp(checkpointFolder(name), copy, { recursive: true });
  return copy;
}

/** Rewrites a JSON file with other values of some keys. */
export async function changeJson(
  folder: string,
  file: string,
  changes: Record<string, unknown>,
): Promise<void> {
  const path = join(folder, file);
  const content = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...content, ...changes }));
}

/** A tensor's place in a safetensors header. */
interface HeaderEntry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Rewrites the header of a folder's safetensors: the values stay. */
export async function changeHeader(
  folder: string,
  change: (header: Record<string, HeaderEntry>) => Record<string, HeaderEntry>,
  file = 'model.safetensors',
): Promise<void> {
  const path = join(folder, file);
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, HeaderEntry>;
  const changed = Buffer.from(JSON.stringify(change(header)));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(changed.length));
  await writeFile(path, Buffer.concat([start, changed, bytes.subarray(8 + length)]));
}

/** Drops all tensors of a folder's `model.safetensors` but some. */
export async function keepTensors(folder: string, isKept: (name: string) => boolean): Promise<void> {
  const path = join(folder, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, HeaderEntry>;
  const entries: Record<string, HeaderEntry> = {};
  const values: Buffer[] = [];
  let end = 0;
  for (const [name, entry] of Object.entries(header).filter(([each]) => isKept(each))) {
    const value = bytes.subarray(8 + length + entry.data_offsets[0], 8 + length + entry.data_offsets[1]);
    entries[name] = { ...entry, data_offsets: [end, end + value.length] };
    end += value.length;
    values.push(value);
  }
  const text = Buffer.from(JSON.stringify(entries));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([start, text, ...values]));
}

/** Splits a folder's `model.safetensors` into two shards, the tensors dealt out in turns, and their index. */
export async function splitWeights(folder: string): Promise<void> {
  const whole = join(folder, 'model.safetensors');
  const bytes = await readFile(whole);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, HeaderEntry>;
  delete header['__metadata__'];
  const weightMap: Record<string, string> = {};
  for (const shard of [0, 1]) {
    const name = `model-0000${shard + 1}-of-00002.safetensors`;
    const entries: Record<string, HeaderEntry> = {};
    const values: Buffer[] = [];
    let end = 0;
    for (const [tensor, entry] of Object.entries(header).filter((_, index) => index % 2 === shard)) {
      const value = bytes.subarray(8 + length + entry.data_offsets[0], 8 + length + entry.data_offsets[1]);
      entries[tensor] = { ...entry, data_offsets: [end, end + value.length] };
      end += value.length;
      values.push(value);
      weightMap[tensor] = name;
    }
    const text = Buffer.from(JSON.stringify(entries));
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt(text.length));
    await writeFile(join(folder, name), Buffer.concat([start, text, ...values]));
  }
  await writeFile(`${whole}.index.json`, JSON.stringify({ metadata: {}, weight_map: weightMap }));
  await rm(whole);
}
