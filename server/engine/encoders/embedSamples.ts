import type { SampleDataset, SkippedRow } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { matrix, row } from '../numerics/matrix.ts';
import { InputError } from '../problems.ts';
import type { ProgressListener } from '../progress.ts';
import type { EmbeddingStore } from './embeddingCache.ts';
import type { Encoder, PreparedItem } from './encoder.ts';

export interface EmbedOptions {
  /** Fail at the first row that cannot be read, instead of leaving it out. */
  readonly strict: boolean;
  /** What was embedded before, one a modality; null to embed everything and to keep nothing. */
  readonly stores: readonly EmbeddingStore[] | null;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
}

export interface EmbeddedSamples {
  /** One matrix a modality, in the dataset's order, not normalised. */
  readonly embeddings: readonly Matrix[];
  /** The dataset's row numbers that the matrices' rows stand for. */
  readonly rows: Uint32Array;
  readonly skipped: readonly SkippedRow[];
  /** By modality: how many different items there were, and how many of them were not embedded but came from the store. */
  readonly items: readonly { readonly distinct: number; readonly stored: number }[];
}

/**
 * Reads, decodes and embeds every row; the next batch is read and decoded while one is embedded. A row of which any
 * item cannot be read is left out of every modality. Items with equal content are embedded once, those in a store not at
 * all; what was embedded is stored batch by batch.
 *
 * @param encoders one a modality, in the dataset's order.
 * @throws InputError `no-rows` when none could be read; with `strict`, the first row's own error.
 */
export async function embedSamples(
  dataset: SampleDataset,
  encoders: readonly Encoder[],
  { strict, stores, signal, progress }: EmbedOptions,
): Promise<EmbeddedSamples> {
  const batchSize = Math.min(...encoders.map((encoder) => encoder.batchSize));
  const tables = encoders.map(
    (encoder, m) => new EmbeddingTable(encoder, stores?.[m] ?? null, dataset.count),
  );
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
  return {
    embeddings: tables.map((table) => table.matrix()),
    rows: Uint32Array.from(rows),
    skipped,
    items: tables.map(({ distinct, stored }) => ({ distinct, stored })),
  };
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
  readonly #store: EmbeddingStore | null;
  readonly #all: Matrix;
  #filled = 0;
  #stored = 0;
  /** Row of each content so far. */
  readonly #rowOf = new Map<string, number>();

  constructor(encoder: Encoder, store: EmbeddingStore | null, rows: number) {
    this.#encoder = encoder;
    this.#store = store;
    this.#all = matrix(rows, encoder.dimension);
  }

  get distinct(): number {
    return this.#rowOf.size;
  }

  get stored(): number {
    return this.#stored;
  }

  async append(items: readonly PreparedItem[]): Promise<void> {
    const fresh = new Map<string, PreparedItem>();
    for (const item of items) {
      if (!this.#rowOf.has(item.contentHash)) fresh.set(item.contentHash, item);
    }
    const found = await this.#find(fresh);
    for (const { contentHash } of items) {
      const known = this.#rowOf.get(contentHash);
      row(this.#all, this.#filled).set(known === undefined ? found.get(contentHash)! : row(this.#all, known));
      this.#rowOf.set(contentHash, known ?? this.#filled);
      this.#filled += 1;
    }
  }

  /** The embedding of each item, from the store or from the encoder. */
  async #find(items: ReadonlyMap<string, PreparedItem>): Promise<ReadonlyMap<string, Float32Array>> {
    const found = new Map<string, Float32Array>(await this.#store?.lookup([...items.keys()]));
    this.#stored += found.size;
    const missing = [...items].filter(([hash]) => !found.has(hash));
    if (missing.length === 0) return found;
    const hashes = missing.map(([hash]) => hash);
    const embedded = await this.#encoder.embed(missing.map(([, item]) => item));
    hashes.forEach((hash, position) => found.set(hash, row(embedded, position)));
    await this.#store?.store(hashes, embedded);
    return found;
  }

  matrix(): Matrix {
    const { columns, data } = this.#all;
    return matrix(this.#filled, columns, data.subarray(0, this.#filled * columns));
  }
}
