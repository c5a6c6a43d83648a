import { z } from 'zod';
import { resampledMeanCosine } from '../measurement/modalitySubject.ts';
import { defineMetric } from './metric.ts';

/** The average cosine of all pairs of different rows; exact in O(N·d) from the mean vector. */
export const meanCosine = defineMetric({
  kind: 'mean-cosine',
  title: 'Mean cosine',
  description:
    'How narrow the cone is: the average cosine between different items of one modality. 0 for directions spread ' +
    'evenly, 1 when all point the same way. An average bounds no region: some items may lie far outside the cone.',
  formula: 'mean of x_i·x_j over i ≠ j = (N²‖m_x‖² − Σ‖x_i‖²) / (N(N−1))',
  reference: 'Liang et al. 2022, Fig. 2a',
  unit: 'cosine',
  direction: 'neither',
  scope: 'modality',
  params: z.strictObject({}),
  async measure(subject) {
    const value = subject.meanCosine;
    const interval = await subject.interval(value, resampledMeanCosine);
    return [{ value, interval, parameters: { items: subject.items } }];
  },
});
