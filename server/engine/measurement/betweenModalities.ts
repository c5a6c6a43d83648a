import type { TileOptions } from '../numerics/allPairs.ts';
import { forEachTile } from '../numerics/allPairs.ts';
import { Distribution } from '../numerics/distribution.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { RowItems } from './relevance.ts';
import { itemOf } from './relevance.ts';

/**
 * Where each query's best right answer stands among the wrong ones. Cosines closer than float32 rounding count as
 * ties.
 */
export interface AnswerRanks {
  /** Wrong answers that are nearer, one count a query. */
  readonly nearer: Float64Array;
  /** Wrong answers as near. */
  readonly tied: Float64Array;
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
  options: TileOptions = {},
): Promise<CrossStatistics> {
  const mismatched = new Distribution();
  const first = new BestAnswers(x.rows);
  const second = new BestAnswers(y.rows);
  const answersOf = Array.from({ length: x.rows }, (): number[] => []);
  for (let row = 0; row < matched.length; row++) {
    const i = itemOf(itemsX, row);
    const j = itemOf(itemsY, row);
    first.offer(i, matched[row]!);
    second.offer(j, matched[row]!);
    answersOf[i]!.push(j);
  }
  for (const answers of answersOf) answers.sort((a, b) => a - b);

  await forEachTile(
    kernels,
    x,
    y,
    ({ firstRow, firstColumn, rows, columns, values }) => {
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
      first.countRows(values, rows, columns, firstRow);
      second.countColumns(values, rows, columns, firstColumn);
    },
    options,
  );
  for (let row = 0; row < matched.length; row++) {
    first.discount(itemOf(itemsX, row), matched[row]!);
    second.discount(itemOf(itemsY, row), matched[row]!);
  }
  return { mismatched, firstToSecond: first, secondToFirst: second };
}

class BestAnswers implements AnswerRanks {
  readonly nearer: Float64Array;
  readonly tied: Float64Array;
  /** Cosine of each query's nearest right answer. */
  readonly #best: Float64Array;

  constructor(queries: number) {
    this.nearer = new Float64Array(queries);
    this.tied = new Float64Array(queries);
    this.#best = new Float64Array(queries).fill(-Infinity);
  }

  offer(query: number, cosine: number): void {
    this.#best[query] = Math.max(this.#best[query]!, cosine);
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
      this.nearer[firstQuery + r]! += nearer;
      this.tied[firstQuery + r]! += notFarther - nearer;
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
      this.nearer[firstQuery + c]! += nearer[c]!;
      this.tied[firstQuery + c]! += notFarther[c]! - nearer[c]!;
    }
  }

  /** Takes a right answer out of the counts, which were made over the whole gallery. */
  discount(query: number, cosine: number): void {
    if (cosine >= this.#best[query]! - roundingTolerance) {
      this.tied[query] = Math.max(0, this.tied[query]! - 1);
    }
  }
}
