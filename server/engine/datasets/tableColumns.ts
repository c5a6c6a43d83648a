import { didYouMean } from '../didYouMean.ts';
import { InputError } from '../problems.ts';
import { bytesOfCell, type ColumnType } from './columnType.ts';
import { contentOfBytes, signatureBytes } from './contentOfBytes.ts';
import { contentOfName, fileContents, type FileContent } from './contentOfName.ts';
import { quoteName } from './sqlQuoting.ts';
import type { TableColumn, TableQuery } from './tableQuery.ts';

/** What a column's cells are: the value itself, or a file's name or what is in a file. */
type CellContent =
  | { readonly content: 'embedding'; readonly cells: 'values' }
  | { readonly content: 'text' | 'protein'; readonly cells: 'values' }
  | { readonly content: FileContent; readonly cells: 'names' | 'files' };

/** What a column, or several numbered ones, give a modality. */
export type ModalityColumn = CellContent & {
  readonly modality: string;
  /** The column's name, or the first and last of several, for messages. */
  readonly label: string;
  /** SQL for the value: FLOAT[] for embeddings, BLOB for files, otherwise VARCHAR; NULL where it does not fit. */
  readonly expression: string;
};

/** How the configuration gives a modality its column. */
export type ColumnChoice =
  string | { readonly column: string; readonly content?: ModalityColumn['content'] | undefined };

/** Names of columns that are taken for captions when nothing else is said. */
const CAPTION_NAMES = /^(?:captions?|texts?|sentences?|descriptions?|titles?|prompts?)$/i;
/** Values looked at to tell what a column of texts is. */
const PEEKED_ROWS = 20;
/** Fewer of these: a BLOB is read whole even for its first bytes, and may have megabytes. */
const PEEKED_BLOBS = 4;

/**
 * The columns of the modalities that the configuration names.
 *
 * @throws InputError `column-missing`, `column-content`.
 */
export async function chosenColumns(
  query: TableQuery,
  choices: Readonly<Record<string, ColumnChoice>>,
): Promise<ModalityColumn[]> {
  const found: ModalityColumn[] = [];
  for (const [modality, choice] of Object.entries(choices)) {
    const { column: name, content } = typeof choice === 'string' ? { column: choice } : choice;
    const column = query.columns.find((candidate) => candidate.name === name);
    const group = column === undefined ? numberedGroups(query).get(bareName(name)) : undefined;
    if (column !== undefined) {
      found.push(await modalityColumn(query, modality, column, content));
    } else if (group !== undefined && (content ?? 'embedding') === 'embedding') {
      found.push(numberedColumn(query, modality, group));
    } else {
      throw missingColumn(query, name, `of the modality ${modality}`);
    }
  }
  return found;
}

/**
 * The columns that are modalities by their types and names, when the configuration names none: every column of lists
 * of numbers; or else numbered columns (`image_0`, `image_1`, …); or else the first column of each of
 * images, audio, videos, tensors and captions. Proteins are never guessed.
 *
 * @throws InputError `column-unclear` when there are none of these.
 */
export async function recognisedColumns(query: TableQuery): Promise<ModalityColumn[]> {
  const single: ModalityColumn[] = [];
  for (const column of query.columns) {
    const found = await findContent(query, column);
    if (found === null || (found.content === 'text' && !CAPTION_NAMES.test(column.name))) continue;
    single.push({ ...valueOf(column, found), modality: column.name });
  }
  const embeddings = single.filter(({ content }) => content === 'embedding');
  if (embeddings.length > 0) return embeddings;
  const numbered: ModalityColumn[] = [];
  for (const [name, group] of numberedGroups(query)) {
    if (group.length > 1 && (await holdsNumbers(query, group[0]!.name))) {
      numbered.push(numberedColumn(query, ['', 'd', 'dim'].includes(name) ? 'modality-1' : name, group));
    }
  }
  if (numbered.length > 0) return numbered;
  const first = [...fileContents, 'text' as const]
    .map((content) => ({ content, column: single.find((column) => column.content === content) }))
    .flatMap(({ content, column }) => (column === undefined ? [] : [{ ...column, modality: content }]));
  if (first.length > 0) return first;
  throw new InputError(
    'column-unclear',
    `${query.where}: no column is clearly embeddings, images, audio, videos, tensors or captions; name them with \`columns\`, such as \`{ image: path, text: caption }\`. ${listColumns(query)}`,
  );
}

/**
 * SQL for a column's values as texts.
 *
 * @param use What it is for, for the message: `of the labels`.
 * @throws InputError `column-missing`.
 */
export function textExpression(query: TableQuery, name: string, use: string): string {
  if (!query.columns.some((column) => column.name === name)) throw missingColumn(query, name, use);
  return `CAST(${quoteName(name)} AS VARCHAR)`;
}

/**
 * SQL conditions that hold where no cell is empty of what is to be embedded. Embeddings have none: those that are
 * missing are an error.
 */
export function completeRow(modalities: readonly ModalityColumn[]): string[] {
  return modalities.flatMap(({ content, expression }) =>
    content === 'embedding' ? [] : [`${expression} IS NOT NULL`],
  );
}

async function modalityColumn(
  query: TableQuery,
  modality: string,
  column: TableColumn,
  asked: ModalityColumn['content'] | undefined,
): Promise<ModalityColumn> {
  const found = await (asked === undefined ? findContent(query, column) : cellsOf(asked, column.type));
  if (found === null) {
    const problem =
      asked === undefined
        ? `neither embeddings (lists of numbers), files (paths or BLOBs) nor text; with \`{ column: ${column.name}, content: text }\` it is read as text`
        : `not what files come from (paths or BLOBs), as ${asked} does`;
    throw new InputError(
      'column-content',
      `${query.where}: the column ${column.name} of the modality ${modality} has the type ${column.type.sql}, which is ${problem}`,
    );
  }
  return { ...valueOf(column, found), modality };
}

