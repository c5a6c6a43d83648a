import type { SampleDataset, SkippedRow } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row } from '../numerics/matrix.ts';
import { InputError } from '../problems.ts';
import type { ProgressListener } from '../progress.ts';
import type { Encoder, PreparedItem } from './encoder.ts';

export interface EmbedOptions {
  /** Fail at the first row that cannot be read, instead of leaving it out. */
  readonly strict: boolean;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
}

export interface EmbeddedSamples {
  /** One matrix a modality, in the dataset's order, not normalised. */
  readonly embeddings: readonly Matrix[];
  /** The dataset's row numbers that the matrices' rows stand for. */
  readonly rows: Uint32Array;
  readonly skipped: readonly SkippedRow[];
}

/**
 * Reads, decodes and embeds every row; the next batch is read and decoded while one is embedded. A row of which any
 * item cannot be read is left out of every modality. Items with equal content are embedded once.
 *
 * @param encoders one a modality, in the dataset's order.
 * @throws InputError `no-rows` when none could be read; with `strict`, the first row's own error.
 */
export async function embedSamples(
  dataset: SampleDataset,
  encoders: readonly Encoder[],
  { strict, signal, progress }: EmbedOptions,
): Promise<EmbeddedSamples> {
  const batchSize = Math.min(...encoders.map((encoder) => encoder.batchSize));
  const tables = encoders.map((encoder) => new EmbeddingTable(encoder, dataset.count));
  const rows: number[] = [];
  const skipped: SkippedRow[] = [];

  const prepareBatch = (start: number): Promise<(PreparedRow | SkippedRow)[]> => {
    const count = Math.min(batchSize, dataset.count - start);
    return Promise.all(
      Array.from({ length: count }, (_, i) => prepareRow(dataset, encoders, start + i, strict)),
    );
  };
  let pending = prepareBatch(0);
  for (let start = 0; start < dataset.count; start += batchSize) {
    signal.throwIfAborted();
    const batch = await pending;
    const next = start + batchSize;
    pending = next < dataset.count ? prepareBatch(next) : Promise.resolve([]);
    // Awaited in the next round; a failure there must not count as unhandled meanwhile.
    pending.catch(() => undefined);
    const prepared = batch.filter((entry) => 'items' in entry);
    skipped.push(...batch.filter((entry) => 'reason' in entry));
    rows.push(...prepared.map((entry) => entry.row));
    for (const [modality, table] of tables.entries()) {
      await table.append(prepared.map(({ items }) => items[modality]!));
    }
    progress({
      stage: 'embedding',
      done: Math.min(next, dataset.count),
      total: dataset.count,
      unit: 'rows',
    });
  }
  if (rows.length === 0) {
    const [first] = skipped;
    throw new InputError(
      'no-rows',
      `None of ${dataset.count} rows could be read${first ? `; the first: ${first.id}: ${first.reason}` : ''}`,
    );
  }
  return { embeddings: tables.map((table) => table.matrix()), rows: Uint32Array.from(rows), skipped };
}

interface PreparedRow {
  readonly row: number;
  readonly items: readonly PreparedItem[];
}

async function prepareRow(
  dataset: SampleDataset,
  encoders: readonly Encoder[],
  index: number,
  strict: boolean,
): Promise<PreparedRow | SkippedRow> {
  try {
    const { items } = await dataset.read(index);
    return { row: index, items: await Promise.all(items.map((item, m) => encoders[m]!.prepare(item))) };
  } catch (error) {
    if (strict || !(error instanceof InputError)) throw error;
    const id = dataset.facts.ids?.[index] ?? `row ${index + 1}`;
    return { id, reason: error.message };
  }
}

/** The embeddings of one modality, filled batch by batch. */
class EmbeddingTable {
  readonly #encoder: Encoder;
  readonly #all: Matrix;
  #filled = 0;
  /** Row of each content embedded so far. */
  readonly #rowOf = new Map<string, number>();

  constructor(encoder: Encoder, rows: number) {
    this.#encoder = encoder;
    this.#all = matrix(rows, encoder.dimension);
  }

  async append(items: readonly PreparedItem[]): Promise<void> {
    const fresh = new Map<string, PreparedItem>();
    for (const item of items) {
      if (!this.#rowOf.has(item.contentHash)) fresh.set(item.contentHash, item);
    }
    const embedded = fresh.size === 0 ? null : await this.#encoder.embed([...fresh.values()]);
    const positions = new Map([...fresh.keys()].map((hash, position) => [hash, position]));
    for (const { contentHash } of items) {
      const target = row(this.#all, this.#filled);
      const known = this.#rowOf.get(contentHash);
      target.set(known === undefined ? row(embedded!, positions.get(contentHash)!) : row(this.#all, known));
      this.#rowOf.set(contentHash, known ?? this.#filled);
      this.#filled += 1;
    }
  }

  matrix(): Matrix {
    const { columns, data } = this.#all;
    return matrix(this.#filled, columns, data.subarray(0, this.#filled * columns));
  }
}
