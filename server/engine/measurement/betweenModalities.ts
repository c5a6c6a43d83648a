import type { Tile, TileOptions } from '../numerics/allPairs.ts';
import { forEachTile } from '../numerics/allPairs.ts';
import type { DistributionState } from '../numerics/distribution.ts';
import { Distribution } from '../numerics/distribution.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { ComputeOptions } from '../numerics/workerPool.ts';
import type { ParallelTask } from './parallelTask.ts';
import { computeInParallel, dealParts, fixedParts, inOrder, manyPairs } from './parallelTask.ts';
import type { RowItems } from './relevance.ts';
import { distinctPairs, itemOf } from './relevance.ts';

/**
 * Where each query's best right answer stands among the wrong ones. Cosines closer than float32 rounding count as
 * ties.
 */
export interface AnswerRanks {
  /** Wrong answers that are nearer, one count a query. */
  readonly nearer: Float64Array;
  /** Wrong answers as near. */
  readonly tied: Float64Array;
  /** Right answers as near as the best, itself among them. */
  readonly best: Float64Array;
}

/** Counts over the whole gallery: what is as near as the best right answer, right or wrong. */
interface GalleryCounts {
  readonly nearer: Float64Array;
  readonly asNear: Float64Array;
}

/** All pairs of an item of one modality with an item of the other. */
export interface CrossStatistics {
  /** Cosines of the pairs that do not belong together. */
  readonly mismatched: Distribution;
  /** Items of the first modality as queries, those of the second as the gallery. */
  readonly firstToSecond: AnswerRanks;
  readonly secondToFirst: AnswerRanks;
}

/** Cosines in float32 differ by about this much between two ways of summing. */
const roundingTolerance = 1e-6;

interface ComparisonInput {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly pairs: MatchedPairs;
  /** Parts to compute, of `partCount`. */
  readonly parts: readonly number[];
  readonly partCount: number;
  readonly size?: number | undefined;
}

/** What belongs together: item i of the first modality, item j of the second, and their cosine, float64. */
interface MatchedPairs {
  readonly i: Uint32Array;
  readonly j: Uint32Array;
  readonly cosines: Float64Array;
}

/** What some parts of all pairs hold. Counts are whole numbers: their sums do not depend on the order. */
interface ComparisonPart {
  readonly mismatched: DistributionState[];
  readonly first: GalleryCounts;
  readonly second: GalleryCounts;
}

/** Cosines and ranks in some parts of all pairs between two modalities. */
export const comparisonTask: ParallelTask<ComparisonInput, ComparisonPart> = {
  name: 'cosines-between',
  async compute(kernels, { x, y, pairs, parts, partCount, size }, options) {
    const first = new AnswerCounter(bestCosines(x.rows, pairs.i, pairs.cosines));
    const second = new AnswerCounter(bestCosines(y.rows, pairs.j, pairs.cosines));
    const answersOf = answersByItem(x.rows, pairs);
    const states: DistributionState[] = [];
    for (const part of parts) {
      const mismatched = new Distribution();
      await forEachTile(
        kernels,
        x,
        y,
        (tile) => {
          const { firstRow, firstColumn, rows, columns, values } = tile;
          addMismatched(mismatched, tile, answersOf);
          first.countRows(values, rows, columns, firstRow);
          second.countColumns(values, rows, columns, firstColumn);
        },
        { ...options, part, partCount, size },
      );
      states.push(mismatched.state());
    }
    return { mismatched: states, first: first.counts(), second: second.counts() };
  },
};

/**
 * Compares all items of two modalities.
 *
 * @param x unit rows of the first modality's items; `y` those of the second's.
 * @param matched cosine of each row's own pair, float64.
 * @param itemsX item of each row in the first modality; `itemsY` in the second.
 */
export async function compareAll(
  kernels: Kernels,
  x: Matrix,
  y: Matrix,
  matched: Float64Array,
  itemsX: RowItems,
  itemsY: RowItems,
  { size, ...options }: Pick<TileOptions, 'size'> & ComputeOptions = {},
): Promise<CrossStatistics> {
  const rows = distinctPairs(itemsX, itemsY);
  const distinct = rows ?? Uint32Array.from(matched, (_, row) => row);
  const cosines = rows === null ? matched : Float64Array.from(rows, (row) => matched[row]!);
  const pairs: MatchedPairs = {
    i: distinct.map((row) => itemOf(itemsX, row)),
    j: distinct.map((row) => itemOf(itemsY, row)),
    cosines,
  };
  const isLarge = x.rows * y.rows >= manyPairs;
  const partCount = isLarge ? fixedParts : 1;
  const computed = await computeInParallel(
    kernels,
    comparisonTask,
    isLarge,
    (threads) => dealParts(partCount, threads).map((parts) => ({ x, y, pairs, parts, partCount, size })),
    options,
  );
  const states = inOrder(computed.map(({ mismatched }) => mismatched));
  return {
    mismatched: Distribution.merge(states),
    firstToSecond: addRanks(
      computed.map(({ first }) => first),
      pairs.i,
      cosines,
    ),
    secondToFirst: addRanks(
      computed.map(({ second }) => second),
      pairs.j,
      cosines,
    ),
  };
}

