import { z } from 'zod';
import { dot } from '../numerics/dot.ts';
import type { PairSubject } from '../measurement/pairSubject.ts';
import { defineMetric } from './metric.ts';

const reference = 'Schrodi et al. 2024, "Two Effects, One Trigger", on the few dimensions that drive the gap';

/** Not numbers where the centres coincide: a run leaves such values out and says so. */
function shares(subject: PairSubject): Float64Array {
  const gap = subject.gapVector;
  const total = dot(gap, gap);
  return gap.map((entry) => (entry * entry) / total);
}

/** How many dimensions hold most of the squared gap. */
export const gapDimensionConcentration = defineMetric({
  kind: 'gap-dimension-concentration',
  title: 'Gap dimension concentration',
  description:
    'How few dimensions hold most of the squared gap. A few of many: the gap lies along single coordinates, which ' +
    'can be dropped; close to that share of all dimensions: it is spread out.',
  formula:
    'the smallest number of dimensions k with the largest Δ_k² whose shares Δ_k²/‖Δ‖² reach the share asked for',
  reference,
  unit: 'dimensions',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({
    share: z.number().gt(0).max(1).default(0.9).describe('Share of the squared gap to be held, from 0 to 1.'),
  }),
  async measure(subject, { share }) {
    const descending = shares(subject).sort().reverse();
    if (descending.some(Number.isNaN)) return Promise.resolve([{ value: NaN }]);
    let held = 0;
    let dimensions = 0;
    while (held < share && dimensions < descending.length) held += descending[dimensions++]!;
    const firstTwo = descending[0]! + (descending[1] ?? 0);
    return Promise.resolve([
      { value: dimensions, parameters: { share, dimension: descending.length, largestTwo: firstTwo } },
    ]);
  },
});

/** Each dimension's share of the squared gap. */
export const gapDimensionShares = defineMetric({
  kind: 'gap-dimension-shares',
  title: 'Gap dimension shares',
  description:
    'The share of the squared gap that each dimension holds, in the order of the dimensions; they sum to 1.',
  formula: 'Δ_k² / ‖Δ‖²',
  reference,
  unit: 'share',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    return Promise.resolve([{ value: [...shares(subject)] }]);
  },
});
