import { z } from 'zod';
import type { Distribution } from '../numerics/distribution.ts';
import type { ModalityMetric } from './metric.ts';
import { defineMetric } from './metric.ts';

const extremeNote =
  ' Extremes grow with the number of items: compare only equal numbers. No bootstrap fits them.';

/** Metrics that are one number of the distribution of cosines within a modality. */
function defineCosineStatistic(
  definition: Pick<ModalityMetric, 'kind' | 'title' | 'description' | 'formula'>,
  statistic: (distribution: Distribution) => number,
): ModalityMetric {
  return defineMetric({
    ...definition,
    reference: 'Liang et al. 2022, Fig. 2a',
    unit: 'cosine',
    direction: 'neither',
    scope: 'modality',
    params: z.strictObject({}),
    async measure(subject) {
      const value = statistic(await subject.within());
      return [{ value, parameters: { items: subject.units.rows } }];
    },
  });
}

/** The smallest cosine of two different items. */
export const minCosine = defineCosineStatistic(
  {
    kind: 'min-cosine',
    title: 'Minimum cosine',
    description:
      'The cosine of the two items that point furthest apart: how wide the cone opens at its widest.' +
      extremeNote,
    formula: 'min of x_i·x_j over i ≠ j',
  },
  ({ min }) => min,
);

/** The largest cosine of two different items. */
export const maxCosine = defineCosineStatistic(
  {
    kind: 'max-cosine',
    title: 'Maximum cosine',
    description:
      'The cosine of the two nearest items; 1 where two items have the same embedding.' + extremeNote,
    formula: 'max of x_i·x_j over i ≠ j',
  },
  ({ max }) => max,
);
