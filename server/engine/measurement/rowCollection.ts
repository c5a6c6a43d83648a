import { createHash, webcrypto } from 'node:crypto';
import type { EmbeddingSource } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row as rowOf } from '../numerics/matrix.ts';
import { dot } from '../numerics/dot.ts';
import type { Random } from '../numerics/random.ts';
import { RowAccumulator } from '../numerics/rowAccumulator.ts';
import { RunningMoments } from '../numerics/runningMoments.ts';
import { InputError } from '../problems.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import { invalidRowsProblem } from './invalidRows.ts';
import type { RowSharing } from './itemFinder.ts';
import { ItemFinder } from './itemFinder.ts';
import type { RowItems } from './relevance.ts';
import { distinctPairs, everyRow } from './relevance.ts';
import { unequalRows } from '../datasets/unequalRows.ts';

/** What one streaming pass over a modality's rows keeps. */
export interface CollectedModality {
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  /** Which of all rows stand for which item. */
  readonly items: RowItems;
  /** What the modality's own statistics are over: its items where the data declare which rows share one, else its rows. */
  readonly own: UnitSums;
  /** Over items, each once. The same as `own` where there is no difference. */
  readonly ofItems: UnitSums;
  /** Whether all rows were compared and are equal, which makes no item of them. */
  readonly isPoint: boolean;
  /** The sampled rows (all of them up to the limit), unit length. */
  readonly sample: Matrix;
  /** SHA-256 of the values as read. */
  readonly hash: string;
}

/** Sums over unit rows, float64. */
export interface UnitSums {
  readonly count: number;
  readonly sum: Float64Array;
  /** Σ‖x‖²: their number, up to float32 rounding. */
  readonly squares: number;
}

/** Cosines and distances of matched rows of two modalities. */
export interface CollectedPair {
  readonly cosines: RunningMoments;
  readonly distances: RunningMoments;
  /** Number and sum of the cosines of matched items: rows that hold the same two items as an earlier one count once. */
  readonly matchedItems: { readonly count: number; readonly cosineSum: number };
}

export interface RowCollection {
  readonly rows: number;
  readonly sampledRows: Uint32Array | null;
  readonly modalities: readonly CollectedModality[];
  /** For modalities a < b at position `pairIndex(a, b, count)`. */
  readonly pairs: readonly CollectedPair[];
}

export interface CollectOptions {
  /** Names of rows, for messages. */
  readonly ids?: readonly string[] | undefined;
  /** One a modality; none where it is left out. */
  readonly sharing?: readonly RowSharing[];
  /** Up to this many rows are kept in memory; of more, a seeded sample of this size. */
  readonly pairRows: number;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
}

/** Values of one modality that are in flight at a time: 8 MiB. It also fixes the blocks of the data hash. */
const chunkValues = 2 ** 21;

function rowsPerChunk(columns: number): number {
  return Math.max(1, Math.floor(chunkValues / columns));
}

/** All unordered pairs of `count` things, in order. */
export function pairIndices(count: number): [number, number][] {
  return Array.from({ length: count }, (_, a) =>
    Array.from({ length: count - a - 1 }, (_, b): [number, number] => [a, a + b + 1]),
  ).flat();
}

/**
 * Reads every row of every modality once, side by side, while the next rows are being read: normalises, sums, and
 * keeps a sample. Memory holds two chunks a modality and the sample, however many rows there are, and about 20 bytes for
 * each row that is compared with the others.
 *
 * @throws InputError `unequal-dimensions`, `unequal-rows`, `too-few-rows`, and those of `rowProblem`.
 */
