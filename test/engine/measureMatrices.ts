import { afterAll } from 'vitest';
import type { RowFacts } from '../../server/engine/datasets/dataset.ts';
import { matrixSource } from '../../server/engine/datasets/matrixSource.ts';
import type { ExperimentContext } from '../../server/engine/experiments/experiment.ts';
import { modalityGap } from '../../server/engine/experiments/modalityGap.ts';
import { buildSubjects } from '../../server/engine/measurement/buildSubjects.ts';
import { sharingOf, type RepeatedRows } from '../../server/engine/measurement/repeatedRows.ts';
import { collectRows } from '../../server/engine/measurement/rowCollection.ts';
import type { MeasurementSubjects } from '../../server/engine/measurement/subjects.ts';
import { Kernels } from '../../server/engine/numerics/kernels.ts';
import type { Matrix } from '../../server/engine/numerics/matrix.ts';
import { Random } from '../../server/engine/numerics/random.ts';
import type { Result } from '../../server/protocol/report.ts';

export type MeasuredResult = Omit<Result, 'experiment'>;
export type Embeddings = Readonly<Record<string, Matrix>>;

export interface MeasureOptions {
  /** By modality, in order. */
  readonly logitScales?: readonly (number | null)[] | null;
  readonly facts?: RowFacts;
  readonly repeatedRows?: RepeatedRows;
  readonly pairRows?: number;
  readonly seed?: number;
  /** As a configuration has them. */
  readonly metrics?:
    'all' | readonly (string | { readonly kind: string; readonly [parameter: string]: unknown })[];
}

/** Kernels that the tests of a file share; disposed of at its end. */
export function useKernels(): Kernels {
  const kernels = new Kernels({ device: 'cpu' });
  afterAll(() => kernels.dispose());
  return kernels;
}

/** What experiments measure, from matrices in memory, by the way that a run takes. */
export async function subjectsOf(
  kernels: Kernels,
  embeddings: Embeddings,
  {
    facts = {},
    repeatedRows = 'one-item',
    pairRows = 10_000,
    seed = 1,
    logitScales = null,
  }: MeasureOptions = {},
): Promise<MeasurementSubjects> {
  const sources = Object.entries(embeddings).map(([name, m]) => matrixSource(name, `${name}.npy`, m));
  const random = new Random(seed);
  const { signal } = new AbortController();
  const collection = await collectRows(sources, {
    ids: facts.ids,
    sharing: sources.map(({ modality }) => sharingOf(modality, facts, null, repeatedRows).sharing),
    pairRows,
    random,
    signal,
    progress: () => undefined,
  });
  return buildSubjects(collection, {
    facts,
    logitScales,
    kernels,
    random,
    signal,
    progress: () => undefined,
  });
}

export function contextOf(subjects: MeasurementSubjects): ExperimentContext {
  return {
    subjects,
    signal: new AbortController().signal,
    progress: () => undefined,
    note: () => undefined,
  };
}

/** The results of the experiment `modality-gap`. */
export async function measureMatrices(
  kernels: Kernels,
  embeddings: Embeddings,
  options: MeasureOptions = {},
): Promise<readonly MeasuredResult[]> {
  const subjects = await subjectsOf(kernels, embeddings, options);
  const params = modalityGap.params.parse({ metrics: options.metrics ?? 'all' });
  return (await modalityGap.run(params, contextOf(subjects))).results;
}

/** The only result of a metric for these modalities, in this order, with these parameters. */
export function resultOf(
  results: readonly MeasuredResult[],
  metric: string,
  modalities: readonly string[],
  parameters: MeasuredResult['parameters'] = {},
): MeasuredResult {
  const found = results.filter(
    (result) =>
      result.metric === metric &&
      result.modalities.join() === modalities.join() &&
      Object.entries(parameters).every(([name, value]) => result.parameters[name] === value),
  );
  if (found.length !== 1) {
    throw new Error(`Found ${found.length} results of ${metric} for ${modalities.join()}, expected one`);
  }
  return found[0]!;
}

/** Its value, which must be one number. */
export function valueOf(...query: Parameters<typeof resultOf>): number {
  const { metric, value } = resultOf(...query);
  if (typeof value !== 'number') throw new Error(`${metric} is a list`);
  return value;
}

/** Its value, which must be a list. */
export function listOf(...query: Parameters<typeof resultOf>): readonly number[] {
  const { metric, value } = resultOf(...query);
  if (typeof value === 'number') throw new Error(`${metric} is one number`);
  return value;
}
