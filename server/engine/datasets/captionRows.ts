import { z } from 'zod';
import type { Random } from '../numerics/random.ts';
import type { RowFacts } from './dataset.ts';

/** The parameter of readers whose items may have several captions. */
export const captionsParam = z
  .enum(['first', 'all', 'random'])
  .default('first')
  .describe(
    'Which captions to take where an item has several: `first`, one an item, in the order of the file; `random`, a seeded choice of one; `all`, a row for each caption, where every caption of an item counts as right in retrieval.',
  );

/** The parameter of readers whose captions come in lists, or in files made for retrieval with all of them. */
export const allCaptionsParam = captionsParam
  .unwrap()
  .default('all')
  .describe(
    'Which captions to take where an item has several: `all`, a row for each, where every caption of an item counts as right in retrieval; `first`, one an item; `random`, a seeded choice of one.',
  );

/** An image, a sound or another item by its id, with its captions. */
export interface CaptionedItem {
  readonly id: string;
  readonly captions: readonly string[];
}

/** One row of a captioned dataset: which item, and which text. */
export interface CaptionRow {
  readonly item: number;
  readonly caption: string;
}

/**
 * The rows that a choice of captions gives, with their facts: the ids, and for `all` the relevance map over the
 * captioned modality. With `all`, rows are named `<item>#1`, `<item>#2`, …
 *
 * @param modality The name of the captioned modality.
 * @param items In the order that the rows shall have; each has one caption at the least.
 * @param random The reader's `context.random`; `random` draws from its stream `captions`.
 */
export function captionRows(
  modality: string,
  items: readonly CaptionedItem[],
  choice: z.output<typeof captionsParam>,
  random: Random,
): { readonly rows: readonly CaptionRow[]; readonly facts: RowFacts } {
  if (choice === 'all') {
    const rows = items.flatMap(({ captions }, item) => captions.map((caption) => ({ item, caption })));
    const ids = items.flatMap(({ id, captions }) => captions.map((_, index) => `${id}#${index + 1}`));
    const groups = Int32Array.from(rows, (row) => row.item);
    return { rows, facts: { ids, relevance: { shared: modality, groups } } };
  }
  const draws = random.stream('captions');
  const rows = items.map(({ captions }, item) => ({
    item,
    caption: choice === 'random' ? draws.pick(captions) : captions[0]!,
  }));
  return { rows, facts: { ids: items.map(({ id }) => id) } };
}
