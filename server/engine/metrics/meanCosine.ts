import { z } from 'zod';
import { defineMetric } from './metric.ts';

/** The average cosine of all pairs of different rows; exact in O(N·d) from the mean vector. */
export const meanCosine = defineMetric({
  kind: 'mean-cosine',
  title: 'Mean cosine',
  description:
    'How narrow the cone is: the average cosine between different items of one modality. 0 for directions spread ' +
    'evenly, 1 when all point the same way. An average bounds no region: some items may lie far outside the cone.',
  formula: 'mean of x_i·x_j over i ≠ j = (N²‖m_x‖² − Σ‖x_i‖²) / (N(N−1))',
  reference: 'Liang et al. 2022, §2 and Fig. 2a',
  unit: 'cosine',
  direction: 'neither',
  scope: 'modality',
  params: z.strictObject({}),
  async measure(subject) {
    const value = subject.meanCosine;
    const interval = await subject.interval(value, ({ sum, weight, squaredWeight }) => {
      let squares = 0;
      for (const entry of sum) squares += entry * entry;
      // Pairs of a row with its own copy, whose cosine is 1 by construction, are left out on both sides.
      return (squares - squaredWeight) / (weight * weight - squaredWeight);
    });
    return [{ value, interval, parameters: { items: subject.items } }];
  },
});
