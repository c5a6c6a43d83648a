import { z } from 'zod';
import { Distribution } from '../numerics/distribution.ts';
import type { Measured } from './metric.ts';
import { defineMetric } from './metric.ts';

const params = z.strictObject({
  bins: z.int().min(1).max(10_000).default(200).describe('At most this many bins of equal width.'),
});

const common = {
  reference: 'Liang et al. 2022, Fig. 2a',
  unit: 'pairs',
  direction: 'neither',
  params,
} as const;

function measured(cosines: Distribution, bins: number): Measured[] {
  const { low, high, counts } = cosines.rebin(bins);
  return [{ value: counts, parameters: { low, high, bins: counts.length } }];
}

/** Counts of the cosines of all pairs of different rows of one modality. */
export const cosineHistogram = defineMetric({
  ...common,
  kind: 'cosine-histogram',
  title: 'Cosine histogram',
  description:
    'How the cosines between different items of one modality are distributed: the shape of its cone.',
  formula: 'counts of x_i·x_j over i < j, in equal bins from low to high',
  scope: 'modality',
  async measure(subject, { bins }) {
    return measured(await subject.within(), bins);
  },
});

/** Counts of the cosines of pairs that do not belong together. */
export const crossCosineHistogram = defineMetric({
  ...common,
  kind: 'cross-cosine-histogram',
  title: 'Mismatched cosine histogram',
  description: 'How the cosines between items of two modalities that do not belong together are distributed.',
  formula: 'counts of x_i·y_j over i ≠ j, in equal bins from low to high',
  scope: 'pair',
  async measure(subject, { bins }) {
    const { mismatched } = await subject.between();
    return mismatched.count === 0 ? [] : measured(mismatched, bins);
  },
});

/** Counts of the cosines of matched pairs. */
export const matchedCosineHistogram = defineMetric({
  ...common,
  kind: 'matched-cosine-histogram',
  title: 'Matched cosine histogram',
  description:
    'How the cosines of matched pairs are distributed. What overlaps with the mismatched ones cannot be told apart ' +
    'by a threshold.',
  formula: 'counts of x_i·y_i, in equal bins from low to high',
  scope: 'pair',
  async measure(subject, { bins }) {
    const cosines = new Distribution();
    cosines.add(Float32Array.from(subject.cosines));
    return Promise.resolve(measured(cosines, bins));
  },
});
