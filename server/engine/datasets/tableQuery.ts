import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { columnType, type ColumnType, type DuckDbTypes } from './columnType.ts';
import { relationOfFiles, type FilesRelation } from './tableFiles.ts';
import { wholeFileQuery } from './tableSql.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';

/** Rows that a table or an SQL query gives, and how to read them. */
export interface TableQuery {
  /** How messages call it: the path, or `the query`. */
  readonly where: string;
  /** The folder that names in its cells start from, unless told otherwise. */
  readonly folder: string;
  readonly columns: readonly TableColumn[];
  /** What was read in another way than it stands in the files. */
  readonly notes: readonly Note[];
  /** The values of SQL expressions over the columns, in the table's order, in chunks. */
  stream(expressions: readonly string[], clause?: string): AsyncIterable<DuckDBDataChunk>;
  /** The rows of a SELECT over the table, which is given what stands for the table after FROM. */
  select(sql: (relation: string) => string): AsyncIterable<DuckDBDataChunk>;
  /** SQL of a row's number in the table, from 1; null where rows are streamed from the first to the last. */
  readonly rowNumber: string | null;
  /**
   * The rows that an SQL condition holds for, as a table of its own that keeps their order and numbers.
   *
   * @param values Of the condition's named parameters: texts from outside never become SQL.
   */
  filter(condition: string, values: Readonly<Record<string, string>>): TableQuery;
  close(): void;
}

export interface TableColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/** Where the rows come from: files (paths or globs) of one format, or an SQL query. */
export type TableOrigin =
  { readonly paths: readonly string[]; readonly delimiter?: string | undefined } | { readonly sql: string };

/**
 * Opens a table or query. DuckDB may then read files only in the folders that the paths or the query name, in
 * `baseFolder` and below; nothing may be written, and no extension loaded.
 *
 * @throws InputError `table-sql`, `table-unreadable`, and those of `relationOfFiles`.
 */
export async function openTable(origin: TableOrigin, baseFolder: string): Promise<TableQuery> {
  // Loaded when the first table is opened: programs that only describe tables must not load native code.
  const duckDb = await import('@duckdb/node-api');
  const instance = await duckDb.DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    // Spilling would write into the working folder.
    temp_directory: '',
  });
  const connection = await instance.connect();
  const copyFolders: string[] = [];
  const close = () => {
    connection.closeSync();
    instance.closeSync();
    for (const folder of copyFolders) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const found =
      'sql' in origin
        ? await queryRelation(connection, origin.sql, baseFolder)
        : await filesRelation(connection, origin, baseFolder);
    copyFolders.push(...found.copyFolders);
    const folders = new Set([resolve(baseFolder), ...found.folders, ...copyFolders]);
    const allowed = [...folders].map((folder) => quoteText(`${folder}/`));
    await connection.run(`SET allowed_directories = [${allowed.join(', ')}]`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    const { where, notes, diagnose } = found;
    return queryOf(connection, found.relation, {
      where,
      notes,
      folder: 'sql' in origin ? resolve(baseFolder) : found.folders[0]!,
      columns: await describe(connection, found, duckDb),
      rowNumber: null,
      diagnose,
      close,
    });
  } catch (error) {
    close();
    throw error;
  }
}

/** @param values Of the parameters in the relation. */
function queryOf(
  connection: DuckDBConnection,
  relation: string,
  table: Omit<TableQuery, 'stream' | 'select' | 'filter'> & Pick<Relation, 'diagnose'>,
  values?: Readonly<Record<string, string>>,
): TableQuery {
  return {
    ...table,
    stream: (expressions, clause = '') =>
      stream(connection, `SELECT ${expressions.join(', ')} FROM ${relation} ${clause}`, table, values),
    select: (sql) => stream(connection, sql(relation), table, values),
    filter(condition, more) {
      const rowNumber = table.rowNumber ?? quoteName(unusedName('row_number', table.columns));
      const numbered =
        table.rowNumber === null
          ? `(SELECT *, row_number() OVER () AS ${rowNumber} FROM ${relation})`
          : relation;
      const filtered = `(SELECT * FROM ${numbered} WHERE ${condition})`;
      return queryOf(connection, filtered, { ...table, rowNumber }, { ...values, ...more });
    },
  };
}

