import { z } from 'zod';
import { dot } from '../numerics/dot.ts';
import { resampledGap } from './gapDistance.ts';
import { defineMetric } from './metric.ts';

/** Up to here a mean squared radius may be nothing but equal rows' rounding to float32. */
const roundingSpread = 1e-12;

/** The gap distance in units of the modalities' root mean square radius. */
export const normalizedGap = defineMetric({
  kind: 'normalized-gap',
  title: 'Normalized gap',
  description:
    'The gap distance over the typical distance of an item from its own centre. Above 1, the centres lie further ' +
    'apart than the items of a modality do from theirs. Unlike the gap distance it does not shrink when cones narrow.',
  formula: '‖Δ‖ / √(½(tr Σ_x + tr Σ_y)), tr Σ = mean ‖x_i‖² − ‖m_x‖²',
  reference:
    'The gap of Liang et al. 2022 in units of the spread, as a standardized mean difference (Cohen 1988)',
  unit: 'ratio',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const { modality: x } = subject.first;
    const { modality: y } = subject.second;
    const gap = subject.gapVector;
    const spread = (x.meanSquare - x.meanNormSquared + y.meanSquare - y.meanNormSquared) / 2;
    // Points without a radius give no unit to measure the gap in.
    if (spread < roundingSpread) return [{ value: NaN }];
    const value = Math.sqrt(dot(gap, gap) / spread);
    const interval = await subject.interval(value, (replicate) => {
      const { first, second } = replicate;
      const withinFirst = 1 - dot(first.sum, first.sum) / first.weight ** 2;
      const withinSecond = 1 - dot(second.sum, second.sum) / second.weight ** 2;
      return resampledGap(replicate) / Math.sqrt((withinFirst + withinSecond) / 2);
    });
    return [{ value, interval, parameters: { rows: subject.rowCount } }];
  },
});
