import { z } from 'zod';
import { dot } from '../numerics/dot.ts';
import { defineMetric } from './metric.ts';

/** The length of the mean unit vector. */
export const meanResultantLength = defineMetric({
  kind: 'mean-resultant-length',
  title: 'Mean resultant length',
  description:
    'The length of the mean of the unit embeddings: 0 when they balance out, 1 when all point the same way. Its ' +
    'square is the mean cosine with each item counted against itself too.',
  formula: '‖m_x‖, m_x = mean of x_i',
  reference: 'Mardia & Jupp 2000, Directional Statistics, §9.2',
  unit: 'length',
  direction: 'neither',
  scope: 'modality',
  params: z.strictObject({}),
  async measure(subject) {
    const value = Math.sqrt(subject.meanNormSquared);
    const interval = await subject.interval(value, ({ sum, weight }) => Math.sqrt(dot(sum, sum)) / weight);
    return [{ value, interval, parameters: { items: subject.items } }];
  },
});
