import { z } from 'zod';
import type { PairReplicate } from '../measurement/pairSubject.ts';
import { dot } from '../numerics/dot.ts';
import { defineMetric } from './metric.ts';

/** The distance between the modalities' centres in a resample. */
export function resampledGap({ first, second }: Pick<PairReplicate, 'first' | 'second'>): number {
  let squares = 0;
  for (let k = 0; k < first.sum.length; k++) {
    squares += (first.sum[k]! / first.weight - second.sum[k]! / second.weight) ** 2;
  }
  return Math.sqrt(squares);
}

/** The Euclidean distance between the means of two modalities' unit embeddings. */
export const gapDistance = defineMetric({
  kind: 'gap-distance',
  title: 'Gap distance',
  description:
    'The modality gap: how far apart the centres of the two modalities lie, from 0 (same centre) to 2 (opposite ' +
    'points). Smaller is not better by itself: shifting the gap of a trained model can raise or lower accuracy.',
  formula: '‖Δ‖, Δ = m_x − m_y',
  reference: 'Liang et al. 2022',
  unit: 'distance',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const gap = subject.gapVector;
    const value = Math.sqrt(dot(gap, gap));
    return [
      {
        value,
        interval: await subject.interval(value, resampledGap),
        parameters: { rows: subject.rowCount },
      },
    ];
  },
});
