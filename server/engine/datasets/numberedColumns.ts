import { InputError } from '../problems.ts';
import { quoteName } from './sqlQuoting.ts';
import type { TableQuery } from './tableQuery.ts';

/** Columns whose names differ in a number at the end only, in the order of their numbers. */
export type NumberedGroup = readonly { readonly name: string; readonly number: number }[];

/** Rows looked at to tell whether numbered columns hold numbers; reading them then holds every row to it. */
const lookedRows = 1000;

/** The groups of numbered columns, by the name without its number. */
export function numberedGroups(query: TableQuery): Map<string, NumberedGroup> {
  const groups = new Map<string, { name: string; number: number }[]>();
  for (const { name } of query.columns) {
    const number = /\d+$/.exec(name)?.[0];
    if (number === undefined) continue;
    const prefix = bareName(name.slice(0, -number.length));
    groups.set(prefix, [...(groups.get(prefix) ?? []), { name, number: Number(number) }]);
  }
  for (const group of groups.values()) group.sort((a, b) => a.number - b.number);
  return groups;
}

/** A prefix without the separator at its end. */
export function bareName(prefix: string): string {
  return prefix.replace(/[_.-]+$/, '');
}

/** The first and last name of a group, for messages. */
export function groupLabel(group: NumberedGroup): string {
  return group.length === 1 ? group[0]!.name : `${group[0]!.name} … ${group.at(-1)!.name}`;
}

/**
 * Whether numbered columns hold numbers, or texts that are numbers with a decimal point or comma: most of what is in
 * their first rows does.
 */
export async function holdsNumbers(query: TableQuery, group: NumberedGroup): Promise<boolean> {
  const types = group.map(({ name }) => query.columns.find((column) => column.name === name)!.type.form);
  if (types.some((form) => form !== 'text'))
    return types.every((form) => form === 'text' || form === 'number');
  const { filled, numbers } = await lookAt(query, group);
  return numbers >= filled / 2;
}

/**
 * SQL of the numbers in numbered columns as FLOAT[], NULL where one is none.
 *
 * @returns The expression; whether the numbers have decimal commas.
 * @throws InputError `column-missing` when the numbers do not begin at 0 or 1, or one is missing; `embedding-invalid`
 *   when commas may be decimal ones or separate thousands.
 */
export async function numberedExpression(
  query: TableQuery,
  group: NumberedGroup,
): Promise<{ expression: string; hasCommas: boolean }> {
  const label = groupLabel(group);
  const start = group[0]!.number;
  group.forEach(({ number }, index) => {
    if (number !== start + index || start > 1) {
      throw new InputError(
        'column-missing',
        `${query.where}: of the numbered columns ${label}, number ${start > 1 ? 0 : start + index} is missing; an embedding is numbered from 0 or 1 without a hole`,
      );
    }
  });
  const isText = group.some(
    ({ name }) => query.columns.find((column) => column.name === name)!.type.form === 'text',
  );
  const { commas, thousands } = isText ? await lookAt(query, group) : { commas: 0, thousands: 0 };
  if (commas > 0 && commas === thousands) {
    throw new InputError(
      'embedding-invalid',
      `${query.where}: the commas in ${label} may be decimal ones or separate thousands; write the numbers with a decimal point`,
    );
  }
  const values = group.map(({ name }) => {
    const cell = quoteName(name);
    return commas === 0
      ? `TRY_CAST(${cell} AS FLOAT)`
      : // One that has both is of thousands, and no number of an embedding.
        `TRY_CAST(CASE WHEN contains(${cell}, '.') THEN NULL ELSE replace(${cell}, ',', '.') END AS FLOAT)`;
  });
  return { expression: `[${values.join(', ')}]`, hasCommas: commas > 0 };
}

/** How many of a group's first texts are there, are numbers, have decimal commas, and might separate thousands. */
async function lookAt(query: TableQuery, group: NumberedGroup) {
  const counts = { filled: 0, numbers: 0, commas: 0, thousands: 0 };
  const cells = group.map(({ name }) => `CAST(${quoteName(name)} AS VARCHAR)`);
  for await (const chunk of query.stream(cells, `LIMIT ${lookedRows}`)) {
    for (let column = 0; column < chunk.columnCount; column++) {
      for (const value of chunk.getColumnValues(column)) {
        const text = String(value ?? '').trim();
        if (text === '') continue;
        counts.filled++;
        if (/^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i.test(text)) {
          counts.commas++;
          if (/^[+-]?[1-9]\d{0,2},\d{3}$/.test(text)) counts.thousands++;
        } else if (!/^[+-]?(?:nan|inf(?:inity)?)$/i.test(text) && !Number.isFinite(Number(text))) continue;
        counts.numbers++;
      }
    }
  }
  return counts;
}
