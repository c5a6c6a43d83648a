import { z } from 'zod';
import type { Random } from '../numerics/random.ts';
import type { RowFacts } from './dataset.ts';

/** The parameter of readers whose images may have several captions. */
export const captionsParam = z
  .enum(['first', 'all', 'random'])
  .default('first')
  .describe(
    'Which captions to take where an image has several: `first`, one an image, in the order of the file; `random`, a seeded choice of one; `all`, a row for each caption, where every caption of an image counts as right in retrieval.',
  );

/** An image by its id, with its captions. */
export interface CaptionedImage {
  readonly id: string;
  readonly captions: readonly string[];
}

/** One row of a captioned dataset: which image, and which text. */
export interface CaptionRow {
  readonly image: number;
  readonly caption: string;
}

/**
 * The rows that a choice of captions gives, with their facts: the ids, and for `all` the relevance map over the
 * modality `image`. With `all`, rows are named `<image>#1`, `<image>#2`, …
 *
 * @param images In the order that the rows shall have; each has one caption at the least.
 * @param random The reader's `context.random`; `random` draws from its stream `captions`.
 */
export function captionRows(
  images: readonly CaptionedImage[],
  choice: z.output<typeof captionsParam>,
  random: Random,
): { readonly rows: readonly CaptionRow[]; readonly facts: RowFacts } {
  if (choice === 'all') {
    const rows = images.flatMap(({ captions }, image) => captions.map((caption) => ({ image, caption })));
    const ids = images.flatMap(({ id, captions }) => captions.map((_, index) => `${id}#${index + 1}`));
    const groups = Int32Array.from(rows, (row) => row.image);
    return { rows, facts: { ids, relevance: { shared: 'image', groups } } };
  }
  const draws = random.stream('captions');
  const rows = images.map(({ captions }, image) => ({
    image,
    caption: choice === 'random' ? draws.pick(captions) : captions[0]!,
  }));
  return { rows, facts: { ids: images.map(({ id }) => id) } };
}
