import { countClasses } from '../engine/datasets/classSelection.ts';
import type { ReadContext, ReaderDefinition } from '../engine/datasets/dataset.ts';
import { countRows, openTable } from '../engine/datasets/tableQuery.ts';
import { InputError } from '../engine/problems.ts';
import type { WorkerContract } from '../protocol/worker.ts';
import { contextIn, factsOf, readerOf } from './describeData.ts';

/** Classes that are listed: more than these nobody chooses from. */
const mostClasses = 10_000;

/**
 * What a `data:` entry of a configuration gives: rows, modalities and classes. Rows are not read.
 *
 * @throws InputError `unknown-kind`, and what opening the data finds.
 */
export async function inspectEntry(
  { entry, keepsInvalidRows, baseFolder }: WorkerContract['requests']['inspectEntry']['params'],
  signal: AbortSignal,
): Promise<WorkerContract['requests']['inspectEntry']['result']> {
  const { reader, given } = readerOf(entry);
  const context = { ...contextIn(baseFolder, signal), keepsInvalidRows };
  const dataset = await reader.open(reader.params.parse(given), context);
  try {
    const { labels } = dataset.facts;
    const classes =
      labels === undefined ? null : [...countClasses(labels).keys()].sort().slice(0, mostClasses);
    return { ...factsOf(dataset), classes };
  } finally {
    await dataset.close();
  }
}

/**
 * The classes of the data that an entry names, whatever it takes of them, with their numbers of rows.
 *
 * @throws InputError `unknown-kind`, `labels-missing`, and what opening the data finds.
 */
export async function inspectClasses(
  { entry, baseFolder }: WorkerContract['requests']['inspectClasses']['params'],
  signal: AbortSignal,
): Promise<WorkerContract['requests']['inspectClasses']['result']> {
  const { reader, given } = readerOf(entry);
  const whole = Object.fromEntries(
    Object.entries(given).filter(([key]) => key !== 'classes' && key !== 'limit'),
  );
  const counts = await countsOf(reader, reader.params.parse(whole), contextIn(baseFolder, signal));
  const classes = [...counts].map(([name, rows]) => ({ name, rows }));
  // By code units, as the names of `inspectEntry` are.
  classes.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { classes: classes.slice(0, mostClasses), isComplete: classes.length <= mostClasses };
}

async function countsOf(
  reader: ReaderDefinition,
  params: Record<string, unknown>,
  context: ReadContext,
): Promise<ReadonlyMap<string, number>> {
  if (reader.countClasses !== undefined) return reader.countClasses(params, context);
  const dataset = await reader.open(params, context);
  try {
    const { labels } = dataset.facts;
    if (labels === undefined) throw new InputError('labels-missing', 'The data have no labels');
    return countClasses(labels);
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
