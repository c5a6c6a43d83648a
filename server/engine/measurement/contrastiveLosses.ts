import { GraphBuilder } from '../graph/graphBuilder.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Tensor } from '../graph/graph.ts';
import type { TensorValue } from '../runtime/onnxRuntime.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { rowRange } from '../numerics/matrix.ts';
import type { ComputeOptions } from '../numerics/workerPool.ts';
import type { ParallelTask } from './parallelTask.ts';
import { computeInParallel, manyPairs } from './parallelTask.ts';

/**
 * A shift of both modalities along the unit gap vector ĝ: x' = Norm(x − first·ĝ), y' = Norm(y + second·ĝ).
 */
export interface GapShift {
  readonly first: number;
  readonly second: number;
}

/** The contrastive loss of each pair, for one shift and one logit scale. */
export interface PairLosses {
  /** −log softmax over the second modality's rows, for each row of the first: float64, one a row. */
  readonly firstToSecond: Float64Array;
  /** Likewise over the first modality's rows, for each row of the second. */
  readonly secondToFirst: Float64Array;
}

export interface ContrastiveLossOptions extends ComputeOptions {
  /** Unit vector, one entry a column. */
  readonly direction: Float64Array;
  readonly shifts: readonly GapShift[];
  /** 1/τ, each positive. */
  readonly logitScales: readonly number[];
  /** Pairs of a batch: consecutive rows; a last, smaller batch is left out. `full`: all rows are one batch. */
  readonly batchSize: number | 'full';
}

/** Rows and columns of a tile of a large batch: half a megabyte of float32, which stays in a core's cache. */
const tileSize = 384;
/** Entries of stacked small batches that are sent at once. */
const stackedEntries = 262_144;

/**
 * Contrastive losses (InfoNCE) of paired unit rows after shifts along the gap, for all shifts × logit
 * scales. The similarities are computed once for all of them: with s = x·y,
 *
 *   x'·y' = (s + β·x·ĝ − α·y·ĝ − αβ) / (‖x − αĝ‖ ‖y + βĝ‖),   α = shift.first, β = shift.second.
 *
 * Exponentials are taken in float32 relative to each row's maximum; everything summed over rows, tiles or batches is
 * in float64.
 *
 * @param x n × d, unit rows; row i belongs to row i of `y`.
 * @returns by shift, then by logit scale; the arrays have one entry a row that lies in a full batch.
 */
export async function contrastiveLosses(
  kernels: Kernels,
  x: Matrix,
  y: Matrix,
  { shifts, signal, progress, ...settings }: ContrastiveLossOptions,
): Promise<PairLosses[][]> {
  const perBatch = settings.batchSize === 'full' ? x.rows : settings.batchSize;
  const rows = Math.floor(x.rows / perBatch) * perBatch;
  if (rows === 0) throw new RangeError(`A batch of ${perBatch} needs as many rows, found ${x.rows}`);
  const losses = await computeInParallel(
    kernels,
    contrastiveLossTask,
    rows * perBatch * shifts.length * settings.logitScales.length >= manyPairs,
    (threads) => runsOf(shifts, threads).map((run) => ({ x, y, ...settings, perBatch, rows, shifts: run })),
    { signal, progress },
  );
  return losses.flat();
}

interface LossInput {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly direction: Float64Array;
  readonly shifts: readonly GapShift[];
  readonly logitScales: readonly number[];
  readonly perBatch: number;
  /** Rows that lie in full batches. */
  readonly rows: number;
}

