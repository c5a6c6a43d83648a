import { DuckDBArrayType, DuckDBListType, DuckDBStructType, DuckDBTypeId } from '@duckdb/node-api';
import { didYouMean } from '../didYouMean.ts';
import { InputError } from '../problems.ts';
import { isImageName } from './imageFile.ts';
import { quoteName } from './sqlQuoting.ts';
import type { TableColumn, TableQuery } from './tableQuery.ts';

/** What a column, or several numbered ones, give a modality. */
export interface ModalityColumn {
  readonly modality: string;
  /** `path` and `bytes` are images, by their file's name or as the cell's content. */
  readonly content: 'embedding' | 'path' | 'bytes' | 'text';
  /** The column's name, or the first and last of several, for messages. */
  readonly label: string;
  /** SQL for the value: FLOAT[] for embeddings, BLOB for bytes, otherwise VARCHAR; NULL where it does not fit. */
  readonly expression: string;
}

/** How the configuration gives a modality its column. */
export type ColumnChoice =
  string | { readonly column: string; readonly content?: 'image' | 'text' | 'embedding' | undefined };

/** Names of columns that are taken for captions when nothing else is said. */
const CAPTION_NAMES = /^(?:captions?|texts?|sentences?|descriptions?|titles?|prompts?)$/i;
/** Values looked at to tell what a column of texts is. */
const PEEKED_ROWS = 20;

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
 * of numbers; or else numbered columns (`image_0`, `image_1`, …); or else a column of images and one of captions.
 *
 * @throws InputError `column-unclear` when there are none of these.
 */
export async function recognisedColumns(query: TableQuery): Promise<ModalityColumn[]> {
  const single: ModalityColumn[] = [];
  for (const column of query.columns) {
    const content = await contentOf(query, column);
    const isCaption = content === 'text' && CAPTION_NAMES.test(column.name);
    if (content !== 'text' || isCaption) {
      if (content !== null) single.push({ ...valueOf(column, content), modality: column.name });
    }
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
  const image = single.find(({ content }) => content === 'path' || content === 'bytes');
  const text = single.find(({ content }) => content === 'text');
  if (image === undefined && text === undefined) {
    throw new InputError(
      'column-unclear',
      `${query.where}: no column is clearly embeddings, images or captions; name them with \`columns\`, such as \`{ image: path, text: caption }\`. ${listColumns(query)}`,
    );
  }
  return [
    ...(image ? [{ ...image, modality: 'image' }] : []),
    ...(text ? [{ ...text, modality: 'text' }] : []),
  ];
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

async function modalityColumn(
  query: TableQuery,
  modality: string,
  column: TableColumn,
  asked: 'image' | 'text' | 'embedding' | undefined,
): Promise<ModalityColumn> {
  const found = await contentOf(query, column);
  const content = asked === 'image' ? (found === 'bytes' ? 'bytes' : 'path') : (asked ?? found);
  if (content === null) {
    throw new InputError(
      'column-content',
      `${query.where}: the column ${column.name} of the modality ${modality} has the type ${column.type.toString()}, which is neither embeddings (lists of numbers), images (paths or BLOBs) nor text; with \`{ column: ${column.name}, content: text }\` it is read as text`,
    );
  }
  return { ...valueOf(column, content), modality };
}

function valueOf(
  { name, type }: TableColumn,
  content: ModalityColumn['content'],
): Omit<ModalityColumn, 'modality'> {
  const value = quoteName(name);
  const expression = {
    embedding: `TRY_CAST(${value} AS FLOAT[])`,
    path: `CAST(${value} AS VARCHAR)`,
    text: `CAST(${value} AS VARCHAR)`,
    bytes: type instanceof DuckDBStructType ? `${value}.bytes` : value,
  }[content];
  return { content, label: name, expression };
}

/** What a column's type, or for texts its first values, say that it is; null when nothing. */
async function contentOf(
  query: TableQuery,
  { name, type }: TableColumn,
): Promise<ModalityColumn['content'] | null> {
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    return NUMBERS.has(type.valueType.typeId) ? 'embedding' : null;
  }
  // The Hugging Face libraries store images in Parquet as structures of bytes and path.
  const value = type instanceof DuckDBStructType ? type.entryTypes[type.entryNames.indexOf('bytes')] : type;
  if (value?.typeId === DuckDBTypeId.BLOB) return 'bytes';
  return type.typeId === DuckDBTypeId.VARCHAR ? contentOfTexts(await firstTexts(query, name)) : null;
}

function contentOfTexts(texts: readonly string[]): ModalityColumn['content'] {
  if (texts.length === 0) return 'text';
  if (texts.every(isImageName)) return 'path';
  return texts.every((text) => /^\s*\[\s*[-+.\d]/.test(text)) ? 'embedding' : 'text';
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
  if (type.typeId !== DuckDBTypeId.VARCHAR) return NUMBERS.has(type.typeId);
  return (await firstTexts(query, name)).every((text) => Number.isFinite(Number(text)));
}

const NUMBERS: ReadonlySet<DuckDBTypeId> = new Set([
  DuckDBTypeId.FLOAT,
  DuckDBTypeId.DOUBLE,
  DuckDBTypeId.DECIMAL,
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.BIGINT,
]);

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
  return { modality, content: 'embedding', label, expression: `[${values.join(', ')}]` };
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
  const shown = columns.slice(0, 20).map(({ name, type }) => `${name} (${type.toString()})`);
  const more = columns.length > shown.length ? ` and ${columns.length - shown.length} more` : '';
  return `Its columns: ${shown.join(', ')}${more}`;
}
