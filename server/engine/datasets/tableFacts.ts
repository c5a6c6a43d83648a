import { InputError } from '../problems.ts';
import type { RowFacts } from './dataset.ts';
import type { ModalityColumn } from './tableColumns.ts';
import { textExpression } from './tableColumns.ts';
import type { TableQuery } from './tableQuery.ts';

/** The columns that a table's facts about rows come from. */
export interface FactColumns {
  readonly id?: string | undefined;
  readonly labels?: string | undefined;
  readonly attributes?: readonly string[] | undefined;
  readonly relevance?: string | { readonly shared: string; readonly column: string } | undefined;
}

/** The names of the columns that facts come from. */
export function factColumns({ id, labels, attributes = [], relevance }: FactColumns): string[] {
  const group = typeof relevance === 'object' ? relevance.column : undefined;
  return [id, labels, ...attributes, group].filter((name) => name !== undefined);
}

/** Collects the facts of a table's rows while they stream by. */
export interface FactsCollector {
  /** SQL of the values that `add` is given. */
  readonly expressions: readonly string[];
  /** Adds a row; `number` counts the table's rows from 1. */
  add(values: readonly (string | null)[], number: number): void;
  /** The facts of the rows added. */
  facts(): RowFacts;
}

/**
 * A collector of the facts that columns tell: ids, labels, attributes (empty text where the cell is NULL), and the
 * relevance map, where rows with an equal value share their item of a modality. With the name of a modality alone,
 * that value is the modality's own cell.
 *
 * @throws InputError `column-missing`, `relevance-modality`; from `add`, `id-invalid`, `cell-null`.
 */
export function collectFacts(
  query: TableQuery,
  modalities: readonly ModalityColumn[],
  { id, labels, attributes = [], relevance }: FactColumns,
): FactsCollector {
  const expressions: string[] = [];
  const indexOf = (expression: string) => expressions.push(expression) - 1;
  const idIndex = id === undefined ? undefined : indexOf(textExpression(query, id, 'the rows’ ids'));
  const labelIndex = labels === undefined ? undefined : indexOf(textExpression(query, labels, 'the labels'));
  const attributeIndices = attributes.map((name) => indexOf(textExpression(query, name, 'an attribute')));
  const shared = typeof relevance === 'string' ? relevance : relevance?.shared;
  const groupIndex =
    relevance === undefined ? undefined : indexOf(groupExpression(query, modalities, relevance));

  const seen = new Map<string, number>();
  const labelValues: string[] = [];
  const attributeValues = attributes.map((): string[] => []);
  const groupOf = new Map<string, number>();
  const groups: number[] = [];
  return {
    expressions,
    add(values, number) {
      if (idIndex !== undefined) {
        const value = values[idIndex] ?? null;
        const before = value === null ? undefined : seen.get(value);
        if (value === null || before !== undefined) {
          const found = value === null ? 'has none' : `has ${JSON.stringify(value)}, as has row ${before!}`;
          throw new InputError(
            'id-invalid',
            `${query.where}, row ${number}: ids in ${id!} must be there and differ; it ${found}`,
          );
        }
        seen.set(value, number);
      }
      if (labelIndex !== undefined) labelValues.push(values[labelIndex] ?? '');
      attributeIndices.forEach((index, attribute) => attributeValues[attribute]!.push(values[index] ?? ''));
      if (groupIndex !== undefined) {
        const value = values[groupIndex] ?? null;
        if (value === null) {
          throw new InputError(
            'cell-null',
            `${query.where}, row ${number}: the cell that tells which rows share their ${shared!} is NULL`,
          );
        }
        if (!groupOf.has(value)) groupOf.set(value, groupOf.size);
        groups.push(groupOf.get(value)!);
      }
    },
    facts: () => ({
      ...(idIndex !== undefined && { ids: [...seen.keys()] }),
      ...(labelIndex !== undefined && { labels: labelValues }),
      ...(attributes.length > 0 && {
        attributes: Object.fromEntries(attributes.map((name, index) => [name, attributeValues[index]!])),
      }),
      ...(shared !== undefined && { relevance: { shared, groups: Int32Array.from(groups) } }),
    }),
  };
}

function groupExpression(
  query: TableQuery,
  modalities: readonly ModalityColumn[],
  relevance: string | { readonly shared: string; readonly column: string },
): string {
  const shared = typeof relevance === 'string' ? relevance : relevance.shared;
  const modality = modalities.find((candidate) => candidate.modality === shared);
  if (modality === undefined) {
    const names = modalities.map((candidate) => candidate.modality).join(', ');
    throw new InputError(
      'relevance-modality',
      `\`relevance\` names the modality ${shared}, expected one of ${names}`,
    );
  }
  if (typeof relevance !== 'string') return textExpression(query, relevance.column, 'the relevance map');
  return `md5(CAST(${modality.expression} AS VARCHAR))`;
}
