import type { ExperimentConfig } from '../config/schema.ts';

/** What a run is about to work on. */
export interface RunSize {
  readonly rows: number;
  readonly modalities: number;
  readonly dimension: number;
  /** Parameters of the models that embed, all together; 0 where embeddings are read. */
  readonly parameters: number;
  readonly cores: number;
}

/** A multiplication and an addition of matrices take this long on one core; measured on server cores, rounded up. */
const secondsPerProduct = 4e-11;
/** An exponential and its sum. */
const secondsPerExponential = 4e-9;
/** Places that a model's weights are used at for one item: patches of an image, tokens of a text. */
const placesPerItem = 50;

/** Time and memory of a run, as orders of magnitude: enough to tell minutes from hours. */
export function estimateRun(
  { pairRows, experiments }: ExperimentConfig,
  { rows, modalities, dimension, parameters, cores }: RunSize,
): { readonly seconds: number; readonly bytes: number } {
  const kept = Math.min(rows, pairRows);
  const pairs = (modalities * (modalities - 1)) / 2;
  const embedding = rows * parameters * placesPerItem * secondsPerProduct;
  const allPairs = (modalities + pairs) * kept ** 2 * dimension * secondsPerProduct;
  const landscapes = experiments.map(({ shifts, logitScales, batchSize }) => {
    const batch = batchSize === 'full' ? kept : Number(batchSize ?? 0);
    const exponentials =
      kept * batch * countShifts(shifts) * (Array.isArray(logitScales) ? logitScales.length : 0);
    return pairs * (kept * batch * dimension * secondsPerProduct + exponentials * secondsPerExponential);
  });
  const seconds = landscapes.reduce((sum, each) => sum + each, embedding + allPairs) / cores;
  // Embeddings that were made are held whole; those that were read, only as far as pairs of them are looked at.
  const held = (parameters > 0 ? rows : kept) + kept;
  return { seconds, bytes: held * modalities * dimension * 4 + parameters * 4 };
}

function countShifts(shifts: unknown): number {
  if (Array.isArray(shifts)) return shifts.length;
  if (typeof shifts !== 'object' || shifts === null) return 0;
  const { from, to, step } = shifts as { from: number; to: number; step: number };
  return Math.ceil((to - from) / step);
}
