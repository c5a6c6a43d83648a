import { resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { allCaptionsParam } from './captionRows.ts';
import { classesParam } from './classSelection.ts';
import { leftOutNotes } from './dataNotes.ts';
import { contents, defineReader, type Dataset, type ReadContext } from './dataset.ts';
import { samplingParams } from './sampling.ts';
import { checkTableClasses, countTableClasses, rowsOfClasses } from './tableClasses.ts';
import {
  chosenColumns,
  recognisedColumns,
  type ModalityColumn,
  type TableModalities,
} from './tableColumns.ts';
import { tableEmbeddings } from './tableEmbeddings.ts';
import { collectFacts, factColumns, type FactsCollector } from './tableFacts.ts';
import { tableExtension, tableExtensions } from './tableExtension.ts';
import { openTable, type TableOrigin, type TableQuery } from './tableQuery.ts';
import { tableSamples, type SampleModality } from './tableSamples.ts';

const name = z.string().min(1);

const params = z.strictObject({
  path: z
    .union([name, z.array(name).min(1)])
    .optional()
    .describe(
      'The table: a .csv, .tsv, .jsonl, .ndjson, .json or .parquet file, a glob such as `shards/*.parquet`, or a list of these. The first line of CSV and TSV names the columns, unless it is a row of numbers.',
    ),
  delimiter: z
    .string()
    .regex(/^[ -~\t]$/)
    .refine((text) => !/["\w]/.test(text), 'expected one character between cells, such as ;')
    .optional()
    .describe(
      'What stands between the cells of CSV and TSV, such as `;` or `"\\t"`. Absent: a comma, in .tsv a tab, or another one of comma, tab, semicolon and bar where that cuts the rows into equally many cells.',
    ),
  sql: name
    .optional()
    .describe(
      "Instead of `path`: one SELECT, in DuckDB's SQL, that gives the rows, such as `SELECT * FROM 'pairs.parquet' WHERE split = 'val'`. It reads the files that it names and can write nothing.",
    ),
  columns: z
    .record(
      name,
      z.union([
        name,
        z.strictObject({
          column: name.describe('The column; or the common beginning of numbered columns.'),
          content: z
            .enum([...contents, 'embedding'])
            .optional()
            .describe(
              'What is in it. Absent: told by its name, its type and all of its values; proteins (sequences of letters) are never guessed.',
            ),
        }),
      ]),
    )
    .optional()
    .describe(
      'A mapping from modality to column, such as `{ image: path, text: caption }`. A column of lists of numbers is embeddings, as are numbered columns named by what they begin with (`image` for `image_0`, `image_1`, …); a column of names of files (told by their extensions), of BLOBs or of base64 (told by their first bytes) is images, audio, videos or tensors (`.npy`), of other texts or lists of captions text. A modality called image, audio or video is made of texts only with `content: text`. Absent: told by types, names and values.',
    ),
  root: name
    .optional()
    .describe(
      'The folder that names of files start at and must stay in. Absent: the folder of the table, or with `sql` that of the configuration.',
    ),
  id: name.optional().describe('The column that names the rows; its values must differ.'),
  labels: name.optional().describe('The column with the class of each row.'),
  attributes: z.array(name).optional().describe('Columns to break results down by.'),
  relevance: z
    .union([
      name,
      z.strictObject({ shared: name.describe('The modality.'), column: name.describe('The column.') }),
    ])
    .optional()
    .describe(
      'The modality of which several rows may share one item, such as an image with five captions: rows with the same cell do, or with `{ shared: image, column: image_id }` rows with the same value in that column. All of them are right answers to one another in retrieval. Absent: rows that name the same file share it.',
    ),
  captions: allCaptionsParam,
  classes: classesParam,
  ...samplingParams,
});

/** Tables through DuckDB: precomputed embeddings, or pairs to embed. */
export const table = defineReader({
  kind: 'table',
  title: 'Table (CSV, TSV, JSONL, Parquet, SQL)',
  description:
    'Rows of CSV, TSV, JSON Lines or Parquet files, or of an SQL query over them: precomputed embeddings in columns of lists or in numbered columns, which are read into memory; or images, audio, videos and tensors (names of files, or BLOBs), texts and proteins to embed.',
  gives: 'either',
  params,
  recognises: (path, isFolder) =>
    Promise.resolve(
      !isFolder && tableExtension(path) !== '.json' && tableExtensions.includes(tableExtension(path)),
    ),
  paramsFor: (path) => ({ path }),
  check: checkTableClasses,
  async countClasses(given, { baseFolder }) {
    const query = await openTable(originOf(given), baseFolder);
    try {
      const { modalities } = await modalitiesOf(query, given, rootOf(query, given, baseFolder));
      return await countTableClasses(query, modalities, given);
    } finally {
      query.close();
    }
  },
  async open(given, context) {
    const query = await openTable(originOf(given), context.baseFolder);
    try {
      return await readTable(query, given, context);
    } finally {
      query.close();
    }
  },
});

type TableParams = z.output<typeof params>;

function originOf({ path, sql, delimiter }: TableParams): TableOrigin {
  if (path !== undefined && sql === undefined) {
    return { paths: typeof path === 'string' ? [path] : path, delimiter };
  }
  if (sql !== undefined && path === undefined && delimiter === undefined) return { sql };
  throw new InputError(
    'table-origin',
    delimiter !== undefined && sql !== undefined
      ? "`delimiter` is for files in `path`; in `sql` it is said as in `read_csv('a.csv', delim = ';')`"
      : `A table needs either \`path\` or \`sql\`, found ${path === undefined ? 'neither' : 'both'}`,
  );
}

function rootOf({ folder }: TableQuery, { root }: TableParams, baseFolder: string): string {
  return root === undefined ? folder : resolve(baseFolder, root);
}

async function modalitiesOf(
  query: TableQuery,
  { columns }: TableParams,
  root: string,
): Promise<TableModalities> {
  return columns ? await chosenColumns(query, columns, root) : await recognisedColumns(query, root);
}

async function readTable(whole: TableQuery, given: TableParams, context: ReadContext): Promise<Dataset> {
  const root = rootOf(whole, given, context.baseFolder);
  const found = await modalitiesOf(whole, given, root);
  const { modalities } = found;
  const query = await rowsOfClasses(whole, modalities, given);
  const collector = collectFacts(query, modalities, given);
  const dataset = await readModalities(query, modalities, collector, root, given, context);
  const used = factColumns(given);
  const leftOut = found.leftOut.filter(({ name }) => !used.includes(name));
  const notes = [
    ...whole.notes,
    ...found.notes,
    ...leftOutNotes(whole.where, 'column', leftOut),
    ...dataset.notes,
  ];
  return { ...dataset, notes };
}

async function readModalities(
  query: TableQuery,
  modalities: readonly ModalityColumn[],
  collector: FactsCollector,
  root: string,
  given: TableParams,
  context: ReadContext,
): Promise<Dataset> {
  const samples = modalities.filter((column): column is SampleModality => column.content !== 'embedding');
  if (samples.length === 0 && modalities.length > 0) {
    return tableEmbeddings(query, modalities, collector, given, context);
  }
  if (samples.length < modalities.length || modalities.length === 0) {
    const found = modalities.map(({ modality, label, content }) => `${modality}: ${label} (${content})`);
    throw new InputError(
      'columns-mixed',
      `${query.where}: \`columns\` must be embeddings throughout, or items to embed, found ${someOf(found) || 'none'}`,
    );
  }
  return tableSamples(query, samples, collector, root, given, context);
}
