import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix } from '../numerics/matrix.ts';
import type { Random } from '../numerics/random.ts';
import type { Interval } from '../../protocol/report.ts';
import { bootstrapInterval, drawResample } from '../numerics/bootstrap.ts';

/** Sums over the rows of a modality, each row as often as a resample drew it; entry or row b belongs to resample b. */
export interface ResampledSums {
  /** Weighted sums of the rows: resamples × columns. */
  readonly sums: Matrix;
  /** Σ w. */
  readonly weights: Float64Array;
  /**
   * What copies of a unit contribute to ‖Σ w x‖²: inner products of each row with its own copies, and with the copies
   * of the other rows of its unit. A mean over pairs of different items takes them out again.
   */
  readonly copies: Float64Array;
  /** How many pairs those are, of the (Σ w)² in all. */
  readonly copyPairs: Float64Array;
}

/** Sums over single values; entry b belongs to resample b, and w is how often a value's unit was drawn. */
export interface WeighedValues {
  /** Σ w v. */
  readonly sums: Float64Array;
  /** Σ w² v. */
  readonly squaredSums: Float64Array;
  /** Σ w. */
  readonly weights: Float64Array;
  /** Σ w². */
  readonly squaredWeights: Float64Array;
}

/** Resamples that are multiplied at once: their weights stay small beside the embeddings. */
const atOnce = 100;

/**
 * The resamples of a bootstrap over pairs, shared by all statistics of a run, so that they vary together. What is
 * drawn is a unit: a row, or a group of rows that share an item.
 */
export class Resampling {
  readonly resamples: number;
  readonly #units: number;
  readonly random: Random;
  /** How many statistics have no interval because nearly all of their replicates lie on one side of them. */
  withheld = 0;
  /** resamples × units; a unit is hardly ever drawn more than a dozen times. */
  #counts: Uint8Array | undefined;

  constructor(random: Random, units: number, resamples: number) {
    this.random = random;
    this.#units = units;
    this.resamples = resamples;
  }

  /**
   * A bias-corrected percentile interval; null where the statistic is undefined in some resample, as a mean over pairs
   * of different rows is in one that drew copies of a single row only, where repeated rows link all others to a single
   * unit, which draws nothing at random, and where `bootstrapInterval` gives none, which `withheld` counts.
   */
  interval(
    estimate: number,
    replicates: ArrayLike<number>,
    options: Parameters<typeof bootstrapInterval>[2] = {},
  ): Interval | null {
    if (this.#units < 2 || !Array.from(replicates).every(Number.isFinite)) return null;
    const interval = bootstrapInterval(estimate, replicates, options);
    if (interval === null) this.withheld++;
    return interval;
  }

  /**
   * @param rows one row an item.
   * @param unitOfRow unit of each row; null where row i is unit i.
   */
  async sums(kernels: Kernels, rows: Matrix, unitOfRow: Uint32Array | null): Promise<ResampledSums> {
    const sums = matrix(this.resamples, rows.columns);
    const weights = new Float64Array(this.resamples);
    const copies = new Float64Array(this.resamples);
    const copyPairs = new Float64Array(this.resamples);
    const { lengths, squaredSums } = describeUnits(rows, unitOfRow, this.#units);
    const block = matrix(Math.min(atOnce, this.resamples), rows.rows);
    for (let first = 0; first < this.resamples; first += atOnce) {
      const count = Math.min(atOnce, this.resamples - first);
      for (let b = 0; b < count; b++) {
        const counts = this.#countsOf(first + b);
        for (let row = 0; row < rows.rows; row++) {
          const weight = counts[unitOfRow === null ? row : unitOfRow[row]!]!;
          block.data[b * rows.rows + row] = weight;
          weights[first + b]! += weight;
        }
        for (let unit = 0; unit < this.#units; unit++) {
          // Drawn w times, a unit meets itself in w² ways: w of them pair its rows as they are, the rest are copies.
          const weight = counts[unit]!;
          const more = weight * weight - weight;
          copies[first + b]! += more * squaredSums[unit]! + weight * lengths[unit]!;
          copyPairs[first + b]! += more * lengths[unit]! ** 2 + weight * lengths[unit]!;
        }
      }
      const used = matrix(count, rows.rows, block.data.subarray(0, count * rows.rows));
      const product = await kernels.product(used, rows);
      sums.data.set(product.data, first * rows.columns);
    }
    return { sums, weights, copies, copyPairs };
  }

  /**
   * Sums over values, each as often as a resample drew its unit.
   *
   * @param unitOfValue null where value i belongs to unit i.
   */
  weigh(values: Float64Array, unitOfValue: Uint32Array | null): WeighedValues {
    const empty = (): Float64Array => new Float64Array(this.resamples);
    const weighed = { sums: empty(), squaredSums: empty(), weights: empty(), squaredWeights: empty() };
    for (let b = 0; b < this.resamples; b++) {
      const counts = this.#countsOf(b);
      let [sum, squaredSum, weights, squaredWeights] = [0, 0, 0, 0];
      for (let i = 0; i < values.length; i++) {
        const weight = counts[unitOfValue === null ? i : unitOfValue[i]!]!;
        weights += weight;
        squaredWeights += weight * weight;
        sum += weight * values[i]!;
        squaredSum += weight * weight * values[i]!;
      }
      weighed.sums[b] = sum;
      weighed.squaredSums[b] = squaredSum;
      weighed.weights[b] = weights;
      weighed.squaredWeights[b] = squaredWeights;
    }
    return weighed;
  }

  #countsOf(resample: number): Uint8Array {
    this.#counts ??= this.#draw();
    return this.#counts.subarray(resample * this.#units, (resample + 1) * this.#units);
  }

  #draw(): Uint8Array {
    const counts = new Uint8Array(this.resamples * this.#units);
    const drawn = new Float32Array(this.#units);
    for (let b = 0; b < this.resamples; b++) counts.set(drawResample(this.random, drawn), b * this.#units);
    return counts;
  }
}

/** Rows of each unit, and ‖Σ x‖² over them. */
function describeUnits(
  rows: Matrix,
  unitOfRow: Uint32Array | null,
  units: number,
): { lengths: Float64Array; squaredSums: Float64Array } {
  const lengths = new Float64Array(units);
  if (unitOfRow === null) return { lengths: lengths.fill(1), squaredSums: new Float64Array(units).fill(1) };
  const { columns } = rows;
  const sums = new Float64Array(units * columns);
  unitOfRow.forEach((unit, row) => {
    lengths[unit]! += 1;
    for (let k = 0; k < columns; k++) sums[unit * columns + k]! += rows.data[row * columns + k]!;
  });
  const squaredSums = Float64Array.from(lengths, (_, unit) =>
    sums.subarray(unit * columns, (unit + 1) * columns).reduce((total, sum) => total + sum * sum, 0),
  );
  return { lengths, squaredSums };
}