/** A name that no column has, in either case. */
function unusedName(wanted: string, columns: readonly TableColumn[]): string {
  const used = new Set(columns.map(({ name }) => name.toLowerCase()));
  let name = wanted;
  while (used.has(name)) name += '_';
  return name;
}

interface Relation extends FilesRelation {
  readonly where: string;
  /** The folders that files are read in. */
  readonly folders: readonly string[];
}

async function filesRelation(
  connection: DuckDBConnection,
  { paths, delimiter }: Extract<TableOrigin, { readonly paths: unknown }>,
  baseFolder: string,
): Promise<Relation> {
  const where = paths.join(', ');
  const absolute = paths.map((path) => resolve(baseFolder, path));
  try {
    const relation = await relationOfFiles(connection, absolute, delimiter);
    return { ...relation, where, folders: absolute.map(folderOfGlob) };
  } catch (error) {
    throw unreadable(error, where);
  }
}

async function queryRelation(
  connection: DuckDBConnection,
  sql: string,
  baseFolder: string,
): Promise<Relation> {
  const { text, files } = await wholeFileQuery(connection, sql, resolve(baseFolder));
  return {
    // The line breaks end a comment in the query's last line.
    relation: `(\n${text}\n)`,
    where: 'the query',
    folders: files.map(folderOfGlob),
    notes: [],
    copyFolders: [],
    diagnose: () => Promise.resolve(null),
  };
}

/** The deepest folder that every file which a path or glob stands for is in. */
function folderOfGlob(glob: string): string {
  const wildcard = glob.search(/[*?[{]/);
  return wildcard < 0 ? dirname(glob) : dirname(`${glob.slice(0, wildcard)}x`);
}

async function describe(
  connection: DuckDBConnection,
  { relation, where, diagnose }: Relation,
  duckDb: DuckDbTypes,
): Promise<TableColumn[]> {
  try {
    const statement = await connection.prepare(`SELECT * FROM ${relation}`);
    return Array.from({ length: statement.columnCount }, (_, index) => ({
      name: statement.columnName(index),
      type: columnType(statement.columnType(index), duckDb),
    }));
  } catch (error) {
    throw (await diagnose()) ?? unreadable(error, where);
  }
}

async function* stream(
  connection: DuckDBConnection,
  sql: string,
  { where, diagnose }: Pick<Relation, 'where' | 'diagnose'>,
  values?: Readonly<Record<string, string>>,
): AsyncGenerator<DuckDBDataChunk> {
  try {
    const result = await connection.stream(sql, values);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  } catch (error) {
    throw (await diagnose()) ?? unreadable(error, where);
  }
}

function unreadable(error: unknown, where: string): InputError {
  if (error instanceof InputError) return error;
  // What follows is DuckDB's advice on its own options, and the statement, most of which is not the user's.
  const [message = ''] = (error as Error).message.split(
    /\s*(?:Possible fixes:|Possible Solution:|LINE \d+:)/,
  );
  return new InputError('table-unreadable', `${where} cannot be read: ${message.replace(/\s*\n\s*/g, '; ')}`);
}

/** How many rows there are, or those that a WHERE clause takes. */
export async function countRows(query: TableQuery, clause = ''): Promise<number> {
  for await (const chunk of query.stream(['count(*)'], clause)) {
    return Number(chunk.getColumnVector(0).getItem(0));
  }
  return 0;
}

/** The expressions to stream for `numberOfRow`, which come last. */
export function numberExpressions({ rowNumber }: TableQuery): string[] {
  return rowNumber === null ? [] : [rowNumber];
}

/** The number in the table of a row in a chunk, from 1; `before` is that of the row streamed before it. */
export function numberOfRow(
  { rowNumber }: TableQuery,
  chunk: DuckDBDataChunk,
  row: number,
  before: number,
): number {
  return rowNumber === null ? before + 1 : Number(chunk.getColumnVector(chunk.columnCount - 1).getItem(row));
}

/** The values of a row in a chunk's columns of texts, from column `first` on. */
export function textsOfRow(chunk: DuckDBDataChunk, row: number, first: number): (string | null)[] {
  return Array.from({ length: chunk.columnCount - first }, (_, index) => {
    const value = chunk.getColumnVector(first + index).getItem(row);
    return value === null ? null : String(value);
  });
}
