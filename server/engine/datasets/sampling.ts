import { z } from 'zod';
import type { Random } from '../numerics/random.ts';
import type { EmbeddingSource, RowFacts } from './dataset.ts';

/** The parameters that every reader has for taking fewer rows than there are: spread into its schema. */
export const samplingParams = {
  limit: z
    .number()
    .int()
    .positive()
    .optional()
    .describe('The most rows to take. Absent: all of them. Fewer rows in the data than that is no error.'),
  sampling: z
    .enum(['first', 'random'])
    .default('first')
    .describe(
      'Which rows to take where there are more than `limit`: the first ones, or a seeded random choice without repetition, in the order of the data.',
    ),
};

/** What `samplingParams` gives once parsed. */
export interface Sampling {
  readonly limit?: number | undefined;
  readonly sampling: 'first' | 'random';
}

/**
 * The indices of the rows to take of `count`, ascending and different; null when all of them are taken.
 *
 * @param random The reader's `context.random`; the draws come from its stream `sampling`, so that every reader
 *   takes the same rows of the same number of rows under the same seed.
 */
export function selectRows(
  count: number,
  limit: number | undefined,
  sampling: Sampling['sampling'],
  random: Random,
): Uint32Array | null {
  if (limit === undefined || limit >= count) return null;
  if (sampling === 'first') return Uint32Array.from({ length: limit }, (_, index) => index);
  return random.stream('sampling').choose(count, limit);
}

/** The embeddings at `selected` rows (ascending; null takes all). Runs of neighbouring rows are read at once. */
export function selectEmbeddings(source: EmbeddingSource, selected: Uint32Array | null): EmbeddingSource {
  if (selected === null) return source;
  const { modality, file, columns } = source;
  return {
    modality,
    file,
    columns,
    rows: selected.length,
    async read(start, count, target) {
      const end = start + count;
      for (let from = start; from < end;) {
        let to = from + 1;
        while (to < end && selected[to] === selected[to - 1]! + 1) to++;
        const slot = target.subarray((from - start) * columns, (to - start) * columns);
        await source.read(selected[from]!, to - from, slot);
        from = to;
      }
    },
  };
}

/** The facts of the `selected` rows; null takes all. */
export function selectFacts(facts: RowFacts, selected: Uint32Array | null): RowFacts {
  if (selected === null) return facts;
  const take = <T>(values: readonly T[]): T[] => Array.from(selected, (index) => values[index]!);
  const { ids, labels, attributes, relevance } = facts;
  return {
    ...(ids && { ids: take(ids) }),
    ...(labels && { labels: take(labels) }),
    ...(attributes && {
      attributes: Object.fromEntries(
        Object.entries(attributes).map(([name, values]) => [name, take(values)]),
      ),
    }),
    ...(relevance && {
      relevance: {
        shared: relevance.shared,
        groups: Int32Array.from(selected, (index) => relevance.groups[index]!),
      },
    }),
  };
}
