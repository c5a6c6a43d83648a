import { centroidCosine } from './centroidCosine.ts';
import { contrastiveLoss } from './contrastiveLoss.ts';
import { maxCosine, minCosine } from './cosineExtremes.ts';
import { cosineHistogram, crossCosineHistogram, matchedCosineHistogram } from './cosineHistograms.ts';
import { cosineQuantiles } from './cosineQuantiles.ts';
import { gapDimensionConcentration, gapDimensionShares } from './gapDimensions.ts';
import { gapDistance } from './gapDistance.ts';
import { gapVector } from './gapVector.ts';
import { matchedCosine } from './matchedCosine.ts';
import { matchedDistance } from './matchedDistance.ts';
import { meanCosine } from './meanCosine.ts';
import { meanResultantLength } from './meanResultantLength.ts';
import type { MetricDefinition } from './metric.ts';
import { mismatchedCosine } from './mismatchedCosine.ts';
import { normalizedGap } from './normalizedGap.ts';
import { recallAt1, recallAt10, recallAt5 } from './recallAtK.ts';
import { relativeModalityGap } from './relativeModalityGap.ts';
import { solidAngleFraction } from './solidAngleFraction.ts';
import { stdCosine } from './stdCosine.ts';

/** Every metric, in the order of the report. */
export const metrics: readonly MetricDefinition[] = Object.freeze([
  meanCosine,
  minCosine,
  maxCosine,
  stdCosine,
  cosineQuantiles,
  cosineHistogram,
  meanResultantLength,
  solidAngleFraction,
  gapDistance,
  gapVector,
  centroidCosine,
  normalizedGap,
  relativeModalityGap,
  matchedDistance,
  matchedCosine,
  mismatchedCosine,
  matchedCosineHistogram,
  crossCosineHistogram,
  contrastiveLoss,
  recallAt1,
  recallAt5,
  recallAt10,
  gapDimensionConcentration,
  gapDimensionShares,
]);
