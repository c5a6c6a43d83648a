import { withLeftOutRows } from '../datasets/dataNotes.ts';
import type { SampleDataset, SkippedRow } from '../datasets/dataset.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { InputError } from '../problems.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import type { EmbeddingStore } from './embeddingCache.ts';
import type { Encoder } from './encoder.ts';
import type { ContentEntry } from './modalityEmbeddings.ts';
import { ModalityEmbeddings, type ItemCounts } from './modalityEmbeddings.ts';
import { unequalEncoders } from './unequalEncoders.ts';

export interface EmbedOptions {
  /** Fail at the first row that cannot be read, instead of leaving it out. */
  readonly strict: boolean;
  /** What was embedded before, one a modality; null to embed everything and to keep nothing. */
  readonly stores: readonly EmbeddingStore[] | null;
  /** Makes of an error of the encoder of a modality what is thrown; as it is unless given. */
  readonly explain?: (error: unknown, modality: SampleDataset['modalities'][number]) => unknown;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
}

export interface EmbeddedSamples {
  /** One matrix a modality, in the dataset's order, not normalised. */
  readonly embeddings: readonly Matrix[];
  /** The dataset's row numbers that the matrices' rows stand for. */
  readonly rows: Uint32Array;
  readonly skipped: readonly SkippedRow[];
  /** By modality, which rows of the matrix have equal contents: those with equal numbers. */
  readonly contents: readonly Uint32Array[];
  /** By modality. */
  readonly items: readonly ItemCounts[];
}

/**
 * Reads, decodes and embeds every row; the rows of the next batches are read and decoded while one is embedded, and no
 * more than those are in memory. A row of which any item cannot be read is left out of every modality. Items with equal
 * content are embedded once, those in a store not at all; what was embedded is stored batch by batch.
 *
 * @param encoders one a modality, in the dataset's order.
 * @throws InputError `no-rows` when none could be read; `unequal-dimensions`; with `strict`, the first row's own error; the signal's reason
 * at once when it is aborted, also in the middle of a batch.
 */
export async function embedSamples(
  dataset: SampleDataset,
  encoders: readonly Encoder[],
  { stores, ...options }: EmbedOptions,
): Promise<EmbeddedSamples> {
  const { signal } = options;
  const tables = encoders.map(
    (encoder, m) => new ModalityEmbeddings(encoder, stores?.[m] ?? null, dataset.count),
  );
  const endModels = async (): Promise<void> => {
    await Promise.all(tables.map(({ model }) => model.dispose()));
  };
  const abort = (): void => void endModels();
  signal.addEventListener('abort', abort);
  try {
    const { rows, skipped } = await fillTables(dataset, tables, options);
    if (rows.length === 0) {
      throw new InputError(
        'no-rows',
        withLeftOutRows(`No row of ${dataset.count} could be read`, [...skipped, ...dataset.skipped]),
      );
    }
    return {
      embeddings: tables.map((table) => table.matrix(rows)),
      contents: tables.map((table) => table.contents(rows)),
      rows: Uint32Array.from(rows),
      skipped,
      items: tables.map(({ counts }) => counts),
    };
  } catch (error) {
    // A model that was ended in the middle of a batch says so; the reason is the caller's.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
    await endModels();
  }
}

async function fillTables(
  dataset: SampleDataset,
  tables: readonly ModalityEmbeddings[],
  { strict, explain = (error) => error, signal, progress }: Omit<EmbedOptions, 'stores'>,
): Promise<{ readonly rows: readonly number[]; readonly skipped: readonly SkippedRow[] }> {
  const inModality = async (m: number, work: Promise<void>): Promise<void> => {
    try {
      await work;
      expectEqualColumns(dataset, tables);
    } catch (error) {
      throw explain(error, dataset.modalities[m]!);
    }
  };
  const rows: number[] = [];
  const skipped: SkippedRow[] = [];
  const ahead: Promise<ReadRow | SkippedRow>[] = [];
  let next = 0;
  for (let index = 0; index < dataset.count; index++) {
    signal.throwIfAborted();
    const lookahead = 2 * Math.max(...tables.map(({ model }) => model.batchSize));
    while (next < dataset.count && ahead.length < lookahead) {
      const reading = readRow(dataset, tables, next++, strict);
      // Awaited when its turn comes; a failure before must not count as unhandled.
      reading.catch(() => undefined);
      ahead.push(reading);
    }
    const read = await ahead.shift()!;
    if ('reason' in read) {
      skipped.push(read);
    } else {
      rows.push(index);
      for (const [m, table] of tables.entries()) await inModality(m, table.add(index, read.entries[m]!));
    }
    progress({ stage: 'embedding', done: index + 1, total: dataset.count, unit: 'rows' });
  }
  for (const [m, table] of tables.entries()) await inModality(m, table.finish());
  return { rows, skipped };
}

/** @throws InputError `unequal-dimensions` as soon as two encoders have given embeddings of different ones. */
function expectEqualColumns({ modalities }: SampleDataset, tables: readonly ModalityEmbeddings[]): void {
  const known = tables.flatMap(({ columns }, m) =>
    columns === null ? [] : [{ name: modalities[m]!.name, columns }],
  );
  const [first, ...others] = known;
  const other = others.find(({ columns }) => columns !== first?.columns);
  if (first === undefined || other === undefined) return;
  throw new InputError('unequal-dimensions', unequalEncoders(first, other));
}

interface ReadRow {
  readonly entries: readonly ContentEntry[];
}

async function readRow(
  dataset: SampleDataset,
  tables: readonly ModalityEmbeddings[],
  index: number,
  strict: boolean,
): Promise<ReadRow | SkippedRow> {
  try {
    const { items } = await dataset.read(index);
    return { entries: await Promise.all(items.map((item, m) => tables[m]!.read(item))) };
  } catch (error) {
    if (strict || !(error instanceof InputError)) throw error;
    const id = dataset.facts.ids?.[index] ?? `row ${index + 1}`;
    return { id, reason: error.message };
  }
}
