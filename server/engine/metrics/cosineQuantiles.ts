import { z } from 'zod';
import { defineMetric } from './metric.ts';

/** Quantiles of the cosines of all pairs of different rows. */
export const cosineQuantiles = defineMetric({
  kind: 'cosine-quantiles',
  title: 'Cosine quantiles',
  description: 'The cosines below which given shares of all pairs of different items lie; 0.5 is the median.',
  formula: 'quantiles of x_i·x_j over i < j, exact to the resolution in the parameters',
  reference: 'Liang et al. 2022, Fig. 2a',
  unit: 'cosine',
  direction: 'neither',
  scope: 'modality',
  params: z.strictObject({
    probabilities: z
      .array(z.number().min(0).max(1))
      .min(1)
      .default([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])
      .describe('Shares of the pairs, each from 0 to 1.'),
  }),
  async measure(subject, { probabilities }) {
    const cosines = await subject.within();
    return [
      {
        value: probabilities.map((probability) => cosines.quantile(probability)),
        parameters: { probabilities, resolution: cosines.width, items: subject.units.rows },
      },
    ];
  },
});