/** The losses of some shifts. A thread that computes some of them computes the similarities for itself. */
export const contrastiveLossTask: ParallelTask<LossInput, PairLosses[][]> = {
  name: 'contrastive-losses',
  async compute(kernels, { x, y, direction, shifts, logitScales, perBatch, rows }, { signal, progress }) {
    const projection = projectOnGap(x, y, rows, direction);
    const shifted = shifts.map((shift) => applyShift(projection, shift));
    const session = await kernels.session(`contrastive losses ${logitScales.join(' ')}`, () =>
      buildLogSumExp(logitScales),
    );
    const similarities = await kernels.session('stacked similarities', buildStackedSimilarities);
    const sums = shifts.map(() => logitScales.map(() => ({ x: new LogSums(rows), y: new LogSums(rows) })));
    const tiles = perBatch > tileSize ? largeBatchTiles(rows, perBatch) : stackedTiles(rows, perBatch);

    for (const tile of tiles) {
      const { stack, height, width } = tile;
      const { similarities: s } = await similarities.run({
        x: cut(x, tile.firstX, stack, height),
        y: cut(y, tile.firstY, stack, width),
      });
      for (const [at, shift] of shifted.entries()) {
        signal?.throwIfAborted();
        const part = (values: Float32Array, first: number, length: number, shape: number[]) => ({
          shape,
          data: values.subarray(first, first + stack * length),
        });
        const { rows: rowSums, columns: columnSums } = await session.run({
          similarities: s!,
          xOffset: part(shift.xOffset, tile.firstX, height, [stack, height, 1]),
          yOffset: part(shift.yOffset, tile.firstY, width, [stack, 1, width]),
          xScale: part(shift.xScale, tile.firstX, height, [stack, height, 1]),
          yScale: part(shift.yScale, tile.firstY, width, [stack, 1, width]),
        });
        for (const [k, sum] of sums[at]!.entries()) {
          sum.x.merge(rowSums!.data as Float32Array, k, logitScales.length, tile.firstX, stack * height);
          sum.y.merge(columnSums!.data as Float32Array, k, logitScales.length, tile.firstY, stack * width);
        }
        progress?.(stack * height * width);
      }
    }

    return shifted.map(({ matched }, at) =>
      logitScales.map((scale, k) => ({
        firstToSecond: sums[at]![k]!.x.values().map((sum, row) => sum - scale * matched[row]!),
        secondToFirst: sums[at]![k]!.y.values().map((sum, row) => sum - scale * matched[row]!),
      })),
    );
  },
};

/** Items in at most `count` runs of consecutive ones, about equally long. */
function runsOf<T>(items: readonly T[], count: number): T[][] {
  const length = Math.ceil(items.length / count);
  return Array.from({ length: Math.ceil(items.length / length) }, (_, run) =>
    items.slice(run * length, (run + 1) * length),
  );
}

/** log Σ exp of each row, gathered tile by tile: the largest exponent so far, and the sum relative to it. */
class LogSums {
  readonly #largest: Float64Array;
  readonly #sum: Float64Array;

  constructor(rows: number) {
    this.#largest = new Float64Array(rows).fill(-Infinity);
    this.#sum = new Float64Array(rows);
  }

  /** Takes entry `offset` of every `stride` of a tile's log-sums as those of rows `first` onwards. */
  merge(tile: Float32Array, offset: number, stride: number, first: number, rows: number): void {
    for (let i = 0; i < rows; i++) {
      const value = tile[i * stride + offset]!;
      const largest = this.#largest[first + i]!;
      if (value > largest) {
        this.#sum[first + i] = 1 + this.#sum[first + i]! * Math.exp(largest - value);
        this.#largest[first + i] = value;
      } else {
        this.#sum[first + i]! += Math.exp(value - largest);
      }
    }
  }

  values(): Float64Array {
    return this.#largest.map((largest, row) => largest + Math.log(this.#sum[row]!));
  }
}

/** Inner products of each pair that a shift changes the similarities by: float64, one entry a row. */
interface GapProjection {
  readonly xAlong: Float64Array;
  readonly yAlong: Float64Array;
  readonly xSquared: Float64Array;
  readonly ySquared: Float64Array;
  readonly matched: Float64Array;
}

function projectOnGap(x: Matrix, y: Matrix, rows: number, direction: Float64Array): GapProjection {
  const projection = {
    xAlong: new Float64Array(rows),
    yAlong: new Float64Array(rows),
    xSquared: new Float64Array(rows),
    ySquared: new Float64Array(rows),
    matched: new Float64Array(rows),
  };
  for (let row = 0; row < rows; row++) {
    const start = row * x.columns;
    let [xAlong, yAlong, xSquared, ySquared, matched] = [0, 0, 0, 0, 0];
    for (let c = 0; c < x.columns; c++) {
      const xValue = x.data[start + c]!;
      const yValue = y.data[start + c]!;
      xAlong += xValue * direction[c]!;
      yAlong += yValue * direction[c]!;
      xSquared += xValue * xValue;
      ySquared += yValue * yValue;
      matched += xValue * yValue;
    }
    projection.xAlong[row] = xAlong;
    projection.yAlong[row] = yAlong;
    projection.xSquared[row] = xSquared;
    projection.ySquared[row] = ySquared;
    projection.matched[row] = matched;
  }
  return projection;
}

