import type { DuckDBDataChunk } from '@duckdb/node-api';
import { bytesOfCell } from './columnType.ts';
import { InputError } from '../problems.ts';
import { BlobSpool } from './blobSpool.ts';
import type { Item, ReadContext, RowFacts, SampleDataset, SkippedRow } from './dataset.ts';
import { mediaBytesItem, mediaFileItem } from './mediaItem.ts';
import { proteinSequence } from './proteinSequence.ts';
import { resolveInside } from './resolveInside.ts';
import { selectRows, type Sampling } from './sampling.ts';
import { completeRow, type ModalityColumn } from './tableColumns.ts';
import type { FactsCollector } from './tableFacts.ts';
import { countRows, numberExpressions, numberOfRow, textsOfRow, type TableQuery } from './tableQuery.ts';

/** A modality whose items are to be embedded. */
export type SampleModality = Exclude<ModalityColumn, { readonly content: 'embedding' }>;

/**
 * Lists the rows to embed that the sampling takes of a table. Rows with an empty cell in a modality's column are
 * skipped and do not count. Names of files and texts are kept in memory, files in cells in a temporary file.
 *
 * @param root The folder that names of files start at and must stay in.
 * @throws InputError `table-no-rows`, and those of the query and the facts.
 */
export async function tableSamples(
  query: TableQuery,
  modalities: readonly SampleModality[],
  collector: FactsCollector,
  root: string,
  { limit, sampling }: Sampling,
  context: ReadContext,
): Promise<SampleDataset> {
  const complete = completeRow(modalities).join(' AND ');
  const selected =
    sampling === 'random' && limit !== undefined
      ? selectRows(await countRows(query, `WHERE ${complete}`), limit, sampling, context.random)
      : null;
  const most = sampling === 'first' && limit !== undefined ? limit : Infinity;
  const columns = modalities.map((modality) => sampleColumn(modality, root));
  const close = async () => {
    await Promise.all(columns.map((column) => column.close()));
  };
  try {
    const skipped: SkippedRow[] = [];
    const numbers: number[] = [];
    const expressions = [
      ...modalities.map(({ expression }) => expression),
      ...collector.expressions,
      ...numberExpressions(query),
    ];
    let number = 0;
    let usable = 0;
    rows: for await (const chunk of query.stream(expressions)) {
      context.signal.throwIfAborted();
      for (let row = 0; row < chunk.rowCount; row++) {
        if (numbers.length >= most) break rows;
        number = numberOfRow(query, chunk, row, number);
        const missing = modalities.find((_, index) => chunk.getColumnVector(index).getItem(row) === null);
        if (missing !== undefined) {
          skipped.push({ id: `row-${number}`, reason: `${missing.label} (${missing.modality}) is empty` });
          continue;
        }
        usable++;
        if (selected !== null && selected[numbers.length] !== usable - 1) continue;
        for (const [index, column] of columns.entries()) await column.add(chunk, index, row);
        collector.add(textsOfRow(chunk, row, columns.length), number);
        numbers.push(number);
      }
    }
    if (numbers.length === 0) {
      const reason =
        skipped[0] === undefined
          ? ''
          : `: all ${skipped.length} were skipped, ${skipped[0].id} because ${skipped[0].reason}`;
      throw new InputError('table-no-rows', `${query.where} has no rows to embed${reason}`);
    }
    const facts = collector.facts();
    return {
      kind: 'samples',
      notes: [],
      modalities: modalities.map(({ modality, content }) => ({ name: modality, content })),
      count: numbers.length,
      facts: { ...facts, ...sharedFiles(facts, columns) },
      skipped,
      read: (index) => {
        const id = facts.ids?.[index] ?? `row-${numbers[index]!}`;
        return new Promise((done) => {
          done({ id, items: columns.map((column) => column.item(index, id)) });
        });
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The cells of one modality. */
interface SampleColumn {
  readonly modality: string;
  /** The names of files, where the cells have these. */
  readonly paths?: readonly string[];
  add(chunk: DuckDBDataChunk, column: number, row: number): Promise<void>;
  item(index: number, id: string): Item;
  close(): Promise<void>;
}

function sampleColumn({ modality, content, cells }: SampleModality, root: string): SampleColumn {
  if (cells === 'files') {
    const spool = new BlobSpool();
    return {
      modality,
      async add(chunk, column, row) {
        const value = chunk.getColumnVector(column).getItem(row);
        await spool.add(bytesOfCell(value) ?? new Uint8Array());
      },
      item: (index, id) => mediaBytesItem(content, () => spool.read(index), id),
      close: () => spool.close(),
    };
  }
  const texts: string[] = [];
  return {
    modality,
    ...(cells === 'names' && { paths: texts }),
    add(chunk, column, row) {
      texts.push(String(chunk.getColumnVector(column).getItem(row)));
      return Promise.resolve();
    },
    item(index, id) {
      const text = texts[index]!;
      if (cells !== 'values') return mediaFileItem(content, resolveInside(root, text), text);
      return content === 'text'
        ? { content, text }
        : { content, name: id, sequence: proteinSequence(text, id) };
    },
    close: () => Promise.resolve(),
  };
}

/** The relevance map of files that several rows name, where no other one was asked for. */
function sharedFiles(facts: RowFacts, columns: readonly SampleColumn[]): Pick<RowFacts, 'relevance'> {
  if (facts.relevance !== undefined) return {};
  for (const { modality, paths } of columns) {
    const groupOf = new Map<string, number>();
    for (const path of paths ?? []) if (!groupOf.has(path)) groupOf.set(path, groupOf.size);
    if (paths !== undefined && groupOf.size < paths.length) {
      return {
        relevance: { shared: modality, groups: Int32Array.from(paths, (path) => groupOf.get(path)!) },
      };
    }
  }
  return {};
}
