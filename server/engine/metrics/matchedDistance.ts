import { z } from 'zod';
import { defineMetric } from './metric.ts';

/** The average distance of matched pairs. */
export const matchedDistance = defineMetric({
  kind: 'matched-distance',
  title: 'Matched distance',
  description:
    'The average Euclidean distance between the two embeddings of a pair. At least the gap distance: the centres ' +
    'cannot lie further apart than the pairs do on average.',
  formula: 'mean of ‖x_i − y_i‖',
  reference: 'Wang & Isola 2020 (alignment, first power)',
  unit: 'distance',
  direction: 'lower',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const value = subject.matchedDistances.mean;
    const interval = await subject.interval(value, (replicate) => replicate.matchedDistance);
    return [{ value, interval, parameters: { rows: subject.rowCount } }];
  },
});
