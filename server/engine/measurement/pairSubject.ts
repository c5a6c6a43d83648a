import type { Interval } from '../../protocol/report.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { row as rowOf } from '../numerics/matrix.ts';
import type { RunningMoments } from '../numerics/runningMoments.ts';
import type { AnswerRanks, CrossStatistics } from './betweenModalities.ts';
import { compareAll } from './betweenModalities.ts';
import { countUp } from '../progress.ts';
import type { ModalityReplicate, ModalitySubject } from './modalitySubject.ts';
import { dot } from '../numerics/dot.ts';
import { plainSums, replicateOf } from './modalitySubject.ts';
import type { RowItems } from './relevance.ts';
import { distinctPairs } from './relevance.ts';
import type { Resampling, WeighedValues } from './resampling.ts';
import type { CollectedPair } from './rowCollection.ts';

/** A pair's statistics in one resample of the bootstrap. */
export interface PairReplicate {
  readonly first: ModalityReplicate;
  readonly second: ModalityReplicate;
  /** Of each item once. */
  readonly firstItems: ModalityReplicate;
  readonly secondItems: ModalityReplicate;
  /** Mean cosine of matched rows. */
  readonly matchedCosine: number;
  /** Mean distance of matched rows. */
  readonly matchedDistance: number;
  /** Σ w² and Σ w² x·y over matched items: what they contribute to sums over all pairs of drawn items. */
  readonly matchedPairs: number;
  readonly matchedPairSum: number;
}

/** One modality of a pair, row by row: rows i of both belong together. */
export interface PairSide {
  readonly modality: ModalitySubject;
  /** The modality with each item once, where rows are found to repeat: what is looked for, and what is found. */
  readonly distinct: ModalitySubject;
  /** Unit rows of the rows at hand. */
  readonly rows: Matrix;
  /** Item of each of those rows. */
  readonly items: RowItems;
}

/** Two modalities' embeddings, and what several metrics need of them, computed once. */
export class PairSubject {
  readonly first: PairSide;
  readonly second: PairSide;
  /** Rows in all of the data. */
  readonly rowCount: number;
  /** Over all rows of the data. */
  readonly matchedCosines: RunningMoments;
  readonly matchedDistances: RunningMoments;
  /** Number and sum of the cosines of matched items in all of the data: equal rows count once. */
  readonly matchedItems: CollectedPair['matchedItems'];
  /** Cosine of each matched row at hand, float64; distances likewise. */
  readonly cosines: Float64Array;
  readonly distances: Float64Array;
  /** Bootstrap unit of each row at hand; null where row i is unit i. */
  readonly unitOfRow: Uint32Array | null;
  /** What the encoders multiplied cosines by in training; null where they do not tell, or do not agree. */
  readonly logitScale: number | null;
  #between: Promise<CrossStatistics> | undefined;
  /** Rows at hand that are the first ones with their two items; null where all are. */
  readonly #distinctRows: Uint32Array | null;
  /** The bootstrap's sums over matched rows, and over matched items. */
  #resampled: Readonly<Record<'cosines' | 'distances' | 'items', WeighedValues>> | undefined;

  constructor(
    first: PairSide,
    second: PairSide,
    matched: CollectedPair,
    { rowCount, unitOfRow, logitScale }: Pick<PairSubject, 'rowCount' | 'unitOfRow' | 'logitScale'>,
  ) {
    this.first = first;
    this.second = second;
    this.rowCount = rowCount;
    this.matchedCosines = matched.cosines;
    this.matchedDistances = matched.distances;
    this.matchedItems = matched.matchedItems;
    this.#distinctRows = distinctPairs(first.items, second.items);
    this.unitOfRow = unitOfRow;
    this.logitScale = logitScale;
    this.cosines = Float64Array.from({ length: first.rows.rows }, (_, row) =>
      dot(rowOf(first.rows, row), rowOf(second.rows, row)),
    );
    this.distances = Float64Array.from({ length: first.rows.rows }, (_, row) =>
      distance(rowOf(first.rows, row), rowOf(second.rows, row)),
    );
  }

  get names(): readonly [string, string] {
    return [this.first.modality.name, this.second.modality.name];
  }

  /** Whether statistics over pairs of rows come from a sample of the rows. */
  get sampled(): boolean {
    return this.first.rows.rows < this.rowCount;
  }

