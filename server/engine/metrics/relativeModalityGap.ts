import { z } from 'zod';
import { resampledMeanCosine } from '../measurement/modalitySubject.ts';
import { defineMetric } from './metric.ts';

function relativeGap(matchedCosine: number, meanCosineX: number, meanCosineY: number): number {
  const matched = (1 - matchedCosine) / 2;
  const within = ((1 - meanCosineX) / 2 + (1 - meanCosineY) / 2) / 2;
  return matched / (matched + within);
}

/** The dissimilarity of matched pairs relative to that within the modalities. */
export const relativeModalityGap = defineMetric({
  kind: 'relative-modality-gap',
  title: 'Relative modality gap',
  description:
    'How far matched pairs lie apart beside how far items of one modality do: 0 when matched pairs coincide, ½ when ' +
    'they are as far apart as any two items of a modality, towards 1 when the gap dwarfs the cones.',
  formula: 'm / (m + ½(d_x + d_y)), m = mean (1 − x_i·y_i)/2, d = mean over i ≠ j of (1 − x_i·x_j)/2',
  reference: 'Schrodi et al. 2024, "Two Effects, One Trigger" (RMG)',
  unit: 'ratio',
  direction: 'neither',
  scope: 'pair',
  params: z.strictObject({}),
  async measure(subject) {
    const value = relativeGap(
      subject.matchedCosines.mean,
      subject.first.modality.meanCosine,
      subject.second.modality.meanCosine,
    );
    const interval = await subject.interval(value, ({ first, second, matchedCosine }) =>
      relativeGap(matchedCosine, resampledMeanCosine(first), resampledMeanCosine(second)),
    );
    return [{ value, interval, parameters: { rows: subject.rowCount } }];
  },
});
