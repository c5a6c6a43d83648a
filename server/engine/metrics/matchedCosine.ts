import { z } from 'zod';
import { defineMetric } from './metric.ts';

/** The average cosine of matched pairs. */
export const matchedCosine = defineMetric({
  kind: 'matched-cosine',
  title: 'Matched cosine',
  description:
    'The average cosine between the two embeddings of a pair. Its absolute value says little: what counts for ' +
    'retrieval is how far it lies above the mismatched cosine.',
  formula: 'mean of x_i·y_i',
  reference: 'Liang et al. 2022',
  unit: 'cosine',
  direction: 'higher',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const value = subject.matchedCosines.mean;
    const interval = await subject.interval(value, (replicate) => replicate.matchedCosine);
    return [{ value, interval, parameters: { rows: subject.rowCount } }];
  },
});
