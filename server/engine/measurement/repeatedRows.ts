import type { Note } from '../../protocol/report.ts';
import type { RowFacts } from '../datasets/dataset.ts';
import { mostComparedRows, type RowSharing } from './itemFinder.ts';
import type { CollectedModality } from './rowCollection.ts';

/** What rows of a modality are taken for that are equal: one item that belongs to all of them, or an item each. */
export const repeatedRowsChoices = ['one-item', 'separate'] as const;
export type RepeatedRows = (typeof repeatedRowsChoices)[number];

/** How rows that share an item are told in one modality. */
export interface ModalitySharing {
  readonly sharing: RowSharing;
  /** What the rows are compared by; null where a relevance map tells, or nothing. */
  readonly by: 'content' | 'bits' | null;
}

/**
 * How to tell which rows of a modality share an item. A relevance map of the data comes first; else rows of equal
 * content do, or of embeddings that were read those that are equal to the bit.
 *
 * @param contents one number a row, equal for equal contents; null for embeddings that were read.
 */
export function sharingOf(
  modality: string,
  { relevance }: RowFacts,
  contents: Uint32Array | null,
  choice: RepeatedRows,
): ModalitySharing {
  if (relevance?.shared === modality) {
    return { sharing: { groups: relevance.groups, isDeclared: true }, by: null };
  }
  if (choice === 'separate') return { sharing: 'none', by: null };
  if (contents === null) return { sharing: 'equal rows', by: 'bits' };
  const isRepeated = new Set(contents).size < contents.length;
  return { sharing: isRepeated ? { groups: contents, isDeclared: false } : 'none', by: 'content' };
}

/** What is to be said of rows that hold an item again. */
export function repeatedRowsNotes(
  modalities: readonly CollectedModality[],
  sharing: readonly ModalitySharing[],
): Note[] {
  return modalities.flatMap(({ name, rows, items, isPoint }, m): Note[] => {
    const { by } = sharing[m]!;
    if (by === null) return [];
    const alike = by === 'bits' ? 'are equal to the bit' : 'have equal contents';
    if (isPoint) {
      const message = `${name}: all ${rows} rows ${alike}: the modality is a single point, in which nothing can be found. Each is taken for an item of its own`;
      return [{ code: 'one-point', message }];
    }
    if (by === 'bits' && rows > mostComparedRows) {
      const message = `${name}: whether rows repeat was not looked for: ${rows} rows are more than the ${mostComparedRows} that are compared`;
      return [{ code: 'rows-not-compared', message }];
    }
    const repeated = rows - items.items;
    if (repeated === 0) return [];
    const message =
      `${name}: ${repeated} of ${rows} rows repeat an earlier one (${by === 'bits' ? 'equal to the bit' : 'of equal content'}). ` +
      `They are one item, of ${items.items}: in retrieval all of its partners are right answers, and none of them is ` +
      'mismatched. Means count every row. `repeatedRows: separate` takes every row for an item of its own';
    return [{ code: 'repeated-rows', message }];
  });
}
