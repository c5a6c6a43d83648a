import type { DuckDBConnection } from '@duckdb/node-api';
import { rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { csvTable, type CsvTable } from './csvTable.ts';
import { jsonRelation } from './jsonTable.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { quoteText } from './sqlQuoting.ts';
import { tableExtension, tableExtensions } from './tableExtension.ts';

/** Files as DuckDB reads them. */
export interface FilesRelation {
  /** What stands after FROM. */
  readonly relation: string;
  readonly notes: readonly Note[];
  /** Folders of copies, which the caller removes, and where DuckDB must be let read. */
  readonly copyFolders: readonly string[];
  /** What is wrong with a file, in words of ours, where DuckDB stops; null when nothing is found. */
  readonly diagnose: () => Promise<InputError | null>;
}

/**
 * The SQL relation of all rows in the files that paths and globs stand for; files of a glob come by name. Columns
 * are matched by name between files; values of CSV and TSV are texts.
 *
 * @param paths Absolute.
 * @param delimiter Of the cells of CSV and TSV; absent, it is looked for.
 * @throws InputError `table-format`, `file-unreadable`, `table-empty`, `pickle-refused`, and those of `csvTable`.
 */
export async function relationOfFiles(
  connection: DuckDBConnection,
  paths: readonly string[],
  delimiter?: string,
): Promise<FilesRelation> {
  const pickle = paths.find(hasPickleName);
  if (pickle !== undefined) throw pickleRefusal(pickle);
  const [extension = '', ...others] = new Set(paths.map(tableExtension));
  if (!tableExtensions.includes(extension) || others.length > 0) {
    throw new InputError(
      'table-format',
      `${paths.join(', ')} should be tables of one kind: ${tableExtensions.join(', ')} (with .gz or .zst behind it where compressed)`,
    );
  }
  const isCsv = extension === '.csv' || extension === '.tsv';
  if (delimiter !== undefined && !isCsv) {
    throw new InputError('table-format', `\`delimiter\` is for .csv and .tsv, found ${paths.join(', ')}`);
  }
  const files = (await Promise.all(paths.map((path) => filesOfGlob(connection, path)))).flat();
  if (isCsv) return csvFiles(connection, files, extension === '.csv' ? ',' : '\t', delimiter);
  const relation =
    extension === '.parquet'
      ? `read_parquet([${files.map(quoteText).join(', ')}], union_by_name = true)`
      : await jsonRelation(connection, files, extension === '.json' ? 'auto' : 'newline_delimited');
  return { relation, notes: [], copyFolders: [], diagnose: () => Promise.resolve(null) };
}

async function csvFiles(
  connection: DuckDBConnection,
  files: readonly string[],
  usual: string,
  delimiter: string | undefined,
): Promise<FilesRelation> {
  const tables: CsvTable[] = [];
  const copyFolders: string[] = [];
  try {
    for (const file of files) {
      const table = await csvTable(connection, file, usual, delimiter);
      tables.push(table);
      if (table.copyFolder !== undefined) copyFolders.push(table.copyFolder);
    }
  } catch (error) {
    for (const folder of copyFolders) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    relation: `(${tables.map(({ select }) => select).join(' UNION ALL BY NAME ')})`,
    notes: tables.flatMap(({ notes }) => notes),
    copyFolders,
    async diagnose() {
      for (const table of tables) {
        const problem = await table.diagnose();
        if (problem !== null) return problem;
      }
      return null;
    },
  };
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
