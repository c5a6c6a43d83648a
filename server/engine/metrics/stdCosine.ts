import { z } from 'zod';
import { defineMetric } from './metric.ts';

/** The standard deviation of the cosines of all pairs of different rows. */
export const stdCosine = defineMetric({
  kind: 'std-cosine',
  title: 'Standard deviation of cosines',
  description:
    'How much the angles within one modality vary. Small beside a large mean cosine: a cone filled evenly, whose ' +
    'items can hardly be told apart by angle.',
  formula: 'standard deviation (population) of x_i·x_j over i < j',
  reference: 'Liang et al. 2022, Fig. 2a',
  unit: 'cosine',
  direction: 'neither',
  scope: 'modality',
  params: z.strictObject({}),
  async measure(subject) {
    const { moments } = await subject.within();
    const value = moments.deviation;
    const interval = await subject.deviationInterval(value);
    return [{ value, interval, parameters: { items: subject.units.rows } }];
  },
});
