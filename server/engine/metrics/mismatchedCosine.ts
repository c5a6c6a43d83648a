import { z } from 'zod';
import { dot } from '../numerics/dot.ts';
import { defineMetric } from './metric.ts';

/** The average cosine of an item of one modality with the items of the other that it does not belong to. */
export const mismatchedCosine = defineMetric({
  kind: 'mismatched-cosine',
  title: 'Mismatched cosine',
  description:
    'The average cosine between items of two modalities that do not belong together. Below the mean cosines within ' +
    'the modalities, the two cones are apart.',
  formula: 'mean of x_i·y_j over i ≠ j = (N² m_x·m_y − Σ x_i·y_i) / (N(N−1))',
  reference: 'Liang et al. 2022',
  unit: 'cosine',
  direction: 'lower',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const { distinct: x } = subject.first;
    const { distinct: y } = subject.second;
    const { count, cosineSum } = subject.matchedItems;
    const value = (x.items * y.items * dot(x.mean, y.mean) - cosineSum) / (x.items * y.items - count);
    const interval = await subject.interval(
      value,
      ({ firstItems, secondItems, matchedPairs, matchedPairSum }) =>
        (dot(firstItems.sum, secondItems.sum) - matchedPairSum) /
        (firstItems.weight * secondItems.weight - matchedPairs),
    );
    return [{ value, interval, parameters: { rows: subject.rowCount } }];
  },
});