export async function collectRows(
  sources: readonly EmbeddingSource[],
  { ids, sharing, pairRows, random, signal, progress }: CollectOptions,
): Promise<RowCollection> {
  const { rows, columns } = checkShapes(sources);
  const sampledRows = rows > pairRows ? random.stream('sampled rows').choose(rows, pairRows) : null;
  const collectors = sources.map(
    (source, m) => new ModalityCollector(source, sharing?.[m] ?? 'none', sampledRows),
  );
  const pairs = pairIndices(sources.length).map(([a, b]) => ({
    first: collectors[a]!,
    second: collectors[b]!,
    cosines: new RunningMoments(),
    distances: new RunningMoments(),
    repeated: { rows: [], cosines: [] },
  }));

  const perChunk = rowsPerChunk(columns);
  const read = (start: number, parity: number): Promise<unknown> =>
    Promise.all(
      collectors.map((collector) => collector.read(start, Math.min(perChunk, rows - start), parity)),
    );
  let parity = 0;
  let pending = read(0, parity);
  for (let start = 0; start < rows; start += perChunk) {
    signal.throwIfAborted();
    await pending;
    const current = parity;
    parity = 1 - parity;
    const next = start + perChunk;
    // Awaited in the next round; a failure there must not count as unhandled meanwhile.
    pending = next < rows ? read(next, parity) : Promise.resolve();
    pending.catch(() => undefined);
    const count = Math.min(perChunk, rows - start);
    if (!collectors.every((collector) => collector.take(start, count, current))) {
      await pending.catch(() => undefined);
      throw await invalidRowsProblem(sources, ids, signal);
    }
    for (const pair of pairs) {
      const [x, y] = [pair.first.chunk(current), pair.second.chunk(current)];
      addMatched(x, y, count, columns, pair.cosines, pair.distances);
      addRepeated(pair.repeated, pair.first, pair.second, current, start, count);
    }
    progress({ stage: 'reading rows', done: start + count, total: rows, unit: 'rows' });
  }
  const modalities = await Promise.all(collectors.map((collector) => collector.finish()));
  return {
    rows,
    sampledRows,
    modalities,
    pairs: pairIndices(sources.length).map(([a, b], index) => {
      const { cosines, distances, repeated } = pairs[index]!;
      const matchedItems = countItems(cosines, repeated, modalities[a]!.items, modalities[b]!.items);
      return { cosines, distances, matchedItems };
    }),
  };
}

/** Rows whose items both were there before, and their cosines; their pair of items may be a new one. */
interface RepeatedRows {
  readonly rows: number[];
  readonly cosines: number[];
}

function addRepeated(
  repeated: RepeatedRows,
  first: ModalityCollector,
  second: ModalityCollector,
  parity: number,
  start: number,
  count: number,
): void {
  const [newOfFirst, newOfSecond] = [first.isNew, second.isNew];
  if (newOfFirst === null || newOfSecond === null) return;
  const { columns } = first;
  for (let row = 0; row < count; row++) {
    if (newOfFirst[row] === 1 || newOfSecond[row] === 1) continue;
    const [from, to] = [row * columns, (row + 1) * columns];
    repeated.rows.push(start + row);
    repeated.cosines.push(
      dot(first.chunk(parity).subarray(from, to), second.chunk(parity).subarray(from, to)),
    );
  }
}

function countItems(
  { count: rows, mean }: RunningMoments,
  repeated: RepeatedRows,
  first: RowItems,
  second: RowItems,
): CollectedPair['matchedItems'] {
  const cosineSum = mean * rows;
  const distinct = repeated.rows.length === 0 ? null : distinctPairs(first, second);
  if (distinct === null) return { count: rows, cosineSum };
  let [repeatedSum, at] = [0, 0];
  repeated.rows.forEach((row, index) => {
    while (at < distinct.length && distinct[at]! < row) at++;
    if (distinct[at] !== row) repeatedSum += repeated.cosines[index]!;
  });
  return { count: distinct.length, cosineSum: cosineSum - repeatedSum };
}

function checkShapes(sources: readonly EmbeddingSource[]): { rows: number; columns: number } {
  const [first, ...others] = sources;
  if (first === undefined) throw new InputError('no-modalities', 'The data hold no modality');
  for (const other of others) {
    if (other.rows !== first.rows) throw unequalRows(first, other);
    if (other.columns !== first.columns) {
      throw new InputError(
        'unequal-dimensions',
        `Modality "${other.modality}" has dimension ${other.columns} and "${first.modality}" has ${first.columns}; ` +
          'they must share one embedding space. Where one of them holds no embeddings, name those that do in `modalities` or, of files, in `path`',
        { file: other.file },
      );
    }
  }
  if (first.rows < 2) {
    throw new InputError(
      'too-few-rows',
      `Modality "${first.modality}" has ${first.rows} row${first.rows === 1 ? '' : 's'}; a cone needs at least 2`,
      { file: first.file },
    );
  }
  return first;
}

function addMatched(
  x: Float32Array,
  y: Float32Array,
  count: number,
  columns: number,
  cosines: RunningMoments,
  distances: RunningMoments,
): void {
  for (let row = 0, start = 0; row < count; row++, start += columns) {
    let cosine = 0;
    let squares = 0;
    for (let i = start; i < start + columns; i++) {
      const xValue = x[i]!;
      const yValue = y[i]!;
      cosine += xValue * yValue;
      squares += (xValue - yValue) * (xValue - yValue);
    }
    cosines.add(cosine);
    distances.add(Math.sqrt(squares));
  }
}

