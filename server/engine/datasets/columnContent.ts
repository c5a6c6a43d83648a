import { arrayExpression } from './arrayExpression.ts';
import { bytesOfCell } from './columnType.ts';
import {
  filledCells,
  filledCondition,
  listEvidence,
  textEvidence,
  type TextEvidence,
} from './columnEvidence.ts';
import { contentOfBytes, signatureBytes } from './contentOfBytes.ts';
import { fileContents, type FileContent } from './contentOfName.ts';
import type { Content } from './dataset.ts';
import { fileOfCell } from './fileOfCell.ts';
import { quoteName } from './sqlQuoting.ts';
import type { TableColumn, TableQuery } from './tableQuery.ts';

/**
 * What a column's cells are: the value itself; a list of texts; a file's name, what is in a file, one of these two in a
 * structure, or what is in a file written in base64.
 */
export type CellContent =
  | { readonly content: 'embedding'; readonly cells: 'values' }
  | { readonly content: 'text' | 'protein'; readonly cells: 'values' }
  | { readonly content: 'text'; readonly cells: 'lists' }
  | { readonly content: FileContent; readonly cells: 'names' | 'files' | 'references' | 'base64' };

/** What a column gives a modality. */
export type ColumnValue = CellContent & {
  /** SQL for the value: FLOAT[] for embeddings, otherwise what `cells` says; NULL where it does not fit. */
  readonly expression: string;
  /** SQL that holds where there is something to embed. */
  readonly present: string;
};

/** A column that can be measured. */
export interface FoundContent {
  readonly value: ColumnValue;
  /**
   * What speaks against embeddings: that a column has few numbers a row, as boxes have, or not equally many in each,
   * as tokens have. Of BLOBs, that their first bytes tell nothing.
   */
  readonly doubt: 'none' | 'short' | 'ragged' | 'unknown';
  /** Whether the numbers are those that printing left. */
  readonly isPrinted?: boolean;
}

/** What a column is, decided from its name, its type and every cell. */
export type ColumnFinding =
  | FoundContent
  | {
      readonly value: null;
      /** Why there is nothing in it to measure. */
      readonly reason: string;
      /** Whether it holds what could be measured, but not as it stands there. */
      readonly isFault: boolean;
    };

/** What is known of a column beside its cells. */
export interface ColumnHints {
  /** The content that the configuration says. */
  readonly asked?: CellContent['content'] | undefined;
  /** The content that a name says: of `image`, `image_path`, `photo`. */
  readonly named: FileContent | null;
  /** The folder that names of files start at. */
  readonly root: string;
}

/** Fewer: a BLOB is read whole even for its first bytes, and may have megabytes. */
const peekedBlobs = 4;
const peekedNames = 50;
/** Embeddings have more numbers than boxes, sizes and dates. */
const fewestNumbers = 16;
const embeddingName = /emb|vec|feat|latent|repr|clip/i;

const nameWords: Readonly<Record<FileContent, RegExp>> = {
  image: /^(?:images?|imgs?|pictures?|pics?|photos?)(?:[_ -]?(?:paths?|files?|names?|filenames?|urls?))?$/i,
  audio: /^(?:audios?|sounds?|speech|wavs?)(?:[_ -]?(?:paths?|files?|names?|filenames?|urls?))?$/i,
  video: /^(?:videos?|films?|movies?)(?:[_ -]?(?:paths?|files?|names?|filenames?|urls?))?$/i,
  tensor: /^tensors?(?:[_ -]?(?:paths?|files?|names?|filenames?|urls?))?$/i,
};

/** The content of files that a name stands for, as `image` and `img_path` do; null for every other name. */
export function contentOfWord(name: string): FileContent | null {
  return fileContents.find((content) => nameWords[content].test(name)) ?? null;
}

/** A column to decide on. */
export interface ColumnQuestion {
  readonly column: TableColumn;
  readonly hints: ColumnHints;
}

