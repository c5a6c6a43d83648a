import { InputError } from '../problems.ts';
import { bareName, groupLabel, numberedGroups } from './numberedColumns.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';
import { recognisedColumns } from './tableColumns.ts';
import { openTable, type TableQuery } from './tableQuery.ts';

/** Names of columns that say which row of one table belongs to which of another one. */
const idNames = /^(?:ids?|uids?|uuids?|keys?|.+_ids?)$/i;

/** A table of one modality. */
export interface ModalityTable {
  readonly modality: string;
  /** As it was named, for the entry. */
  readonly place: string;
  /** As it is read from here. */
  readonly path: string;
}

/**
 * The `data:` entry that pairs the rows of tables, for a message: by a column of ids that all have, else by their order.
 *
 * @param tables Two or more.
 */
export async function pairingEntry(tables: readonly ModalityTable[]): Promise<string> {
  const columns = await Promise.all(tables.map(valueOf));
  const isWhole = columns.every((column) => column !== undefined);
  const id = columns[0]?.ids.find((name) => columns.every((column) => column?.ids.includes(name)));
  const selects = tables.map(({ modality, place }, m) => {
    const { value = '"embedding"', from = quoteText } = columns[m] ?? {};
    const idColumn = id === undefined ? '' : `${quoteName(id)}, `;
    return `(SELECT ${idColumn}${value} AS ${quoteName(modality)} FROM ${from(place)})`;
  });
  const [first, ...others] = selects;
  const joined = others.map((select) =>
    id === undefined ? ` POSITIONAL JOIN ${select}` : ` JOIN ${select} USING (${quoteName(id)})`,
  );
  const names = tables.map(({ modality }) => quoteName(modality)).join(', ');
  const by = id === undefined ? 'whose rows stand in one order' : `by the column ${id}`;
  const blank = isWhole ? '' : ' (with the names of your columns)';
  return `to pair them, ${by}, measure a *.gap.yaml file with${blank}\nname: pairs\ndata:\n  kind: table\n  sql: >-\n    SELECT ${names} FROM ${first!}${joined.join('')}\nwhere paths start at the folder of that file`;
}

interface TableValue {
  /** SQL of what is in the modality. */
  readonly value: string;
  /** SQL of what stands after FROM. */
  readonly from: (place: string) => string;
  readonly ids: readonly string[];
}

/** The only modality in a table; undefined where there is another number of them, or the table cannot be read. */
async function valueOf({ path }: ModalityTable): Promise<TableValue | undefined> {
  let query: TableQuery | undefined;
  try {
    query = await openTable({ paths: [path] }, '.');
    const { modalities } = await recognisedColumns(query, query.folder);
    const [only, ...more] = modalities;
    if (only === undefined || more.length > 0) return undefined;
    const ids = query.columns.map(({ name }) => name).filter((name) => idNames.test(name));
    const hasNoHeader = query.notes.some(({ code }) => code === 'no-header');
    const isText = /\.[ct]sv(?:\.\w+)?$/i.test(path);
    // DuckDB takes a first line of numbers for a row, which may be the numbers of the columns.
    const from = (place: string) =>
      isText ? `read_csv(${quoteText(place)}, header = ${!hasNoHeader})` : quoteText(place);
    if (query.columns.some(({ name }) => name === only.label)) {
      return { value: quoteName(only.label), from, ids };
    }
    const group = [...numberedGroups(query)].find(([, columns]) => groupLabel(columns) === only.label);
    if (group === undefined) return undefined;
    const [prefix] = group;
    const pattern = `^${bareName(prefix).replace(/[^\p{L}\p{N}_]/gu, String.raw`\$&`)}[_.-]*\\d+$`;
    return { value: hasNoHeader ? '[*COLUMNS(*)]' : `[*COLUMNS(${quoteText(pattern)})]`, from, ids };
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  } finally {
    query?.close();
  }
}
