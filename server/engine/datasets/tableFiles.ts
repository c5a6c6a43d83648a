import type { DuckDBConnection } from '@duckdb/node-api';
import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { InputError } from '../problems.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';

/** The kinds of tables, by extension. */
export const tableExtensions: readonly string[] = ['.csv', '.tsv', '.jsonl', '.ndjson', '.json', '.parquet'];

/** The extension that tells a table's kind, in lower case; that of `.csv.gz` is `.csv`. */
export function tableExtension(path: string): string {
  const extension = extname(path).toLowerCase();
  if (extension !== '.gz' && extension !== '.zst') return extension;
  return extname(path.slice(0, -extension.length)).toLowerCase();
}

/**
 * The SQL relation of all rows in the files that paths and globs stand for; files of a glob come by name. Columns
 * are matched by name between files; values of CSV and TSV are texts.
 *
 * @param paths Absolute.
 * @throws InputError `table-format`, `file-unreadable`, `table-empty`, `pickle-refused`.
 */
export async function relationOfFiles(
  connection: DuckDBConnection,
  paths: readonly string[],
): Promise<string> {
  const pickle = paths.find(hasPickleName);
  if (pickle !== undefined) throw pickleRefusal(pickle);
  const [extension = '', ...others] = new Set(paths.map(tableExtension));
  if (!tableExtensions.includes(extension) || others.length > 0) {
    throw new InputError(
      'table-format',
      `${paths.join(', ')} should be tables of one kind: ${tableExtensions.join(', ')} (with .gz or .zst behind it where compressed)`,
    );
  }
  const files = (await Promise.all(paths.map((path) => filesOfGlob(connection, path)))).flat();
  switch (extension) {
    case '.csv':
    case '.tsv': {
      const separator = extension === '.csv' ? ',' : '\t';
      const parts = await Promise.all(files.map((file) => readCsv(connection, file, separator)));
      return `(${parts.join(' UNION ALL BY NAME ')})`;
    }
    case '.parquet':
      return `read_parquet(${quoteList(files)}, union_by_name = true)`;
    default: {
      const format = extension === '.json' ? 'auto' : 'newline_delimited';
      return `read_json(${quoteList(files)}, format = '${format}', union_by_name = true)`;
    }
  }
}

async function filesOfGlob(connection: DuckDBConnection, path: string): Promise<string[]> {
  const found = await connection.runAndReadAll(`SELECT file FROM glob(${quoteText(path)}) ORDER BY file`);
  const files = found.getRows().map(([file]) => resolve(String(file)));
  if (files.length === 0) {
    throw new InputError('file-unreadable', `${path} cannot be read: there is no such file`, { file: path });
  }
  for (const file of files) {
    if ((await stat(file)).size === 0) {
      throw new InputError('table-empty', `${file} is empty (0 bytes), expected a table`, { file });
    }
  }
  return files;
}

/**
 * The first line names the columns. It is read on its own, so that DuckDB has nothing to guess: a line with more or
 * fewer cells is then an error that names the line.
 */
async function readCsv(connection: DuckDBConnection, file: string, separator: string): Promise<string> {
  const source = `read_csv(${quoteText(file)}, auto_detect = false, comment = '', skip = 0`;
  const firstLine = await connection.runAndReadAll(
    `SELECT line FROM ${source}, header = false, columns = {line: 'VARCHAR'}, delim = '\u0001', quote = '', escape = '') LIMIT 1`,
  );
  const names = headerNames(String(firstLine.getRows()[0]?.[0] ?? ''), separator);
  if (new Set(names.map((name) => name.toLowerCase())).size !== names.length) {
    throw new InputError('table-header', `${file}: two columns have the same name: ${names.join(', ')}`, {
      file,
      line: 1,
    });
  }
  const columns = names.map((name) => `${quoteName(name)}: 'VARCHAR'`).join(', ');
  return `SELECT * FROM ${source}, header = true, columns = {${columns}}, delim = '${separator}', quote = '"', escape = '"')`;
}

/** The cells of a line; columns without a name, such as the index that pandas writes, are called `column0`, …. */
function headerNames(line: string, separator: string): string[] {
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^${separator}]*))(${separator}|$)`, 'y');
  const names: string[] = [];
  for (let more = true; more;) {
    const [, quoted, plain = '', end] = cell.exec(line) ?? [];
    const name = quoted?.replaceAll('""', '"') ?? plain;
    names.push(name === '' ? `column${names.length}` : name);
    more = end === separator;
  }
  return names;
}

function quoteList(texts: readonly string[]): string {
  return `[${texts.map(quoteText).join(', ')}]`;
}