/** How the cells of a type give a content; null when they cannot. */
function cellsOf(content: ModalityColumn['content'], type: ColumnType): CellContent | null {
  if (content === 'embedding' || content === 'text' || content === 'protein') {
    return { content, cells: 'values' };
  }
  if (isBlob(type)) return { content, cells: 'files' };
  return type.form === 'text' ? { content, cells: 'names' } : null;
}

function valueOf(
  column: TableColumn,
  found: CellContent,
): CellContent & Pick<ModalityColumn, 'label' | 'expression'> {
  const expression =
    found.cells === 'files'
      ? blobExpression(column)
      : found.content === 'embedding'
        ? `TRY_CAST(${quoteName(column.name)} AS FLOAT[])`
        : `CAST(${quoteName(column.name)} AS VARCHAR)`;
  return { ...found, label: column.name, expression };
}

/** What a column's type, and the first of its texts or BLOBs, say that it is; null when nothing. */
async function findContent(query: TableQuery, column: TableColumn): Promise<CellContent | null> {
  const { name, type } = column;
  if (type.form === 'numbers') return { content: 'embedding', cells: 'values' };
  if (isBlob(type)) return { content: await contentOfBlobs(query, column), cells: 'files' };
  if (type.form !== 'text') return null;
  return contentOfTexts(await firstTexts(query, name));
}

function isBlob({ form }: ColumnType): boolean {
  return form === 'blob' || form === 'struct-of-blob';
}

function blobExpression({ name, type }: TableColumn): string {
  return type.form === 'struct-of-blob' ? `${quoteName(name)}.bytes` : quoteName(name);
}

/** The content that the signatures of the first BLOBs agree on; images where they tell nothing. */
async function contentOfBlobs(query: TableQuery, column: TableColumn): Promise<FileContent> {
  const blob = blobExpression(column);
  const clause = `WHERE ${blob} IS NOT NULL LIMIT ${PEEKED_BLOBS}`;
  const found = new Set<FileContent | null>();
  for await (const chunk of query.stream([`${blob}[1:${signatureBytes}]`], clause)) {
    for (const value of chunk.getColumnValues(0)) {
      const bytes = bytesOfCell(value);
      if (bytes !== null) found.add(contentOfBytes(bytes));
    }
  }
  const [content] = found;
  return found.size === 1 && content ? content : 'image';
}

function contentOfTexts(texts: readonly string[]): CellContent {
  const [first, ...others] = new Set(texts.map(contentOfName));
  if (first && others.length === 0) return { content: first, cells: 'names' };
  const isList = texts.length > 0 && texts.every((text) => /^\s*\[\s*[-+.\d]/.test(text));
  return { content: isList ? 'embedding' : 'text', cells: 'values' };
}

async function firstTexts(query: TableQuery, name: string): Promise<string[]> {
  const column = quoteName(name);
  const texts: string[] = [];
  for await (const chunk of query.stream([column], `WHERE ${column} IS NOT NULL LIMIT ${PEEKED_ROWS}`)) {
    texts.push(...chunk.getColumnValues(0).map(String));
  }
  return texts;
}

/** Whether a column has numbers in it, or texts that are numbers. */
async function holdsNumbers(query: TableQuery, name: string): Promise<boolean> {
  const { type } = query.columns.find((column) => column.name === name)!;
  if (type.form !== 'text') return type.form === 'number';
  return (await firstTexts(query, name)).every((text) => Number.isFinite(Number(text)));
}

/** Columns whose names differ in a number at the end only, by the name without it; ordered by number. */
function numberedGroups(query: TableQuery): Map<string, { name: string; number: number }[]> {
  const groups = new Map<string, { name: string; number: number }[]>();
  for (const { name } of query.columns) {
    const number = /\d+$/.exec(name)?.[0];
    if (number === undefined) continue;
    const prefix = bareName(name.slice(0, -number.length));
    groups.set(prefix, [...(groups.get(prefix) ?? []), { name, number: Number(number) }]);
  }
  for (const group of groups.values()) group.sort((a, b) => a.number - b.number);
  return groups;
}

/** A prefix without the separator at its end. */
function bareName(prefix: string): string {
  return prefix.replace(/[_.-]+$/, '');
}

function numberedColumn(
  query: TableQuery,
  modality: string,
  group: readonly { name: string; number: number }[],
): ModalityColumn {
  const label = `${group[0]!.name} … ${group.at(-1)!.name}`;
  group.forEach(({ number }, index) => {
    const expected = group[0]!.number + index;
    if (number !== expected || group[0]!.number > 1) {
      throw new InputError(
        'column-missing',
        `${query.where}: of the numbered columns ${label}, number ${group[0]!.number > 1 ? 0 : expected} is missing`,
      );
    }
  });
  const values = group.map(({ name }) => `TRY_CAST(${quoteName(name)} AS FLOAT)`);
  return { modality, content: 'embedding', cells: 'values', label, expression: `[${values.join(', ')}]` };
}

function missingColumn(query: TableQuery, name: string, use: string): InputError {
  const near = didYouMean(
    name,
    query.columns.map((column) => column.name),
  );
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  return new InputError(
    'column-missing',
    `${query.where} has no column ${JSON.stringify(name)} (${use}).${hint} ${listColumns(query)}`,
  );
}

function listColumns({ columns }: TableQuery): string {
  const shown = columns.slice(0, 20).map(({ name, type }) => `${name} (${type.sql})`);
  const more = columns.length > shown.length ? ` and ${columns.length - shown.length} more` : '';
  return `Its columns: ${shown.join(', ')}${more}`;
}
