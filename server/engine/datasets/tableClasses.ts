import { checkClasses, labelsMissing, labelsMissingProblem } from './classSelection.ts';
import type { Problem } from '../problems.ts';
import { completeRow, textExpression, type ModalityColumn } from './tableColumns.ts';
import { textsOfRow, type TableQuery } from './tableQuery.ts';

/** The parameters that say which classes of a table are taken. */
export interface TableClasses {
  readonly labels?: string | undefined;
  readonly classes?: readonly string[] | undefined;
}

const place = (where: string) => ({
  where,
  expected: '`labels` to name the column with the class of each row',
});

/** Classes are named by the column of labels. */
export function checkTableClasses({ labels, classes }: TableClasses): Problem[] {
  return classes === undefined || labels !== undefined ? [] : [labelsMissingProblem(place('the table'))];
}

/**
 * How many rows of a table each class has, in the order of their names. Counted are the rows that can be taken: those
 * with a label, and nothing missing that is to be embedded.
 *
 * @throws InputError `labels-missing`, `column-missing`, and those of the query.
 */
export async function countTableClasses(
  query: TableQuery,
  modalities: readonly ModalityColumn[],
  { labels }: TableClasses,
): Promise<Map<string, number>> {
  if (labels === undefined) throw labelsMissing(place(query.where));
  const label = textExpression(query, labels, 'the labels');
  const conditions = [`${label} <> ''`, ...completeRow(modalities)].join(' AND ');
  const counts = new Map<string, number>();
  const clause = `WHERE ${conditions} GROUP BY 1 ORDER BY 1`;
  for await (const chunk of query.stream([label, 'count(*)'], clause)) {
    for (let row = 0; row < chunk.rowCount; row++) {
      const [name, count] = textsOfRow(chunk, row, 0);
      counts.set(name!, Number(count));
    }
  }
  return counts;
}

/**
 * The rows of the classes that are named, as a table; the same one when none is named.
 *
 * @throws InputError `labels-missing`, `unknown-class`, `column-missing`, and those of the query.
 */
export async function rowsOfClasses(
  query: TableQuery,
  modalities: readonly ModalityColumn[],
  { labels, classes }: TableClasses,
): Promise<TableQuery> {
  if (classes === undefined) return query;
  const counts = await countTableClasses(query, modalities, { labels });
  checkClasses(classes, [...counts.keys()], query);
  const label = textExpression(query, labels!, 'the labels');
  // Named: the numbered parameters, if any, are those of the user's query.
  const values = Object.fromEntries(classes.map((name, index) => [`class_${index}`, name]));
  const names = Object.keys(values).map((name) => `$${name}`);
  return query.filter(`${label} IN (${names.join(', ')})`, values);
}
