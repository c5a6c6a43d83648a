import type { DuckDBDataChunk } from '@duckdb/node-api';
import type { z } from 'zod';
import { InputError } from '../problems.ts';
import { BlobSpool } from './blobSpool.ts';
import { captionRows, type captionsParam } from './captionRows.ts';
import { bytesOfBase64 } from './columnContent.ts';
import { saysMissing } from './columnEvidence.ts';
import { bytesOfCell } from './columnType.ts';
import type { FileContent } from './contentOfName.ts';
import type { DataNotes, Item, ReadContext, RowFacts, SampleDataset, SkippedRow } from './dataset.ts';
import { fileOfCell } from './fileOfCell.ts';
import { mediaBytesItem, mediaFileItem } from './mediaItem.ts';
import { proteinSequence } from './proteinSequence.ts';
import { selectFacts, selectRows, type Sampling } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { completeRow, type ModalityColumn } from './tableColumns.ts';
import type { FactsCollector } from './tableFacts.ts';
import { countRows, numberExpressions, numberOfRow, textsOfRow, type TableQuery } from './tableQuery.ts';
import { textsInList } from './textList.ts';

/** A modality whose items are to be embedded. */
export type SampleModality = Exclude<ModalityColumn, { readonly content: 'embedding' }>;

/** Which rows are taken, and which of several captions in a cell. */
export interface SampleChoice extends Sampling {
  readonly captions: z.output<typeof captionsParam>;
}

/**
 * Lists the rows to embed that the sampling takes of a table. Rows with an empty cell in a modality's column are
 * skipped and do not count. Names of files and texts are kept in memory, files in cells in a temporary file.
 *
 * Where cells hold lists of captions, a row of the table gives the rows that `captions` says.
 *
 * @param root The folder that names of files start at and must stay in.
 * @throws InputError `table-no-rows`, `captions-of-several`, and those of the query and the facts.
 */
export async function tableSamples(
  query: TableQuery,
  modalities: readonly SampleModality[],
  collector: FactsCollector,
  root: string,
  choice: SampleChoice,
  context: ReadContext,
): Promise<SampleDataset> {
  const { limit, sampling } = choice;
  const lists = modalities.filter(({ cells }) => cells === 'lists');
  checkLists(query, modalities, lists, choice);
  const complete = completeRow(modalities).join(' AND ');
  // Of lists, rows are chosen once it is known how many captions there are.
  const selected =
    sampling === 'random' && limit !== undefined && lists.length === 0
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
        const missing = missingCell(modalities, chunk, row);
        if (missing !== null) {
          skipped.push({ id: `row-${number}`, reason: missing });
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
    const idOf = (index: number) => facts.ids?.[index] ?? `row-${numbers[index]!}`;
    const dataset: SampleDataset = {
      kind: 'samples',
      notes: [],
      modalities: modalities.map(({ modality, content }) => ({ name: modality, content })),
      count: numbers.length,
      facts: { ...facts, ...sharedFiles(facts, columns) },
      skipped,
      read: (index) => {
        const id = idOf(index);
        return new Promise((done) => {
          done({ id, items: columns.map((column) => column.item(index, id)) });
        });
      },
      close,
    };
    if (lists.length === 0) return dataset;
    const items = numbers.map((_, index) => idOf(index));
    return selectSamples(rowsOfCaptions(dataset, columns, items, choice, context), choice, context.random);
  } catch (error) {
    await close();
    throw error;
  }
}

/** With `all`, rows of one list of captions share the item of one other modality. */
function checkLists(
  query: TableQuery,
  modalities: readonly SampleModality[],
  lists: readonly SampleModality[],
  { captions }: SampleChoice,
): void {
  const others = modalities.length - lists.length;
  if (captions !== 'all' || lists.length === 0 || (lists.length === 1 && others <= 1)) return;
  const found = lists.length > 1 ? lists.map(({ label }) => label).join(', ') : `${others} other modalities`;
  throw new InputError(
    'captions-of-several',
    `${query.where}: a row for each caption in ${lists[0]!.label} takes one list and one other modality, found ${found}; \`captions: first\` or \`random\` takes one caption a row`,
  );
}

/** The rows that the captions in a table's lists make; one caption a row, or all with the map of whom they share. */
function rowsOfCaptions(
  dataset: SampleDataset,
  columns: readonly SampleColumn[],
  ids: readonly string[],
  { captions: choice }: SampleChoice,
  { random }: ReadContext,
): SampleDataset {
  const list = columns.findIndex(({ captions }) => captions !== undefined);
  const shared = columns.find(({ captions }) => captions === undefined)?.modality;
  const items = ids.map((id, index) => ({ id, captions: columns[list]!.captions!(index) }));
  const { rows, facts } = captionRows(shared ?? '', items, choice, random);
  const taken = Uint32Array.from(rows, ({ item }) => item);
  const { relevance: given, ...others } = selectFacts(dataset.facts, taken);
  const relevance = given ?? (shared === undefined ? undefined : facts.relevance);
  return {
    ...dataset,
    count: rows.length,
    facts: { ...others, ...(facts.ids && { ids: facts.ids }), ...(relevance && { relevance }) },
    notes: choice === 'all' && rows.length > ids.length ? captionsNote(ids.length, rows.length) : [],
    async read(index) {
      const { item, caption } = rows[index]!;
      const sample = await dataset.read(item);
      return {
        id: facts.ids![index]!,
        items: sample.items.map((other, column) =>
          // Where one caption of several lists is taken, the other ones give their first.
          column === list ? { content: 'text', text: caption } : other,
        ),
      };
    },
  };
}

