import type { ExperimentDefinition } from './experiment.ts';
import { lossLandscape } from './lossLandscape.ts';
import { modalityGap } from './modalityGap.ts';

/** Every kind of experiment. */
export const experiments: readonly ExperimentDefinition[] = Object.freeze([modalityGap, lossLandscape]);