/** Adds a tile's cosines but those of matched pairs. */
function addMismatched(
  mismatched: Distribution,
  { firstRow, firstColumn, rows, columns, values }: Tile,
  answersOf: readonly number[][],
): void {
  for (let r = 0; r < rows; r++) {
    let from = r * columns;
    const end = from + columns;
    for (const answer of answersOf[firstRow + r]!) {
      const at = r * columns + answer - firstColumn;
      if (at < from || at >= end) continue;
      mismatched.add(values, from, at);
      from = at + 1;
    }
    mismatched.add(values, from, end);
  }
}

/** Items of the second modality that belong to each item of the first, ascending. */
function answersByItem(items: number, { i, j }: MatchedPairs): number[][] {
  const answers = Array.from({ length: items }, (): number[] => []);
  i.forEach((item, row) => answers[item]!.push(j[row]!));
  for (const list of answers) list.sort((a, b) => a - b);
  return answers;
}

/** Cosine of each query's nearest right answer. */
function bestCosines(queries: number, queryOfRow: Uint32Array, cosines: Float64Array): Float64Array {
  const best = new Float64Array(queries).fill(-Infinity);
  queryOfRow.forEach((query, row) => (best[query] = Math.max(best[query]!, cosines[row]!)));
  return best;
}

/** Sums the counts of all parts, and takes the right answers out of them, which were counted with the gallery. */
function addRanks(
  parts: readonly GalleryCounts[],
  queryOfRow: Uint32Array,
  cosines: Float64Array,
): AnswerRanks {
  const [first, ...others] = parts;
  const { nearer, asNear } = first!;
  for (const part of others) {
    part.nearer.forEach((count, query) => (nearer[query]! += count));
    part.asNear.forEach((count, query) => (asNear[query]! += count));
  }
  const bestCosine = bestCosines(nearer.length, queryOfRow, cosines);
  const best = new Float64Array(nearer.length);
  queryOfRow.forEach((query, row) => {
    if (cosines[row]! >= bestCosine[query]! - roundingTolerance) best[query]! += 1;
  });
  return { nearer, best, tied: asNear.map((count, query) => Math.max(0, count - best[query]!)) };
}

/** Counts the gallery's items that are nearer to each query than its best right answer, or as near. */
class AnswerCounter {
  readonly #nearer: Float64Array;
  readonly #asNear: Float64Array;
  readonly #best: Float64Array;

  constructor(best: Float64Array) {
    this.#nearer = new Float64Array(best.length);
    this.#asNear = new Float64Array(best.length);
    this.#best = best;
  }

  counts(): GalleryCounts {
    return { nearer: this.#nearer, asNear: this.#asNear };
  }

  countRows(values: Float32Array, rows: number, columns: number, firstQuery: number): void {
    for (let r = 0; r < rows; r++) {
      const above = this.#best[firstQuery + r]! + roundingTolerance;
      const below = this.#best[firstQuery + r]! - roundingTolerance;
      let nearer = 0;
      let notFarther = 0;
      for (let at = r * columns; at < (r + 1) * columns; at++) {
        nearer += values[at]! > above ? 1 : 0;
        notFarther += values[at]! >= below ? 1 : 0;
      }
      this.#nearer[firstQuery + r]! += nearer;
      this.#asNear[firstQuery + r]! += notFarther - nearer;
    }
  }

  countColumns(values: Float32Array, rows: number, columns: number, firstQuery: number): void {
    const best = this.#best.subarray(firstQuery, firstQuery + columns);
    const nearer = new Uint32Array(columns);
    const notFarther = new Uint32Array(columns);
    for (let r = 0; r < rows; r++) {
      const start = r * columns;
      for (let c = 0; c < columns; c++) {
        const difference = values[start + c]! - best[c]!;
        nearer[c] = nearer[c]! + (difference > roundingTolerance ? 1 : 0);
        notFarther[c] = notFarther[c]! + (difference >= -roundingTolerance ? 1 : 0);
      }
    }
    for (let c = 0; c < columns; c++) {
      this.#nearer[firstQuery + c]! += nearer[c]!;
      this.#asNear[firstQuery + c]! += notFarther[c]! - nearer[c]!;
    }
  }
}