class ModalityCollector {
  readonly #source: EmbeddingSource;
  readonly #finder: ItemFinder;
  readonly #accumulator: RowAccumulator;
  readonly #sampledRows: Uint32Array | null;
  readonly #sample: Matrix;
  /** Sums of the rows that are found to repeat an earlier one; null where each counts once by declaration. */
  readonly #repeated: { readonly sum: Float64Array; squares: number } | null;
  #sampled = 0;
  #isNew: Uint8Array | null = null;
  readonly #digests: Promise<ArrayBuffer>[] = [];

  constructor(source: EmbeddingSource, sharing: RowSharing, sampledRows: Uint32Array | null) {
    const { rows, columns, modality, file } = source;
    this.#source = source;
    this.#finder = new ItemFinder(rows, sharing);
    if (typeof sharing !== 'string' && sharing.isDeclared && this.#finder.items().items < 2) {
      throw new InputError(
        'too-few-rows',
        `All ${rows} rows of modality "${modality}" share one item; a cone needs at least 2 different ones`,
        { file },
      );
    }
    this.#accumulator = new RowAccumulator(columns, Math.min(rows, rowsPerChunk(columns)));
    this.#sampledRows = sampledRows;
    this.#sample = matrix(sampledRows?.length ?? rows, columns);
    const isDeclared = typeof sharing !== 'string' && sharing.isDeclared;
    this.#repeated = isDeclared ? null : { sum: new Float64Array(columns), squares: 0 };
  }

  get columns(): number {
    return this.#source.columns;
  }

  /** For each row that was taken last whether its item is a new one; null where all are. */
  get isNew(): Uint8Array | null {
    return this.#isNew;
  }

  /** Rows that were read; unit rows once they were taken. */
  chunk(parity: number): Float32Array<ArrayBuffer> {
    return this.#accumulator.chunk(parity);
  }

  async read(start: number, count: number, parity: number): Promise<void> {
    await this.#source.read(start, count, this.chunk(parity));
  }

  /** @returns false where a row has no direction. */
  take(start: number, count: number, parity: number): boolean {
    const { columns } = this.#source;
    const values = this.chunk(parity).subarray(0, count * columns);
    // WebCrypto copies the values at once and hashes them on another thread.
    this.#digests.push(webcrypto.subtle.digest('SHA-256', values));
    const isNew = this.#finder.take(start, count, () => this.#accumulator.hash(parity, count));
    this.#isNew = isNew;
    const bad =
      isNew === null || this.#repeated !== null
        ? this.#accumulator.normalize(parity, count)
        : this.#accumulator.normalize(parity, count, (row) => isNew[row] === 1);
    if (bad >= 0) return false;
    if (isNew !== null && this.#repeated !== null) addRows(this.#repeated, values, isNew);
    this.#keepSample(values, start, count);
    return true;
  }

  #keepSample(values: Float32Array, start: number, count: number): void {
    const { columns } = this.#source;
    if (this.#sampledRows === null) {
      this.#sample.data.set(values, start * columns);
      return;
    }
    for (; this.#sampled < this.#sampledRows.length; this.#sampled++) {
      const row = this.#sampledRows[this.#sampled]! - start;
      if (row >= count) return;
      rowOf(this.#sample, this.#sampled).set(values.subarray(row * columns, (row + 1) * columns));
    }
  }

  async finish(): Promise<CollectedModality> {
    const { modality: name, file, rows, columns } = this.#source;
    const hash = createHash('sha256').update(`${rows}×${columns} float32\n`);
    for (const digest of await Promise.all(this.#digests)) hash.update(new Uint8Array(digest));
    const found = this.#finder.items();
    // Encoders that collapsed give one point, in which nothing can be found: no item with many right answers.
    const isPoint = this.#repeated !== null && found.items === 1;
    const items = isPoint ? everyRow(rows) : found;
    const { sum, squares } = this.#accumulator;
    const own = { count: this.#repeated === null ? items.items : rows, sum, squares };
    const repeated = isPoint ? null : this.#repeated;
    return {
      name,
      file,
      rows,
      columns,
      items,
      own,
      ofItems:
        repeated === null || items.items === rows
          ? own
          : {
              count: items.items,
              sum: sum.map((value, k) => value - repeated.sum[k]!),
              squares: squares - repeated.squares,
            },
      isPoint,
      sample: this.#sample,
      hash: hash.digest('hex'),
    };
  }
}

/** Adds the rows that are not new. */
function addRows(
  sums: { readonly sum: Float64Array; squares: number },
  rows: Float32Array,
  isNew: Uint8Array,
): void {
  const { sum } = sums;
  for (let row = 0, start = 0; row < isNew.length; row++, start += sum.length) {
    if (isNew[row] === 1) continue;
    for (let k = 0; k < sum.length; k++) {
      const value = rows[start + k]!;
      sum[k]! += value;
      sums.squares += value * value;
    }
  }
}
