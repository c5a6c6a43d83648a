import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import type { z } from 'zod';
import type {
  Dataset,
  EmbeddingDataset,
  ReadContext,
  ReaderDefinition,
  SampleDataset,
} from '../../../server/engine/datasets/dataset.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { InputError } from '../../../server/engine/problems.ts';

/** The files that numpy and torch wrote, by `test/oracle/embeddings.py`. */
export const oracleFolder = fileURLToPath(new URL('../../oracle/embeddings', import.meta.url));

/** The values in those files. */
export const oracle = JSON.parse(readFileSync(`${oracleFolder}.json`, 'utf8')) as {
  readonly values: readonly (readonly (readonly number[])[])[];
  readonly layouts: readonly string[];
  readonly float16: readonly (number | string)[];
};

/** A folder of its own for a test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'readers-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  return folder;
}

export function contextFor(baseFolder: string, seed = 1): ReadContext {
  return { baseFolder, random: new Random(seed), signal: new AbortController().signal };
}

/** Opens a reader with parameters as a configuration has them. */
export function openReader<Params extends z.ZodObject>(
  reader: ReaderDefinition<Params>,
  params: z.input<Params>,
  baseFolder: string,
  seed = 1,
): Promise<Dataset> {
  return reader.open(reader.params.parse(params), contextFor(baseFolder, seed));
}

/** All rows of every modality, read in chunks of `chunkRows`; the dataset is closed. */
export async function readAll(dataset: Dataset, chunkRows = 3): Promise<Record<string, number[][]>> {
  const found: Record<string, number[][]> = {};
  for (const source of asEmbeddings(dataset).sources) {
    const { modality, rows, columns } = source;
    const values: number[][] = [];
    for (let start = 0; start < rows; start += chunkRows) {
      const count = Math.min(chunkRows, rows - start);
      // One value more than asked for, to see that it stays as it is.
      const target = new Float32Array(count * columns + 1).fill(-99);
      await source.read(start, count, target);
      if (target.at(-1) !== -99) throw new Error('more was written than asked for');
      for (let row = 0; row < count; row++) {
        values.push([...target.subarray(row * columns, (row + 1) * columns)]);
      }
    }
    found[modality] = values;
  }
  await dataset.close();
  return found;
}

export function asEmbeddings(dataset: Dataset): EmbeddingDataset {
  if (dataset.kind !== 'embeddings') throw new Error(`found ${dataset.kind}, expected embeddings`);
  return dataset;
}

export function asSamples(dataset: Dataset): SampleDataset {
  if (dataset.kind !== 'samples') throw new Error(`found ${dataset.kind}, expected samples`);
  return dataset;
}

/** The InputError that a promise rejects with. */
export async function inputErrorOf(promise: Promise<unknown>): Promise<InputError> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof InputError) return outcome;
  throw new Error(`expected an InputError, found ${String(outcome)}`, { cause: outcome });
}
