import { readers } from '../engine/datasets/registry.ts';
import { countRows, openTable } from '../engine/datasets/tableQuery.ts';
import { Random } from '../engine/numerics/random.ts';
import { InputError } from '../engine/problems.ts';
import type { WorkerContract } from '../protocol/worker.ts';
import { factsOf } from './describeData.ts';

/** Classes that are listed: more than these nobody chooses from. */
const mostClasses = 10_000;

/**
 * What a `data:` entry of a configuration gives: rows, modalities and classes. Rows are not read.
 *
 * @throws InputError `unknown-kind`, and what opening the data finds.
 */
export async function inspectEntry(
  { entry: { kind, ...given }, baseFolder }: WorkerContract['requests']['inspectEntry']['params'],
  signal: AbortSignal,
): Promise<WorkerContract['requests']['inspectEntry']['result']> {
  const reader = readers.find((candidate) => candidate.kind === kind);
  if (reader === undefined) throw new InputError('unknown-kind', `No reader is called ${String(kind)}`);
  const dataset = await reader.open(reader.params.parse(given), {
    baseFolder,
    random: new Random(0),
    signal,
  });
  try {
    const { labels } = dataset.facts;
    const classes = labels === undefined ? null : [...new Set(labels)].sort().slice(0, mostClasses);
    return { ...factsOf(dataset), classes };
  } finally {
    await dataset.close();
  }
}

/**
 * The columns of the table that an entry names by `path` or `sql`, and how many rows it has.
 *
 * @throws InputError as `openTable` does.
 */
export async function inspectTable({
  entry,
  baseFolder,
}: WorkerContract['requests']['inspectTable']['params']): Promise<
  WorkerContract['requests']['inspectTable']['result']
> {
  const query = await openTable(entry, baseFolder);
  try {
    const columns = query.columns.map(({ name, type }) => ({ name, type: type.sql }));
    return { columns, rows: await countRows(query) };
  } finally {
    query.close();
  }
}
