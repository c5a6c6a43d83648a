import { recognisedColumns } from '../engine/datasets/tableColumns.ts';
import { openTable, type TableQuery } from '../engine/datasets/tableQuery.ts';
import { InputError } from '../engine/problems.ts';
import type { TableColumns, WorkerContract } from '../protocol/worker.ts';
import { entryFor } from './describeData.ts';

/**
 * The columns that modalities can be chosen from, where files are tables; null where they are something else.
 *
 * @throws InputError as `describeData` does for paths, and what opening the table finds.
 */
export async function tableColumns({
  paths,
  baseFolder,
}: WorkerContract['requests']['tableColumns']['params']): Promise<TableColumns | null> {
  const data = await entryFor(paths, baseFolder);
  if (data['kind'] !== 'table') return null;
  const query = await openTable({ paths }, baseFolder);
  try {
    const columns = query.columns.map(({ name, type }) => ({ name, type: type.sql }));
    return { data, columns, recognised: await recognisedIn(query) };
  } finally {
    query.close();
  }
}

async function recognisedIn(query: TableQuery): Promise<Record<string, string>> {
  try {
    const { modalities } = await recognisedColumns(query, query.folder);
    // A modality that is made of numbered columns is no column that can be chosen.
    const single = modalities.filter(({ label }) => query.columns.some(({ name }) => name === label));
    return Object.fromEntries(single.map(({ modality, label }) => [modality, label]));
  } catch (error) {
    if (error instanceof InputError) return {};
    throw error;
  }
}