function captionsNote(items: number, rows: number): DataNotes {
  return [
    {
      code: 'several-captions',
      message: `${items} rows have ${rows} captions: each is a row, and all those of a row are right answers to what it shares; \`captions: first\` takes one of each`,
    },
  ];
}

/** Why a row cannot be embedded; null when nothing is missing. */
function missingCell(
  modalities: readonly SampleModality[],
  chunk: DuckDBDataChunk,
  row: number,
): string | null {
  for (const [index, { label, modality, cells }] of modalities.entries()) {
    const value = chunk.getColumnVector(index).getItem(row);
    const name = cells === 'references' ? (bytesIn(value) === null ? pathIn(value) : '') : value;
    const isEmpty =
      value === null ||
      name === null ||
      (cells === 'lists' && captionsIn(value).length === 0) ||
      (cells !== 'values' && cells !== 'references' && typeof name === 'string' && name.trim() === '');
    if (isEmpty) return `${label} (${modality}) is empty`;
    if (cells !== 'values' && typeof name === 'string' && saysMissing(name)) {
      return `${label} (${modality}) says ${JSON.stringify(name)}, which names no ${cells === 'lists' ? 'caption' : 'file'}`;
    }
  }
  return null;
}

/** The captions in a cell: those of a list, also of one that is written as a text; blank ones are left out. */
function captionsIn(value: unknown): string[] {
  const texts =
    typeof value === 'object' && value !== null && 'items' in value
      ? (value.items as readonly unknown[]).map((item) => (typeof item === 'string' ? item : ''))
      : (textsInList(String(value)) ?? [String(value)]);
  return texts.map((text) => text.trim()).filter((text) => text !== '');
}

/** The bytes in a cell that is a file's content or name. */
function bytesIn(value: unknown): Uint8Array | null {
  return bytesOfCell((value as { entries?: { bytes?: unknown } } | null)?.entries?.bytes);
}

function pathIn(value: unknown): string | null {
  const path = (value as { entries?: { path?: unknown } } | null)?.entries?.path;
  return typeof path === 'string' && path.trim() !== '' ? path : null;
}

/** The cells of one modality. */
interface SampleColumn {
  readonly modality: string;
  /** The names of files, where the cells have these. */
  readonly paths?: readonly string[];
  /** The captions of a row, where the cells have lists of these. */
  readonly captions?: (index: number) => readonly string[];
  add(chunk: DuckDBDataChunk, column: number, row: number): Promise<void>;
  item(index: number, id: string): Item;
  close(): Promise<void>;
}

function sampleColumn(modality: SampleModality, root: string): SampleColumn {
  switch (modality.cells) {
    case 'lists':
      return listColumn(modality.modality);
    case 'values':
      return valueColumn(modality.modality, modality.content);
    case 'names':
    case 'files':
    case 'references':
    case 'base64':
      return fileColumn(modality.modality, modality.content, root, modality.cells);
  }
}

function listColumn(modality: string): SampleColumn {
  const lists: string[][] = [];
  return {
    modality,
    captions: (index) => lists[index]!,
    add(chunk, column, row) {
      lists.push(captionsIn(chunk.getColumnVector(column).getItem(row)));
      return Promise.resolve();
    },
    item: (index) => ({ content: 'text', text: lists[index]![0]! }),
    close: () => Promise.resolve(),
  };
}

function valueColumn(modality: string, content: 'text' | 'protein'): SampleColumn {
  const texts: string[] = [];
  return {
    modality,
    add(chunk, column, row) {
      texts.push(String(chunk.getColumnVector(column).getItem(row)));
      return Promise.resolve();
    },
    item(index, id) {
      const text = texts[index]!;
      return content === 'text'
        ? { content, text }
        : { content, name: id, sequence: proteinSequence(text, id) };
    },
    close: () => Promise.resolve(),
  };
}

/** Files by name or by what is in them; of each row one of the two. */
function fileColumn(
  modality: string,
  content: FileContent,
  root: string,
  cells: 'names' | 'files' | 'references' | 'base64',
): SampleColumn {
  const spool = new BlobSpool();
  /** Of each row its name, or its number among the blobs. */
  const rows: (string | number)[] = [];
  let blobs = 0;
  const nameOf = (value: unknown) =>
    cells === 'names'
      ? String(value)
      : cells === 'references' && bytesIn(value) === null
        ? pathIn(value)
        : null;
  const bytesOf = (value: unknown) =>
    (cells === 'base64'
      ? bytesOfBase64(String(value))
      : cells === 'files'
        ? bytesOfCell(value)
        : bytesIn(value)) ?? new Uint8Array();
  return {
    modality,
    ...(cells === 'names' && { paths: rows as readonly string[] }),
    async add(chunk, column, row) {
      const value = chunk.getColumnVector(column).getItem(row);
      const name = nameOf(value);
      if (name === null) await spool.add(bytesOf(value));
      rows.push(name ?? blobs++);
    },
    item(index, id) {
      const row = rows[index]!;
      if (typeof row === 'number') return mediaBytesItem(content, () => spool.read(row), id);
      return mediaFileItem(content, fileOfCell(root, row, content).path, row);
    },
    close: () => spool.close(),
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
