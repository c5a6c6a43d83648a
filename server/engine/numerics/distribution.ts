import { RunningMoments } from './runningMoments.ts';
import { distributionKernel } from './wasm/distributionKernel.ts';

const binCount = 65_536;
/** Counts are kept in 32 bits and moved to float64 before they could overflow. */
const flushAfter = 2 ** 31;
/** The finest bins: float32 cosines near 1 lie 6e-8 apart. */
const finestWidth = 2 ** -24;
/** Values at a time: one megabyte, which stays in a core's cache; also the largest tile that {@link Distribution.block} takes. */
const blockLength = 262_144;

interface KernelExports {
  readonly memory: WebAssembly.Memory;
  getLow(): number;
  getHigh(): number;
  getSum(): number;
  getSquares(): number;
  scan(values: number, count: number, pivot: number): void;
  bin(values: number, count: number, counts: number, scale: number, firstBin: number): void;
}

/** What a {@link Distribution} has counted. */
export interface DistributionState {
  readonly width: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
  readonly mean: number;
  /** Sum of squared deviations from the mean. */
  readonly squares: number;
  readonly firstBin: number;
  readonly counts: Float64Array;
}

/**
 * The distribution of any number of float32 values whose range is not known beforehand: extremes, moments, and a
 * histogram of 65,536 bins of equal width, which starts fine and doubles whenever a value falls outside.
 *
 * Counts, extremes and the float64 moments are exact; quantiles are exact to one bin, {@link width}, which is at most
 * 1/16,384 of the values' range (below that only at float32's own resolution).
 */
export class Distribution {
  /** Width of a bin, a power of two; edges are multiples of it. */
  width = finestWidth;
  min = Infinity;
  max = -Infinity;
  readonly moments = new RunningMoments();
  /** Number of the first bin; bin b reaches from b·width to (b + 1)·width. */
  #firstBin = 0;
  #counts = new Float64Array(binCount);
  /** Values counted in the kernel's 32-bit counts since these were last moved to `#counts`. */
  #unflushed = 0;
  readonly #kernel: KernelExports;
  /** Values written to its beginning are added by {@link addBlock}, without being copied. */
  readonly block: Float32Array<ArrayBuffer>;
  readonly #recent: Uint32Array;

  constructor() {
    // Sound while distributionKernel.as.ts exports these, which the tests run.
    this.#kernel = new WebAssembly.Instance(distributionKernel()).exports as unknown as KernelExports;
    const { memory } = this.#kernel;
    const start = memory.buffer.byteLength;
    memory.grow(Math.ceil(((blockLength + binCount) * 4) / 65_536));
    this.block = new Float32Array(memory.buffer, start, blockLength);
    this.#recent = new Uint32Array(memory.buffer, start + blockLength * 4, binCount);
  }

  get count(): number {
    return this.moments.count;
  }

  /**
   * Adds values `start … end − 1` of an array.
   *
   * @throws RangeError for values that are not finite.
   */
  add(values: Float32Array, start = 0, end = values.length): void {
    for (let from = start; from < end; from += blockLength) {
      const part = values.subarray(from, Math.min(end, from + blockLength));
      this.block.set(part);
      this.addBlock(part.length);
    }
  }

  /**
   * Adds the first `count` values of {@link block}.
   *
   * @throws RangeError for values that are not finite.
   */
  addBlock(count: number): void {
    if (count === 0) return;
    // Sums are taken about a value of the block, so that nearly equal ones lose nothing to cancellation.
    const pivot = this.block[0]!;
    this.#kernel.scan(this.block.byteOffset, count, pivot);
    const sum = this.#kernel.getSum();
    const squares = this.#kernel.getSquares();
    if (!Number.isFinite(squares)) throw new RangeError('A distribution takes finite values');
    this.#cover(this.#kernel.getLow(), this.#kernel.getHigh());
    this.moments.merge(count, pivot + sum / count, Math.max(0, squares - (sum * sum) / count));
    this.#kernel.bin(this.block.byteOffset, count, this.#recent.byteOffset, 1 / this.width, this.#firstBin);
    this.#unflushed += count;
    if (this.#unflushed >= flushAfter) this.#flush();
  }

  #cover(low: number, high: number): void {
    this.min = Math.min(this.min, low);
    this.max = Math.max(this.max, high);
    if (this.count === 0) this.#firstBin = Math.floor(this.min / this.width) - binCount / 2;
    while (!this.#holds(this.min) || !this.#holds(this.max)) this.#coarsen();
  }

  #holds(value: number): boolean {
    const bin = Math.floor(value / this.width) - this.#firstBin;
    return bin >= 0 && bin < binCount;
  }

