import { DuckDBInstance } from '@duckdb/node-api';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Dataset, SampleDataset } from '../../../server/engine/datasets/dataset.ts';
import { table } from '../../../server/engine/datasets/table.ts';
import type { InputError } from '../../../server/engine/problems.ts';
import { asSamples, inputErrorOf, openReader, readAll, temporaryFolder } from './openForTest.ts';

export type TableParams = Parameters<typeof openReader<typeof table.params>>[1];

/** A folder of tables for a test file, and how they are opened. */
export interface TableFolder {
  readonly path: string;
  /** Writes a file, and gives its name back. */
  readonly write: (name: string, content: string | Uint8Array) => string;
  /** Writes the rows of a query as Parquet, and gives the file's name back. */
  readonly writeParquet: (name: string, sql: string) => Promise<string>;
  readonly open: (params: TableParams, seed?: number) => Promise<Dataset>;
  readonly embeddings: (params: TableParams) => Promise<Record<string, number[][]>>;
  /** Each row: its id, texts, and names of files, or their bytes as Latin-1. */
  readonly rows: (params: TableParams) => Promise<string[][]>;
  readonly failure: (params: TableParams) => Promise<InputError>;
}

export function useTableFolder(): TableFolder {
  const path = temporaryFolder();
  const open = (params: TableParams, seed = 1) => openReader(table, params, path, seed);
  return {
    path,
    open,
    write(name, content) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), content);
      return name;
    },
    async writeParquet(name, sql) {
      const instance = await DuckDBInstance.create();
      const connection = await instance.connect();
      await connection.run(`COPY (${sql}) TO '${join(path, name)}' (FORMAT parquet)`);
      connection.closeSync();
      instance.closeSync();
      return name;
    },
    embeddings: async (params) => readAll(await open(params)),
    rows: async (params) => rowsOf(asSamples(await open(params))),
    failure: (params) => inputErrorOf(open(params)),
  };
}

async function rowsOf(dataset: SampleDataset): Promise<string[][]> {
  const rows: string[][] = [];
  for (let index = 0; index < dataset.count; index++) {
    const { id, items } = await dataset.read(index);
    const cells = items.map(async (item) => {
      if (item.content === 'text') return item.text;
      if (item.content !== 'image') return item.name;
      const image = await item.load();
      return image.kind === 'encoded' ? Buffer.from(image.bytes).toString('latin1') : 'pixels';
    });
    rows.push([id, ...(await Promise.all(cells))]);
  }
  await dataset.close();
  return rows;
}

/** The notes of a dataset by their codes; it is closed. */
export async function notesOf(dataset: Dataset): Promise<Record<string, string>> {
  await dataset.close();
  return Object.fromEntries(dataset.notes.map(({ code, message }) => [code, message]));
}
