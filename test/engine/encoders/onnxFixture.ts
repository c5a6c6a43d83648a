import { readFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect } from 'vitest';
import type {
  Content,
  ImageItem,
  Item,
  ProteinItem,
  TensorItem,
} from '../../../server/engine/datasets/dataset.ts';
import type { Encoder, PreparedItem } from '../../../server/engine/encoders/encoder.ts';
import { loadItem } from '../../../server/engine/encoders/loadedItem.ts';
import { onnx } from '../../../server/engine/encoders/onnx.ts';
import { pretrained } from '../../../server/engine/encoders/pretrained.ts';
import type { Matrix } from '../../../server/engine/numerics/matrix.ts';
import { row } from '../../../server/engine/numerics/matrix.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { encoderContext } from './encoderFixture.ts';

/** Tiny models, and what PyTorch makes of items with them: see test/oracle/onnxModels.py. */
export const modelsFolder = resolve('test/oracle/onnxModels');

export function modelFile(...names: readonly string[]): string {
  return join(modelsFolder, ...names);
}

/** A copy of one of their folders to change. */
export async function copyModel(name: string, folder: string): Promise<string> {
  const copy = join(folder, name);
  await cp(modelFile(name), copy, { recursive: true });
  return copy;
}

interface Expected {
  readonly rgb: string;
  readonly texts: readonly string[];
  readonly longTexts: readonly string[];
  readonly proteins: readonly string[];
  readonly dual: { logitScale: number; image: string; text: string; frames: string };
  readonly split: {
    image: string;
    pooled: string;
    tokens: string;
    half: string;
    text: string;
    frames: string;
  };
  readonly sigmoid: { logitScale: number; image: string; text: string };
  readonly audio: { features: string; longer: readonly boolean[]; embeddings: string };
  readonly sentence: { mean: string; first: string; last: string };
  readonly protein: { mean: string };
  readonly single: {
    readonly signals: string;
    readonly signal: string;
    readonly half: string;
    readonly image: string;
    readonly frames: string;
    readonly video: string;
  };
}

export const oracle = JSON.parse(readFileSync(modelFile('expected.json'), 'utf8')) as Expected;

export function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

export function expectClose(found: Float32Array, wanted: string | Float32Array, tolerance = 1e-4): void {
  const values = typeof wanted === 'string' ? floats(wanted) : wanted;
  expect(found.length).toBe(values.length);
  const differences = found.map((value, i) => Math.abs(value - values[i]!));
  expect(differences.every((difference) => difference < tolerance)).toBe(true);
}

const edge = 8;
/** How images of the single models are prepared, as the other models' files say it. */
export const imageParams = {
  height: edge,
  width: edge,
  mean: [0.5, 0.4, 0.3],
  std: [0.5, 0.6, 0.7],
};

export const images: readonly ImageItem[] = (() => {
  const rgb = Uint8Array.from(Buffer.from(oracle.rgb, 'base64'));
  const length = 3 * edge * edge;
  return Array.from({ length: rgb.length / length }, (_, i) => ({
    content: 'image',
    name: `image ${i}`,
    load: () =>
      Promise.resolve({
        kind: 'pixels',
        width: edge,
        height: edge,
        rgb: rgb.subarray(i * length, (i + 1) * length),
      }),
  }));
})();

export function tensorItem(name: string, shape: readonly number[], data: Float32Array): TensorItem {
  return { content: 'tensor', name, load: () => Promise.resolve({ shape, data }) };
}

/** Of 3 channels and 5 points in time. */
export const signals: readonly TensorItem[] = (() => {
  const values = floats(oracle.single.signals);
  return Array.from({ length: values.length / 15 }, (_, i) =>
    tensorItem(`signal ${i}`, [3, 5], values.subarray(i * 15, (i + 1) * 15)),
  );
})();

export function proteinItem(sequence: string): ProteinItem {
  return { content: 'protein', name: sequence, sequence };
}

export function loadPretrained(model: string, content: Content, given: object = {}): Promise<Encoder> {
  return pretrained.load(pretrained.params.parse({ model, ...given }), encoderContext(content));
}

export function loadOnnx(path: string, content: Content, given: object = {}): Promise<Encoder> {
  return onnx.load(onnx.params.parse({ path, ...given }), encoderContext(content));
}

export function prepareAll(encoder: Encoder, items: readonly Item[]): Promise<PreparedItem[]> {
  return Promise.all(items.map(async (item) => encoder.prepare(await loadItem(item))));
}

/** Items that were prepared, as a video's frames are: of one item. */
export function asParts(items: readonly PreparedItem[]): PreparedItem {
  const pixels = items.map(({ inputs }) => inputs['pixel_values']!);
  return {
    inputs: {
      pixel_values: {
        shape: [items.length, ...pixels[0]!.shape],
        data: Float32Array.from(pixels.flatMap(({ data }) => [...(data as Float32Array)])),
      },
    },
    isTruncated: false,
  };
}

/** What the encoder makes of prepared items, by their shapes and otherwise together, in order. */
export async function embedPrepared(
  encoder: Encoder,
  items: readonly PreparedItem[],
): Promise<{ readonly columns: number; readonly data: Float32Array }> {
  const model = await encoder.open();
  try {
    const lengthOf = ({ inputs }: PreparedItem): number => Object.values(inputs)[0]!.data.length;
    const rows: Float32Array[] = [];
    let embedded: Matrix | undefined;
    for (const length of new Set(items.map(lengthOf))) {
      const places = items.flatMap((item, i) => (lengthOf(item) === length ? [i] : []));
      embedded = await model.embed(places.map((place) => items[place]!));
      for (const [i, place] of places.entries()) rows[place] = row(embedded, i);
    }
    return { columns: embedded!.columns, data: Float32Array.from(rows.flatMap((values) => [...values])) };
  } finally {
    await model.dispose();
  }
}

export async function embedAll(
  encoder: Encoder,
  items: readonly Item[],
): Promise<{ readonly columns: number; readonly data: Float32Array }> {
  return embedPrepared(encoder, await prepareAll(encoder, items));
}

/** Fails unless every row is the same to the bit in batches of each size. */
export async function expectSameRowsInBatches(encoder: Encoder, given: readonly Item[]): Promise<void> {
  const items = await prepareAll(encoder, given);
  const model = await encoder.open();
  try {
    const one = items.map((item) => [item]);
    const alone: Matrix[] = [];
    for (const batch of one) alone.push(await model.embed(batch));
    for (const size of [2, 3, 8, 17]) {
      for (const start of [0, 1, 2]) {
        const numbers = Array.from({ length: size }, (_, i) => (start + i) % items.length);
        const together = await model.embed(numbers.map((number) => items[number]!));
        numbers.forEach((number, i) => {
          expect(row(together, i), `item ${number} in a batch of ${size}`).toEqual(alone[number]!.data);
        });
      }
    }
  } finally {
    await model.dispose();
  }
}

/** The problem that loading an encoder, or embedding with it, must have. */
export async function problemOf(work: Promise<unknown>): Promise<InputError> {
  const error: unknown = await work.then(
    () => new Error('It went well'),
    (thrown: unknown) => thrown,
  );
  if (error instanceof InputError) return error;
  throw error;
}
