import { z } from 'zod';
import type { AnswerRanks } from '../measurement/betweenModalities.ts';
import type { Problem } from '../problems.ts';
import type { DataFacts, PairMetric } from './metric.ts';
import { defineMetric } from './metric.ts';

/**
 * Chance that a right answer is among the first k, for each query. Where wrong answers are tied with the best right
 * ones, every order of them is as likely: the first places left must not all go to wrong ones.
 */
function hits({ nearer, tied, best }: AnswerRanks, k: number): Float64Array {
  return nearer.map((count, query) => {
    let missed = 1;
    for (let place = 0; place < k - count && missed > 0; place++) {
      missed *= Math.max(0, tied[query]! - place) / (tied[query]! + best[query]! - place);
    }
    return 1 - missed;
  });
}

/**
 * Where there are ties: how many queries have a wrong answer as near as their best right one, and what recall is if
 * all of them win, as programs find it that count strictly nearer answers.
 */
function tiesOf({ nearer, tied }: AnswerRanks, k: number): Record<string, number> {
  const tiedQueries = tied.filter((count) => count > 0).length;
  if (tiedQueries === 0) return {};
  return { tiedQueries, tiesWon: nearer.filter((count) => count < k).length / nearer.length };
}

/** Among k rows or fewer, everything is among the first k. */
function checkRows(k: number, { modalities, rows: all, pairRows: rows = all }: DataFacts): Problem[] {
  if (rows === undefined || rows > k || modalities.length < 2) return [];
  return [
    {
      code: 'k-not-below-rows',
      severity: 'warning',
      message: `recall-at-${k} ranks ${rows} ${rows === 1 ? 'row' : 'rows'}: every query finds its partner among the first ${k}; expected more than ${k} ${k === 1 ? 'row' : 'rows'}`,
      path: [],
    },
  ];
}

function defineRecall(k: number): PairMetric {
  return defineMetric({
    kind: `recall-at-${k}`,
    title: `Recall at ${k}`,
    description:
      `Share of the queries whose ${k === 1 ? 'nearest item' : `${k} nearest items`} of the other modality ` +
      `${k === 1 ? 'is' : 'include'} a right answer: retrieval from the first modality named to the second. It ` +
      'falls as the gallery grows: compare equal sizes. Ties count by the chance of a random order.',
    formula: `mean over queries of [rank of the best right answer ≤ ${k}]`,
    reference: 'Radford et al. 2021 (CLIP), retrieval; Karpathy & Fei-Fei 2015',
    unit: 'share',
    direction: 'higher',
    scope: 'pair',
    params: z.strictObject({}),
    check: (_, facts) => checkRows(k, facts),
    async measure(subject) {
      const [first, second] = subject.names;
      const ways = [
        { queries: subject.first.distinct, gallery: subject.second.distinct, side: 'first' },
        { queries: subject.second.distinct, gallery: subject.first.distinct, side: 'second' },
      ] as const;
      return Promise.all(
        ways.map(async ({ queries, gallery, side }) => {
          const ranks = await subject.ranks(side);
          const values = hits(ranks, k);
          const value = values.reduce((sum, hit) => sum + hit, 0) / values.length;
          return {
            value,
            modalities: side === 'first' ? [first, second] : [second, first],
            interval: subject.meanInterval(value, values, queries.unitOfItem),
            parameters: { queries: values.length, gallery: gallery.units.rows, ...tiesOf(ranks, k) },
          };
        }),
      );
    },
  });
}

/** Share of queries whose nearest item is right. */
export const recallAt1 = defineRecall(1);
/** Share of queries with a right answer among the five nearest. */
export const recallAt5 = defineRecall(5);
/** Share of queries with a right answer among the ten nearest. */
export const recallAt10 = defineRecall(10);
