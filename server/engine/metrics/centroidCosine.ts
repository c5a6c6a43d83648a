import { z } from 'zod';
import { cosine } from '../numerics/cosine.ts';
import { defineMetric } from './metric.ts';

/** The cosine of the angle between the means of two modalities. */
export const centroidCosine = defineMetric({
  kind: 'centroid-cosine',
  title: 'Centroid cosine',
  description:
    'The angle between the axes of the two cones: 1 when they point the same way, 0 when they are at right angles.',
  formula: 'm_x·m_y / (‖m_x‖ ‖m_y‖)',
  reference: 'Liang et al. 2022 (cosine in place of the distance)',
  unit: 'cosine',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const value = cosine(subject.first.modality.mean, subject.second.modality.mean);
    const interval = await subject.interval(value, ({ first, second }) => cosine(first.sum, second.sum));
    return [{ value, interval, parameters: { rows: subject.rowCount } }];
  },
});