/** Decides what columns are, each from what is known of it and from all its cells. */
export async function findContents(
  query: TableQuery,
  questions: readonly ColumnQuestion[],
): Promise<ColumnFinding[]> {
  const cells = await Promise.all(questions.map(({ column }) => textCell(query, column)));
  const texts = cells.filter((cell) => cell !== null);
  const evidence = await textEvidence(query, texts);
  const findings: ColumnFinding[] = [];
  for (const [index, question] of questions.entries()) {
    const cell = cells[index] ?? null;
    findings.push(
      cell === null || question.hints.asked === 'protein'
        ? await findContent(query, question)
        : await textColumn(query, question, cell, evidence[texts.indexOf(cell)]!),
    );
  }
  return findings;
}

/** SQL of the text in a column of texts, or of structures that have a path alone; null where it is another one. */
async function textCell(query: TableQuery, { name, type }: TableColumn): Promise<string | null> {
  const cell = quoteName(name);
  if (type.form === 'text') return `CAST(${cell} AS VARCHAR)`;
  if (type.form !== 'file' || type.fields?.path !== true) return null;
  const hasBytes = type.fields.bytes && (await holdsAnywhere(query, `${cell}.bytes IS NOT NULL`));
  return hasBytes ? null : `${cell}.path`;
}

