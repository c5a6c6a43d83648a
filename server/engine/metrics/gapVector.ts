import { z } from 'zod';
import { defineMetric } from './metric.ts';

/** The difference of the means of two modalities' unit embeddings. */
export const gapVector = defineMetric({
  kind: 'gap-vector',
  title: 'Gap vector',
  description:
    'The difference of the two centres, one entry a dimension. Adding a multiple of it to one modality closes or ' +
    'widens the gap.',
  formula: 'Δ = m_x − m_y',
  reference: 'Liang et al. 2022',
  unit: 'coordinate',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    return Promise.resolve([{ value: [...subject.gapVector] }]);
  },
});