  #coarsen(): void {
    this.#flush();
    const first = this.#firstBin;
    // The new range is centred on the old one; old bin b (from zero) lies in new bin floor(b / 2).
    const coarseFirst = Math.floor(first / 2) - binCount / 4;
    const coarse = new Float64Array(binCount);
    for (let bin = 0; bin < binCount; bin++) {
      const counted = this.#counts[bin]!;
      if (counted > 0) coarse[Math.floor((first + bin) / 2) - coarseFirst]! += counted;
    }
    this.#counts = coarse;
    this.#firstBin = coarseFirst;
    this.width *= 2;
  }

  /** What was counted, as data that can be copied to another thread. */
  state(): DistributionState {
    this.#flush();
    const { width, min, max, moments } = this;
    const { count, mean, variance } = moments;
    return {
      width,
      min,
      max,
      count,
      mean,
      squares: variance * count,
      firstBin: this.#firstBin,
      counts: this.#counts,
    };
  }

  /** The distribution of the values of several, whose moments are merged in the order given. */
  static merge(states: readonly DistributionState[]): Distribution {
    const merged = new Distribution();
    for (const state of states) merged.#take(state);
    return merged;
  }

  #take(state: DistributionState): void {
    if (state.count === 0) return;
    this.#cover(state.min, state.max);
    while (this.width < state.width) this.#coarsen();
    // Widths are powers of two times the finest: a wider bin holds whole ones of the narrower.
    const ratio = this.width / state.width;
    for (let bin = 0; bin < binCount; bin++) {
      const counted = state.counts[bin]!;
      if (counted > 0) this.#counts[Math.floor((state.firstBin + bin) / ratio) - this.#firstBin]! += counted;
    }
    this.moments.merge(state.count, state.mean, state.squares);
  }

  #flush(): void {
    if (this.#unflushed === 0) return;
    for (let bin = 0; bin < binCount; bin++) this.#counts[bin]! += this.#recent[bin]!;
    this.#recent.fill(0);
    this.#unflushed = 0;
  }

  /**
   * Quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996, the default of numpy and
   * R), each of which is known to one bin: exact to one {@link width}.
   *
   * @param probability in [0, 1].
   */
  quantile(probability: number): number {
    if (this.count === 0) throw new RangeError('A quantile needs at least one value');
    this.#flush();
    const rank = probability * (this.count - 1);
    const below = Math.floor(rank);
    const lower = this.#orderStatistic(below);
    return below === rank ? lower : lower + (rank - below) * (this.#orderStatistic(below + 1) - lower);
  }

  /** The value of a rank, from 0, at its place among those of its bin as if they were spread evenly. */
  #orderStatistic(rank: number): number {
    let below = 0;
    for (let bin = 0; bin < binCount; bin++) {
      const counted = this.#counts[bin]!;
      if (below + counted > rank) {
        const value = (this.#firstBin + bin + (rank - below + 0.5) / counted) * this.width;
        return Math.min(this.max, Math.max(this.min, value));
      }
      below += counted;
    }
    return this.max;
  }

  /**
   * The counts in at most `bins` equal bins that cover all values. Their edges are edges of the fine bins, so that
   * counts stay exact.
   */
  rebin(bins: number): { low: number; high: number; counts: number[] } {
    if (this.count === 0) throw new RangeError('A histogram needs at least one value');
    this.#flush();
    const firstUsed = Math.floor(this.min / this.width);
    const lastUsed = Math.floor(this.max / this.width);
    const group = Math.max(1, Math.ceil((lastUsed - firstUsed + 1) / bins));
    const used = Math.ceil((lastUsed - firstUsed + 1) / group);
    const counts = new Array<number>(used).fill(0);
    for (let bin = firstUsed; bin <= lastUsed; bin++) {
      counts[Math.floor((bin - firstUsed) / group)]! += this.#counts[bin - this.#firstBin]!;
    }
    return { low: firstUsed * this.width, high: (firstUsed + used * group) * this.width, counts };
  }
}
