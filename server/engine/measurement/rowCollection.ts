import { createHash, webcrypto } from 'node:crypto';
import type { EmbeddingSource, RowFacts } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row as rowOf } from '../numerics/matrix.ts';
import type { Random } from '../numerics/random.ts';
import { RowAccumulator } from '../numerics/rowAccumulator.ts';
import { RunningMoments } from '../numerics/runningMoments.ts';
import { InputError } from '../problems.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import type { RowItems } from './relevance.ts';
import { everyRow, itemOf, sharedItems } from './relevance.ts';
import { rowProblem } from './rowProblem.ts';

/** What one streaming pass over a modality's rows keeps. Sums are float64, over unit rows; each item counts once. */
export interface CollectedModality {
  readonly name: string;
  readonly file: string;
  readonly rows: number;
  readonly columns: number;
  /** Which of all rows stand for which item. */
  readonly items: RowItems;
  readonly sum: Float64Array;
  /** Σ‖x‖²: the number of items, up to float32 rounding. */
  readonly squares: number;
  /** The sampled rows (all of them up to the limit), unit length. */
  readonly sample: Matrix;
  /** SHA-256 of the values as read. */
  readonly hash: string;
}

/** Cosines and distances of matched rows of two modalities. */
export interface CollectedPair {
  readonly cosines: RunningMoments;
  readonly distances: RunningMoments;
}

export interface RowCollection {
  readonly rows: number;
  readonly sampledRows: Uint32Array | null;
  readonly modalities: readonly CollectedModality[];
  /** For modalities a < b at position `pairIndex(a, b, count)`. */
  readonly pairs: readonly CollectedPair[];
}

export interface CollectOptions {
  readonly facts: RowFacts;
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
 * keeps a sample. Memory holds two chunks a modality and the sample, however many rows there are.
 *
 * @throws InputError `unequal-dimensions`, `unequal-rows`, `too-few-rows`, and those of {@link rowProblem}.
 */
export async function collectRows(
  sources: readonly EmbeddingSource[],
  { facts, pairRows, random, signal, progress }: CollectOptions,
): Promise<RowCollection> {
  const { rows, columns } = checkShapes(sources);
  const sampledRows = rows > pairRows ? random.stream('sampled rows').choose(rows, pairRows) : null;
  const collectors = sources.map((source) => new ModalityCollector(source, facts, sampledRows));
  const pairs = pairIndices(sources.length).map(([a, b]) => ({
    first: collectors[a]!,
    second: collectors[b]!,
    cosines: new RunningMoments(),
    distances: new RunningMoments(),
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
    for (const collector of collectors) collector.take(start, count, current);
    for (const { first, second, cosines, distances } of pairs) {
      addMatched(first.chunk(current), second.chunk(current), count, columns, cosines, distances);
    }
    progress({ stage: 'reading rows', done: start + count, total: rows, unit: 'rows' });
  }
  return {
    rows,
    sampledRows,
    modalities: await Promise.all(collectors.map((collector) => collector.finish())),
    pairs: pairs.map(({ cosines, distances }) => ({ cosines, distances })),
  };
}

function checkShapes(sources: readonly EmbeddingSource[]): { rows: number; columns: number } {
  const [first, ...others] = sources;
  if (first === undefined) throw new InputError('no-modalities', 'The data hold no modality');
  for (const other of others) {
    if (other.rows !== first.rows) {
      throw new InputError(
        'unequal-rows',
        `Modality "${other.modality}" has ${other.rows} rows and "${first.modality}" has ${first.rows}; row i of each ` +
          'belongs together, so they must be equal',
        { file: other.file },
      );
    }
    if (other.columns !== first.columns) {
      throw new InputError(
        'unequal-dimensions',
        `Modality "${other.modality}" has dimension ${other.columns} and "${first.modality}" has ${first.columns}; ` +
          'they must share one embedding space',
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
  readonly #ids: readonly string[] | undefined;
  readonly #items: RowItems;
  readonly #accumulator: RowAccumulator;
  readonly #sampledRows: Uint32Array | null;
  readonly #sample: Matrix;
  #sampled = 0;
  readonly #digests: Promise<ArrayBuffer>[] = [];

  constructor(source: EmbeddingSource, { relevance, ids }: RowFacts, sampledRows: Uint32Array | null) {
    const { rows, columns } = source;
    this.#source = source;
    this.#ids = ids;
    this.#items = relevance?.shared === source.modality ? sharedItems(relevance.groups) : everyRow(rows);
    if (this.#items.items < 2) {
      throw new InputError(
        'too-few-rows',
        `All ${rows} rows of modality "${source.modality}" share one item; a cone needs at least 2 different ones`,
        { file: source.file },
      );
    }
    this.#accumulator = new RowAccumulator(columns, Math.min(rows, rowsPerChunk(columns)));
    this.#sampledRows = sampledRows;
    this.#sample = matrix(sampledRows?.length ?? rows, columns);
  }

  /** Rows that were read; unit rows once they were taken. */
  chunk(parity: number): Float32Array<ArrayBuffer> {
    return this.#accumulator.chunk(parity);
  }

  async read(start: number, count: number, parity: number): Promise<void> {
    await this.#source.read(start, count, this.chunk(parity));
  }

  take(start: number, count: number, parity: number): void {
    const { columns, modality, file } = this.#source;
    const values = this.chunk(parity).subarray(0, count * columns);
    // WebCrypto copies the values at once and hashes them on another thread.
    this.#digests.push(webcrypto.subtle.digest('SHA-256', values));
    const { firstRows } = this.#items;
    const bad =
      firstRows === null
        ? this.#accumulator.normalize(parity, count)
        : this.#accumulator.normalize(
            parity,
            count,
            (row) => firstRows[itemOf(this.#items, start + row)] === start + row,
          );
    if (bad >= 0) {
      const row = start + bad;
      const found = values.subarray(bad * columns, (bad + 1) * columns);
      throw rowProblem(found, { modality, file, row, id: this.#ids?.[row] });
    }
    this.#keepSample(values, start, count);
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
    return {
      name,
      file,
      rows,
      columns,
      items: this.#items,
      sum: this.#accumulator.sum,
      squares: this.#accumulator.squares,
      sample: this.#sample,
      hash: hash.digest('hex'),
    };
  }
}
