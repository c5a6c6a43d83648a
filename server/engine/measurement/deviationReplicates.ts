import { drawResample } from '../numerics/bootstrap.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { takeRows } from '../numerics/matrix.ts';
import type { Random } from '../numerics/random.ts';

/** Rows of which all pairs are weighed anew in each resample: about a million cosines, four megabytes. */
const weighedRows = 1000;
/** Of more rows than that, those of this many units are weighed at least: large units with a part of their rows. */
const leastUnits = 100;
const resamples = 200;

/** Bootstrap replicates of the standard deviation of all pairs' cosines. */
export interface DeviationReplicates {
  readonly replicates: Float64Array;
  /** The deviation among the rows that were weighed. */
  readonly centre: number;
  /** The share of the units that were resampled, in (0, 1]: all, or a seeded sample. */
  readonly share: number;
}

/**
 * Resamples units and weighs every pair of different rows by how often both were drawn. Unlike sums of rows, a
 * deviation needs the pairs themselves in each resample.
 *
 * @param rows unit rows, at least 2.
 * @param unitOfRow bootstrap unit of each row, whose rows are drawn together; null where row i is unit i.
 */
export async function deviationReplicates(
  kernels: Kernels,
  rows: Matrix,
  unitOfRow: Uint32Array | null,
  random: Random,
): Promise<DeviationReplicates> {
  const all = rowsByUnit(rows.rows, unitOfRow);
  const units = chooseUnits(all, rows.rows, random);
  const chosen = takeRows(rows, units.flat());
  const { data: cosines } = await kernels.similarities(chosen, chosen);
  const sizes = units.map(({ length }) => length);
  const counts = new Float32Array(units.length);
  return {
    replicates: Float64Array.from({ length: resamples }, () =>
      weightedDeviation(cosines, sizes, drawResample(random, counts)),
    ),
    centre: weightedDeviation(cosines, sizes, new Float32Array(units.length).fill(1)),
    share: units.length / all.length,
  };
}

function rowsByUnit(rows: number, unitOfRow: Uint32Array | null): number[][] {
  const units = new Map<number, number[]>();
  for (let row = 0; row < rows; row++) {
    const unit = unitOfRow === null ? row : unitOfRow[row]!;
    const known = units.get(unit);
    if (known === undefined) units.set(unit, [row]);
    else known.push(row);
  }
  return [...units.values()];
}

/** All units, or a sample of them with about as many rows as are weighed. */
function chooseUnits(units: readonly number[][], rows: number, random: Random): readonly number[][] {
  if (rows <= weighedRows) return units;
  const largest = Math.floor(weighedRows / Math.min(units.length, leastUnits));
  const thinned = units.map((unit) =>
    unit.length <= largest ? unit : Array.from(random.choose(unit.length, largest), (at) => unit[at]!),
  );
  const rowsLeft = thinned.reduce((sum, { length }) => sum + length, 0);
  const count = Math.min(units.length, Math.floor((weighedRows * units.length) / rowsLeft));
  return Array.from(random.choose(units.length, count), (unit) => thinned[unit]!);
}

/**
 * Standard deviation over pairs i < j of rows that stand unit after unit; sums about the first pair, in float64. Rows
 * of units u ≠ v are paired as often as w_u·w_v. Those of one unit are paired w_u times: two copies of a unit are not
 * paired with each other, as two copies of a row are not.
 */
function weightedDeviation(cosines: Float32Array, sizes: readonly number[], counts: Float32Array): number {
  const weightOf = Float32Array.from(sizes.flatMap((size, unit) => Array<number>(size).fill(counts[unit]!)));
  const n = weightOf.length;
  const pivot = cosines[1]!;
  let [weights, sum, squares] = [0, 0, 0];
  let start = 0;
  for (const [unit, size] of sizes.entries()) {
    const end = start + size;
    // Rows before this one are not looked at again.
    weightOf.fill(1, start, end);
    for (let i = start; i < end && counts[unit] !== 0; i++) {
      let [rowWeights, rowSum, rowSquares] = [0, 0, 0];
      for (let j = i + 1; j < n; j++) {
        const deviation = cosines[i * n + j]! - pivot;
        const weight = weightOf[j]!;
        rowWeights += weight;
        rowSum += weight * deviation;
        rowSquares += weight * deviation * deviation;
      }
      weights += counts[unit]! * rowWeights;
      sum += counts[unit]! * rowSum;
      squares += counts[unit]! * rowSquares;
    }
    start = end;
  }
  // No number for a resample that drew one row alone: it has no pairs.
  return Math.sqrt(Math.max(0, squares - (sum * sum) / weights) / weights);
}
