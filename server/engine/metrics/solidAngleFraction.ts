import { z } from 'zod';
import { capShareLog10 } from '../numerics/sphericalCap.ts';
import { defineMetric } from './metric.ts';

/** The share of the unit sphere inside a cap whose edge-to-edge angle is that of the mean cosine. */
export const solidAngleFraction = defineMetric({
  kind: 'solid-angle-fraction',
  title: 'Solid angle fraction',
  description:
    'The share of the unit sphere that a cone holds whose opening angle is the angle of the mean cosine. In high ' +
    'dimensions it is tiny for any opening below 180°, and as an average cosine bounds no region, items lie outside ' +
    'of this cone too: it pictures how narrow the cone is, it does not enclose it.',
  formula: '½ I_{sin²θ}((d−1)/2, ½), θ = ½ arccos(mean cosine)',
  reference: 'Liang et al. 2022; Li 2011, area of a hyperspherical cap',
  unit: 'share',
  direction: 'neither',
  scope: 'modality',
  params: z.strictObject({}),
  async measure(subject) {
    // On a line there are no angles.
    if (subject.dimension < 2) return Promise.resolve([{ value: NaN }]);
    const halfAngle = Math.acos(Math.min(1, Math.max(-1, subject.meanCosine))) / 2;
    const log10 = capShareLog10(halfAngle, subject.dimension);
    return Promise.resolve([
      {
        // Below 1e-308 a number cannot hold the share; its logarithm is given beside it.
        value: 10 ** log10,
        parameters: {
          halfAngleDegrees: (halfAngle * 180) / Math.PI,
          dimension: subject.dimension,
          ...(Number.isFinite(log10) ? { log10 } : {}),
        },
      },
    ]);
  },
});
