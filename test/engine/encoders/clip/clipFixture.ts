import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { readFileSync } from 'node:fs';
import type { Content } from '../../../../server/engine/datasets/dataset.ts';
import { clip } from '../../../../server/engine/encoders/clip.ts';
import type { Encoder } from '../../../../server/engine/encoders/encoder.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';

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
  return clip.load(clip.params.parse({ path }), {
    modality: content,
    content,
    baseFolder: '.',
    random: new Random(0),
    device: 'cpu',
  });
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

/** Rewrites the header of a folder's `model.safetensors`: the values stay. */
export async function changeHeader(
  folder: string,
  change: (header: Record<string, HeaderEntry>) => Record<string, HeaderEntry>,
): Promise<void> {
  const path = join(folder, 'model.safetensors');
  const bytes = await readFile(path);
  const length = Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.subarray(8, 8 + length).toString()) as Record<string, HeaderEntry>;
  const changed = Buffer.from(JSON.stringify(change(header)));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(changed.length));
  await writeFile(path, Buffer.concat([start, changed, bytes.subarray(8 + length)]));
}