async function findContent(query: TableQuery, { column, hints }: ColumnQuestion): Promise<ColumnFinding> {
  const { type } = column;
  const cell = quoteName(column.name);
  const { asked } = hints;
  if (asked === 'protein') return found(textValue('protein', cell));
  switch (type.form) {
    case 'blob':
      if (isOfWords(asked)) return unfit(column, asked);
      return blobColumn(query, cell, hints);
    case 'file':
      return isOfWords(asked) ? unfit(column, asked) : fileColumn(query, column, hints);
    case 'numbers':
    case 'nested-numbers':
    case 'texts':
      return fileContent(asked) === undefined ? listColumn(query, column, asked) : unfit(column, asked!);
    case 'text':
    case 'number':
    case 'other':
      // A structure would be read with its brackets and commas.
      if (asked === 'text' && (type.form !== 'other' || !/[[({]/.test(type.sql))) {
        return found(textValue('text', cell));
      }
      return asked === undefined ? none(type.sql) : unfit(column, asked);
  }
}

function found(value: ColumnValue, doubt: FoundContent['doubt'] = 'none'): FoundContent {
  return { value, doubt };
}

function none(reason: string): ColumnFinding {
  return { value: null, reason, isFault: false };
}

function fault(reason: string): ColumnFinding {
  return { value: null, reason, isFault: true };
}

function isOfWords(asked: CellContent['content'] | undefined): asked is 'text' | 'embedding' {
  return asked === 'text' || asked === 'embedding';
}

function fileContent(asked: CellContent['content'] | undefined): FileContent | undefined {
  return fileContents.find((content) => content === asked);
}

function unfit({ type }: TableColumn, asked: CellContent['content']): ColumnFinding {
  const expected: Readonly<Record<Content | 'embedding', string>> = {
    embedding: 'lists of numbers, which embeddings are',
    text: 'texts or lists of texts',
    protein: 'texts',
    image: 'what files come from (paths or BLOBs), as image does',
    audio: 'what files come from (paths or BLOBs), as audio does',
    video: 'what files come from (paths or BLOBs), as video does',
    tensor: 'what files come from (paths or BLOBs), as tensor does',
  };
  return fault(`${type.sql}, not ${expected[asked]}`);
}

function textValue(content: 'text' | 'protein', cell: string): ColumnValue {
  return {
    content,
    cells: 'values',
    expression: `CAST(${cell} AS VARCHAR)`,
    present: `${cell} IS NOT NULL`,
  };
}

function embeddingValue(expression: string): ColumnValue {
  return { content: 'embedding', cells: 'values', expression, present: 'true' };
}

async function textColumn(
  query: TableQuery,
  { column: { name, type }, hints }: ColumnQuestion,
  cell: string,
  evidence: TextEvidence,
): Promise<ColumnFinding> {
  const { asked, named } = hints;
  const filled = filledCells(evidence);
  const most = (count: number) => count > 0 && count >= filled / 2;
  const wanted = fileContent(asked);
  const arrays = evidence.array + evidence.printedArray + evidence.cutArray;
  if (evidence.nul > 0) {
    return fault(
      `${type.sql} with a NUL character in ${evidence.nul} cells: the file is damaged or of another encoding`,
    );
  }
  if (asked === 'embedding' || (asked === undefined && most(arrays))) {
    if (evidence.cutArray > 0) {
      return fault(
        `${type.sql}: ${evidence.cutArray} arrays were cut by “...” when they were printed, so that their numbers are lost; save lists (\`.tolist()\`), or the arrays as .npy`,
      );
    }
    // How long they are is seen when they are read.
    return {
      ...found(embeddingValue(arrayExpression(cell)), embeddingName.test(name) ? 'none' : 'short'),
      isPrinted: evidence.printedArray > 0,
    };
  }
  if (wanted === undefined && most(evidence.list)) {
    return found({ content: 'text', cells: 'lists', expression: cell, present: filledCondition(cell) });
  }
  if (asked === 'text') return found(textValue('text', cell));
  const files = (content: FileContent, cells: 'names' | 'base64'): ColumnFinding =>
    found({ content, cells, expression: cell, present: filledCondition(cell) });
  if (most(evidence.address)) {
    return fault(
      `${type.sql}: addresses (URLs), and nothing is fetched; download the files, with img2dataset for example, and name these`,
    );
  }
  if (most(evidence.base64)) {
    const content = wanted ?? (await contentOfBase64(query, cell));
    if (content !== null) return files(content, 'base64');
    return fault(`${type.sql}: base64 of something that is no picture, sound, video or .npy array`);
  }
  const content = wanted ?? mostNamed(evidence, filled);
  if (content !== null) return files(content, 'names');
  if (named !== null) {
    if (filled === 0 || (await nameFiles(query, cell, hints.root, named))) {
      return files(named, 'names');
    }
    const [example = ''] = await firstCells(query, cell, 1);
    return fault(
      `${type.sql}: texts that name no files in ${hints.root}, such as ${JSON.stringify(example.slice(0, 60))}; with \`content: text\` they are read as texts`,
    );
  }
  return found(textValue('text', cell));
}

/** The content of which most cells are names, or some where most are names of something; null where there are few. */
function mostNamed(evidence: TextEvidence, filled: number): FileContent | null {
  const content = fileContents.reduce((best, other) => (evidence[other] > evidence[best] ? other : best));
  const names = fileContents.reduce((sum, other) => sum + evidence[other], 0);
  return evidence[content] > 0 && names + evidence.path >= filled / 2 ? content : null;
}

/** Whether most of the first cells, which have no known extension, name files in a folder. */
async function nameFiles(
  query: TableQuery,
  cell: string,
  root: string,
  content: FileContent,
): Promise<boolean> {
  const cells = await firstCells(query, cell, peekedNames);
  const files = cells.filter((text) => fileOfCell(root, text, content).exists);
  return files.length > cells.length / 2;
}

/** The first texts that say something. */
async function firstCells(query: TableQuery, cell: string, count: number): Promise<string[]> {
  const texts: string[] = [];
  const clause = `WHERE ${filledCondition(cell)} LIMIT ${count}`;
  for await (const chunk of query.stream([cell], clause)) texts.push(...chunk.getColumnValues(0).map(String));
  return texts;
}

async function contentOfBase64(query: TableQuery, cell: string): Promise<FileContent | null> {
  const texts = await firstCells(query, cell, peekedBlobs);
  return agreed(texts.map((text) => contentOfBytes(bytesOfBase64(text.slice(0, 2 * signatureBytes)))));
}

/** The bytes that a text holds in base64, also as a `data:` address and with line breaks. */
export function bytesOfBase64(text: string): Uint8Array {
  return Buffer.from(text.replace(/^\s*data:[^,]*,/, ''), 'base64');
}

async function blobColumn(
  query: TableQuery,
  cell: string,
  { asked, named }: ColumnHints,
): Promise<ColumnFinding> {
  const content = fileContent(asked) ?? (await contentOfBlobs(query, cell));
  return found(
    {
      content: content ?? named ?? 'image',
      cells: 'files',
      expression: cell,
      present: `${cell} IS NOT NULL`,
    },
    content === null ? 'unknown' : 'none',
  );
}

/** The content that the signatures of the first BLOBs agree on; null where they tell nothing. */
async function contentOfBlobs(query: TableQuery, blob: string): Promise<FileContent | null> {
  const clause = `WHERE ${blob} IS NOT NULL LIMIT ${peekedBlobs}`;
  const contents: (FileContent | null)[] = [];
  for await (const chunk of query.stream([`${blob}[1:${signatureBytes}]`], clause)) {
    for (const value of chunk.getColumnValues(0)) {
      const bytes = bytesOfCell(value);
      if (bytes !== null) contents.push(contentOfBytes(bytes));
    }
  }
  return agreed(contents);
}

function agreed(contents: readonly (FileContent | null)[]): FileContent | null {
  const [content, ...others] = new Set(contents);
  return others.length === 0 ? (content ?? null) : null;
}

/** A structure with what is in a file, with its name, or with one of these in each row. */
async function fileColumn(
  query: TableQuery,
  column: TableColumn,
  hints: ColumnHints,
): Promise<ColumnFinding> {
  const cell = quoteName(column.name);
  const path = column.type.fields?.path === true;
  const [blob, name] = [`${cell}.bytes`, `${cell}.path`];
  const hasBlob = `${blob} IS NOT NULL`;
  const content = fileContent(hints.asked) ?? (await contentOfBlobs(query, blob)) ?? hints.named ?? 'image';
  if (!path) return found({ content, cells: 'files', expression: blob, present: hasBlob });
  return found({
    content,
    cells: 'references',
    expression: cell,
    present: `(${hasBlob} OR ${filledCondition(name)})`,
  });
}

async function holdsAnywhere(query: TableQuery, condition: string): Promise<boolean> {
  for await (const chunk of query.stream(['1'], `WHERE ${condition} LIMIT 1`)) return chunk.rowCount > 0;
  return false;
}

async function listColumn(
  query: TableQuery,
  column: TableColumn,
  asked: CellContent['content'] | undefined,
): Promise<ColumnFinding> {
  const { name, type } = column;
  const cell = quoteName(name);
  const { filled, shortest, longest, values, numbers } = await listEvidence(query, column);
  const isNumbers = type.form !== 'texts' || numbers > values / 2;
  if (asked === 'text' && type.form !== 'texts') {
    return fault(`${type.sql}, which is no text: it would be read with its brackets and commas`);
  }
  if (!isNumbers || asked === 'text') {
    if (asked === 'embedding') return unfit(column, asked);
    return found({
      content: 'text',
      cells: 'lists',
      expression: cell,
      present: `(${cell} IS NOT NULL AND len(${cell}) > 0)`,
    });
  }
  if (type.form === 'nested-numbers') {
    if (filled > 0 && longest === 1) return found(embeddingValue(`TRY_CAST(flatten(${cell}) AS FLOAT[])`));
    const some = shortest === longest ? `${longest}` : `${shortest} to ${longest}`;
    return fault(
      `${type.sql}: ${some} vectors a row (tokens, maps), and one is needed: their mean, or the first`,
    );
  }
  const doubt = shortest !== longest ? 'ragged' : longest < fewestNumbers ? 'short' : 'none';
  return found(embeddingValue(`TRY_CAST(${cell} AS FLOAT[])`), embeddingName.test(name) ? 'none' : doubt);
}
