import type { Interval } from '../../protocol/report.ts';
import type { Distribution } from '../numerics/distribution.ts';
import { dot } from '../numerics/dot.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import { countUp } from '../progress.ts';
import { row } from '../numerics/matrix.ts';
import { cosinesWithin } from './withinModality.ts';
import { deviationReplicates } from './deviationReplicates.ts';
import type { ResampledSums, Resampling } from './resampling.ts';

/** A modality's statistics in one resample of the bootstrap. */
export interface ModalityReplicate {
  /** Σ w x. */
  readonly sum: Float32Array;
  /** Σ w. */
  readonly weight: number;
  /** What copies of drawn units contribute to ‖Σ w x‖². */
  readonly copies: number;
  /** How many ordered pairs those are. */
  readonly copyPairs: number;
}

/** What all subjects of a run share. */
export interface SubjectTools {
  readonly resampling: Resampling;
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
}

export interface ModalityFacts {
  readonly name: string;
  /** Different items in all of the data. */
  readonly items: number;
  /** Mean of all items' unit rows, float64. */
  readonly mean: Float64Array;
  /** Mean of ‖x‖² over them: 1 up to float32 rounding. */
  readonly meanSquare: number;
  /** Unit rows of the items at hand: all of them, or a sample. */
  readonly units: Matrix;
  /** Bootstrap unit of each item at hand; null where item i is unit i. */
  readonly unitOfItem: Uint32Array | null;
}

/** One modality's embeddings, and what several metrics need of them, computed once. */
export class ModalitySubject {
  readonly name: string;
  readonly items: number;
  readonly mean: Float64Array;
  readonly meanSquare: number;
  readonly units: Matrix;
  readonly unitOfItem: Uint32Array | null;
  readonly resampling: Resampling;
  readonly kernels: Kernels;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
  #within: Promise<Distribution> | undefined;
  #resampled: Promise<ResampledSums> | undefined;

  constructor(facts: ModalityFacts, { resampling, kernels, signal, progress }: SubjectTools) {
    this.name = facts.name;
    this.items = facts.items;
    this.mean = facts.mean;
    this.meanSquare = facts.meanSquare;
    this.units = facts.units;
    this.unitOfItem = facts.unitOfItem;
    this.resampling = resampling;
    this.kernels = kernels;
    this.signal = signal;
    this.progress = progress;
  }

  get dimension(): number {
    return this.units.columns;
  }

  /** Whether statistics over pairs of rows come from a sample of the rows. */
  get sampled(): boolean {
    return this.units.rows < this.items;
  }

  /** ‖mean‖², float64. */
  get meanNormSquared(): number {
    return dot(this.mean, this.mean);
  }

  /**
   * Mean cosine of all pairs of different items, from the mean vector: (N²‖m‖² − Σ‖x‖²) / (N(N − 1)); exact, and over
   * all items also where pairs are sampled.
   */
  get meanCosine(): number {
    const n = this.items;
    return (n * this.meanNormSquared - this.meanSquare) / (n - 1);
  }

  /** Cosines of all pairs of different items at hand. */
  within(): Promise<Distribution> {
    const { rows } = this.units;
    this.#within ??= cosinesWithin(this.kernels, this.units, {
      signal: this.signal,
      progress: countUp(this.progress, {
        stage: `pairs within ${this.name}`,
        total: (rows * (rows - 1)) / 2,
        unit: 'pairs',
      }),
    });
    return this.#within;
  }

  /** The bootstrap's sums of this modality's rows. */
  resampled(): Promise<ResampledSums> {
    this.#resampled ??= this.resampling.sums(this.kernels, this.units, this.unitOfItem);
    return this.#resampled;
  }

  /** A bootstrap interval about `estimate`, of a statistic of the resampled sums. */
  async interval(
    estimate: number,
    statistic: (replicate: ModalityReplicate) => number,
  ): Promise<Interval | null> {
    const resampled = await this.resampled();
    const replicates = Array.from(resampled.weights, (_, b) => statistic(replicateOf(resampled, b)));
    const centre = this.sampled ? statistic(plainSums(this.units)) : estimate;
    return this.resampling.interval(estimate, replicates, { centre, shrink: this.shrink });
  }

  /** A bootstrap interval of the standard deviation of the cosines within the modality. */
  async deviationInterval(estimate: number): Promise<Interval | null> {
    const random = this.resampling.random.stream(`deviation of ${this.name}`);
    const { replicates, centre, share } = await deviationReplicates(
      this.kernels,
      this.units,
      this.unitOfItem,
      random,
    );
    return this.resampling.interval(estimate, replicates, { centre, shrink: this.shrink * Math.sqrt(share) });
  }

  /** Spread of the full data's estimates relative to the sample's. */
  get shrink(): number {
    return Math.sqrt(this.units.rows / this.items);
  }
}

/** Entry b of resampled sums. */
export function replicateOf(resampled: ResampledSums, b: number): ModalityReplicate {
  const { sums, weights, copies, copyPairs } = resampled;
  return { sum: row(sums, b), weight: weights[b]!, copies: copies[b]!, copyPairs: copyPairs[b]! };
}

/** The sums of the rows as they are, each once. */
export function plainSums(rows: Matrix): ModalityReplicate {
  const sum = new Float64Array(rows.columns);
  for (let i = 0; i < rows.data.length; i++) sum[i % rows.columns]! += rows.data[i]!;
  return { sum: Float32Array.from(sum), weight: rows.rows, copies: rows.rows, copyPairs: rows.rows };
}

/** Mean cosine of all pairs of different items that a resample drew. */
export function resampledMeanCosine({ sum, weight, copies, copyPairs }: ModalityReplicate): number {
  return (dot(sum, sum) - copies) / (weight * weight - copyPairs);
}