  /** The gap vector Δ = mean(x) − mean(y), float64, over all of the data. */
  get gapVector(): Float64Array {
    const { mean: other } = this.second.modality;
    return this.first.modality.mean.map((value, k) => value - other[k]!);
  }

  /** All items of one modality against all items of the other. */
  between(): Promise<CrossStatistics> {
    const { modality } = this.first;
    this.#between ??= compareAll(
      modality.kernels,
      this.first.distinct.units,
      this.second.distinct.units,
      this.cosines,
      this.first.items,
      this.second.items,
      {
        signal: modality.signal,
        progress: countUp(modality.progress, {
          stage: `pairs of ${this.names.join(' and ')}`,
          total: this.first.distinct.units.rows * this.second.distinct.units.rows,
          unit: 'pairs',
        }),
      },
    );
    return this.#between;
  }

  /** The ranks of the right answers, with this pair's first modality as queries or its second. */
  async ranks(queries: 'first' | 'second'): Promise<AnswerRanks> {
    const between = await this.between();
    return queries === 'first' ? between.firstToSecond : between.secondToFirst;
  }

  /** A bootstrap interval about `estimate`, of a statistic of the resampled sums. */
  async interval(
    estimate: number,
    statistic: (replicate: PairReplicate) => number,
  ): Promise<Interval | null> {
    const { resampling } = this.first.modality;
    const [first, second, firstItems, secondItems] = await Promise.all(
      [this.first.modality, this.second.modality, this.first.distinct, this.second.distinct].map((subject) =>
        subject.resampled(),
      ),
    );
    this.#resampled ??= {
      cosines: resampling.weigh(this.cosines, this.unitOfRow),
      distances: resampling.weigh(this.distances, this.unitOfRow),
      items: this.#weighItems(resampling),
    };
    const { cosines, distances, items } = this.#resampled;
    const replicates = Array.from(cosines.weights, (weight, b) =>
      statistic({
        first: replicateOf(first!, b),
        second: replicateOf(second!, b),
        firstItems: replicateOf(firstItems!, b),
        secondItems: replicateOf(secondItems!, b),
        matchedCosine: cosines.sums[b]! / weight,
        matchedDistance: distances.sums[b]! / weight,
        matchedPairs: items.squaredWeights[b]!,
        matchedPairSum: items.squaredSums[b]!,
      }),
    );
    const centre = this.sampled ? statistic(this.#sampleAsIs()) : estimate;
    return this.first.modality.resampling.interval(estimate, replicates, { centre, shrink: this.#shrink });
  }

  /** A bootstrap interval of the mean of one value a row, or a query, at hand. */
  meanInterval(estimate: number, values: Float64Array, unitOfValue: Uint32Array | null): Interval | null {
    const { sums, weights } = this.first.modality.resampling.weigh(values, unitOfValue);
    return this.first.modality.resampling.interval(
      estimate,
      sums.map((sum, b) => sum / weights[b]!),
    );
  }

  #sampleAsIs(): PairReplicate {
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    const rows = this.cosines.length;
    const items = this.#ofDistinct(this.cosines);
    return {
      first: plainSums(this.first.modality.units),
      second: plainSums(this.second.modality.units),
      firstItems: plainSums(this.first.distinct.units),
      secondItems: plainSums(this.second.distinct.units),
      matchedCosine: sum(this.cosines) / rows,
      matchedDistance: sum(this.distances) / rows,
      matchedPairs: items.length,
      matchedPairSum: sum(items),
    };
  }

  #weighItems(resampling: Resampling): WeighedValues {
    const { unitOfRow } = this;
    const rows = this.#distinctRows;
    const units = rows === null || unitOfRow === null ? unitOfRow : rows.map((row) => unitOfRow[row]!);
    return resampling.weigh(this.#ofDistinct(this.cosines), units);
  }

  /** The values of matched items, of those of matched rows. */
  #ofDistinct(values: Float64Array): Float64Array {
    return this.#distinctRows === null
      ? values
      : Float64Array.from(this.#distinctRows, (row) => values[row]!);
  }

  get #shrink(): number {
    return Math.sqrt(this.first.rows.rows / this.rowCount);
  }
}

function distance(x: Float32Array, y: Float32Array): number {
  let squares = 0;
  for (let k = 0; k < x.length; k++) squares += (x[k]! - y[k]!) ** 2;
  return Math.sqrt(squares);
}