/** Offsets and scales of rows and columns of the similarities, and the matched similarities in float64. */
function applyShift(projection: GapProjection, { first: alpha, second: beta }: GapShift) {
  const { xAlong, yAlong, xSquared, ySquared, matched } = projection;
  const xScale = xAlong.map(
    (along, row) => 1 / norm(xSquared[row]! - 2 * alpha * along + alpha * alpha, row),
  );
  const yScale = yAlong.map((along, row) => 1 / norm(ySquared[row]! + 2 * beta * along + beta * beta, row));
  return {
    xOffset: Float32Array.from(xAlong, (along) => beta * along - alpha * beta),
    yOffset: Float32Array.from(yAlong, (along) => -alpha * along),
    xScale: Float32Array.from(xScale),
    yScale: Float32Array.from(yScale),
    matched: matched.map(
      (cosine, row) =>
        (cosine + beta * xAlong[row]! - alpha * yAlong[row]! - alpha * beta) * xScale[row]! * yScale[row]!,
    ),
  };
}

function norm(squared: number, row: number): number {
  if (!(squared > 0)) {
    throw new RangeError(`The shift moves row ${row + 1} to the origin, where it has no direction`);
  }
  return Math.sqrt(squared);
}

/** Blocks of the similarities: `stack` of them at a time, each `height × width`. */
interface TilePlan {
  readonly firstX: number;
  readonly firstY: number;
  readonly stack: number;
  readonly height: number;
  readonly width: number;
}

function largeBatchTiles(rows: number, perBatch: number): TilePlan[] {
  const offsets = Array.from({ length: Math.ceil(perBatch / tileSize) }, (_, i) => i * tileSize);
  const length = (offset: number): number => Math.min(tileSize, perBatch - offset);
  return Array.from({ length: rows / perBatch }, (_, batch) => batch * perBatch).flatMap((first) =>
    offsets.flatMap((x) =>
      offsets.map((y) => ({
        firstX: first + x,
        firstY: first + y,
        stack: 1,
        height: length(x),
        width: length(y),
      })),
    ),
  );
}

function stackedTiles(rows: number, perBatch: number): TilePlan[] {
  const batches = rows / perBatch;
  const atOnce = Math.max(1, Math.floor(stackedEntries / perBatch ** 2));
  return Array.from({ length: Math.ceil(batches / atOnce) }, (_, i) => {
    const first = i * atOnce * perBatch;
    const stack = Math.min(atOnce, batches - i * atOnce);
    return { firstX: first, firstY: first, stack, height: perBatch, width: perBatch };
  });
}

function cut(m: Matrix, first: number, stack: number, length: number): TensorValue {
  return { shape: [stack, length, m.columns], data: rowRange(m, first, first + stack * length).data };
}

function buildStackedSimilarities(): GraphBuilder {
  const graph = new GraphBuilder('stacked-similarities');
  const x = graph.input('x', 'float32', ['stack', 'height', 'dimension']);
  const y = graph.input('y', 'float32', ['stack', 'width', 'dimension']);
  graph.output('similarities', graph.matmul(x, graph.transpose(y)));
  return graph;
}

/**
 * log Σ exp(scale · s') over the rows and over the columns of shifted similarities, for each logit scale. Softmax is
 * the one fused exponential-and-sum that runtimes have: for any entry z of a row, log Σ exp = z − logSoftmax(z).
 */
function buildLogSumExp(logitScales: readonly number[]): GraphBuilder {
  const graph = new GraphBuilder('log-sum-exp');
  const similarities = graph.input('similarities', 'float32', ['stack', 'height', 'width']);
  const xOffset = graph.input('xOffset', 'float32', ['stack', 'height', 1]);
  const yOffset = graph.input('yOffset', 'float32', ['stack', 1, 'width']);
  const xScale = graph.input('xScale', 'float32', ['stack', 'height', 1]);
  const yScale = graph.input('yScale', 'float32', ['stack', 1, 'width']);
  const moved = graph.add(graph.add(similarities, xOffset), yOffset);
  const byRow = graph.multiply(graph.multiply(moved, xScale), yScale);
  const logSums = (shifted: Tensor): Tensor =>
    graph.concatenate(
      logitScales.map((scale) => {
        const logits = graph.multiply(shifted, scale);
        const logShares = graph.logSoftmax(logits, -1);
        return graph.subtract(graph.slice(logits, -1, 0, 1), graph.slice(logShares, -1, 0, 1));
      }),
      -1,
    );
  graph.output('rows', logSums(byRow));
  graph.output('columns', logSums(graph.transpose(byRow)));
  return graph;
}
