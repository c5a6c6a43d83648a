import type { DuckDBConnection } from '@duckdb/node-api';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import {
  fileChunks,
  fileHead,
  hasOneLineBreak,
  textEncoding,
  utf8Chunks,
  type TextEncoding,
} from './csvBytes.ts';
import { csvDialect, type CsvDialect } from './csvDialect.ts';
import { csvRecords, type CsvRecord } from './csvRecords.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';

/** How much of a file's beginning tells how it is written. */
const headBytes = 2 ** 18;
/** The longest row that DuckDB reads, in bytes: pictures in base64 and printed arrays make long ones. */
const longestLine = 2 ** 25;

/** A CSV file as DuckDB reads it. */
export interface CsvTable {
  /** A SELECT of all its rows; values are texts, or NULL where a cell is empty. */
  readonly select: string;
  readonly notes: readonly Note[];
  /** The folder of a copy that is written as DuckDB reads it; removed by the caller. */
  readonly copyFolder?: string;
  /** What is wrong with the file where DuckDB stops reading it, in words of ours; null when nothing is found. */
  readonly diagnose: () => Promise<InputError | null>;
}

/**
 * Finds out how a CSV file is written, and reads all of it once, so that what is wrong with it is known. DuckDB reads the
 * file itself where it can. Where it refuses, and where a file is in UTF-16 or padded with spaces, a copy is read that
 * is made of the records in the file.
 *
 * @param usual The delimiter that the file's ending stands for; `given` the one that the user names.
 * @throws InputError `table-unreadable`, `table-empty`, `table-header`.
 */
export async function csvTable(
  connection: DuckDBConnection,
  file: string,
  usual: string,
  given: string | undefined,
): Promise<CsvTable> {
  const isZstandard = /\.zst$/i.test(file);
  const head = isZstandard ? await headOfZstandard(connection, file) : await fileHead(file, headBytes);
  const encoding = textEncoding(head.bytes);
  const bytes = await joined(utf8Chunks(Readable.from([head.bytes]), encoding));
  const dialect = await csvDialect({ bytes, isWhole: head.isWhole }, file, usual, given);
  const notes = notesOf(file, dialect, usual, given);
  const diagnose = async () => {
    try {
      const rows = rowsOf(file, encoding, dialect);
      // Only what it throws is of interest.
      while ((await rows.next()).done !== true);
      return null;
    } catch (error) {
      return error instanceof InputError ? error : null;
    }
  };
  // Of several kinds of line breaks DuckDB loses rows without a word.
  const isSimple = encoding === 'utf-8' && dialect.isPlain && (isZstandard || (await hasOneLineBreak(file)));
  if (isSimple) {
    const select = selectOf(file, dialect);
    try {
      await connection.run(`SELECT count(*) FROM (${select})`);
      return { select, notes, diagnose };
    } catch {
      // DuckDB refuses some of what RFC 4180 allows.
    }
  }
  if (isZstandard) {
    throw new InputError(
      'table-unreadable',
      `${file} cannot be read: its rows are not of ${dialect.names.length} cells each, or it is written in a way that is read only once it is decompressed`,
      { file },
    );
  }
  const { folder, path } = await copyOf(file, encoding, dialect);
  const select = selectOf(
    path,
    { ...dialect, delimiter: ',', hasHeader: false, linesBefore: 0 },
    String.raw`, new_line = '\n'`,
  );
  return { select, notes, copyFolder: folder, diagnose: () => Promise.resolve(null) };
}

function notesOf(file: string, dialect: CsvDialect, usual: string, given: string | undefined): Note[] {
  const { delimiter, names, hasHeader } = dialect;
  const called: Readonly<Record<string, string>> = { '\t': 'tabs', ' ': 'spaces' };
  const notes: Note[] = [];
  if (given === undefined && delimiter !== usual && names.length > 1) {
    const found = called[delimiter] ?? `“${delimiter}”`;
    notes.push({
      code: 'delimiter',
      message: `${basename(file)}: cells are separated by ${found}; \`delimiter\` says otherwise`,
    });
  }
  if (!hasHeader) {
    const last = names.length > 1 ? ` … ${names.at(-1)!}` : '';
    notes.push({
      code: 'no-header',
      message: `${basename(file)}: no line names the columns, the first one is a row; they are called ${names[0]!}${last}`,
    });
  }
  return notes;
}

function selectOf(path: string, { names, delimiter, hasHeader, linesBefore }: CsvDialect, more = ''): string {
  const columns = names.map((name) => `${quoteName(name)}: 'VARCHAR'`).join(', ');
  return `SELECT * FROM read_csv(${quoteText(path)}, auto_detect = false, comment = '', skip = ${linesBefore}, header = ${hasHeader}, columns = {${columns}}, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', max_line_size = ${longestLine}${more})`;
}

/**
 * The rows of a file, which have as many cells as there are names. An empty cell behind the last one, as some programs
 * end each row with a delimiter, is left out.
 *
 * @throws InputError `table-unreadable` that names the line.
 */
async function* rowsOf(file: string, encoding: TextEncoding, dialect: CsvDialect): AsyncGenerator<CsvRecord> {
  const { names, hasHeader, linesBefore } = dialect;
  let skipped = 0;
  let isHeader = hasHeader;
  for await (const record of csvRecords(utf8Chunks(fileChunks(file), encoding), dialect, file)) {
    if (skipped < linesBefore) {
      skipped++;
      continue;
    }
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const { cells, line } = record;
    const more = cells.length === names.length + 1 && cells.at(-1) === '';
    if (cells.length !== names.length && !more) {
      throw new InputError(
        'table-unreadable',
        `${file} cannot be read: the row in line ${line} has ${cells.length} cells, expected ${names.length} as ${hasHeader ? 'there are names of columns' : 'in the first row'}; a cell with “${dialect.delimiter === '\t' ? 'tab' : dialect.delimiter}” in it has to be in quotes`,
        { file, line },
      );
    }
    yield more ? { cells: cells.slice(0, -1), line } : record;
  }
}

/** Writes a file's rows in the simplest way: every cell in quotes, every row ended by a line feed. */
async function copyOf(file: string, encoding: TextEncoding, dialect: CsvDialect) {
  const folder = await mkdtemp(join(tmpdir(), 'modality-gap-'));
  const path = join(folder, 'rows.csv');
  try {
    await pipeline(
      Readable.from(quotedRows(rowsOf(file, encoding, dialect))),
      createWriteStream(path, { mode: 0o600 }),
    );
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return { folder, path };
}

async function* quotedRows(rows: AsyncIterable<CsvRecord>): AsyncGenerator<string> {
  let text = '';
  for await (const { cells } of rows) {
    text += `${cells.map((cell) => (cell === '' ? '' : `"${cell.replaceAll('"', '""')}"`)).join(',')}\n`;
    if (text.length > 1 << 20) {
      yield text;
      text = '';
    }
  }
  yield text;
}

/** Node.js decompresses no Zstandard in all versions that are served, DuckDB does; it gives the lines. */
async function headOfZstandard(connection: DuckDBConnection, file: string) {
  const lines = await connection.runAndReadAll(
    `SELECT line FROM read_csv(${quoteText(file)}, auto_detect = false, comment = '', skip = 0, header = false, columns = {line: 'VARCHAR'}, delim = '\u0001', quote = '', escape = '', strict_mode = false) LIMIT 200`,
  );
  const texts = lines.getRows().map(([line]) => String(line ?? ''));
  return { bytes: Buffer.from(`${texts.join('\n')}\n`), isWhole: texts.length < 200 };
}

async function joined(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of chunks) parts.push(part);
  return Buffer.concat(parts);
}
