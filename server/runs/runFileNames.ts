import type { ProjectionMethod } from '../protocol/runContent.ts';

/** The files of a run folder, by what they hold. */
export const runFileNames = {
  report: 'report.json',
  html: 'report.html',
  embeddings: 'embeddings.safetensors',
  config: 'config.gap.yaml',
  record: 'run.json',
} as const;

/** The folder of runs in the current one, for runs that name none. */
export const defaultRunsFolder = 'modality-gap-runs';

/** The two files of a projection: points, and what says how they lie in it. Written when somebody looks at them. */
export function pointsFileNames(method: ProjectionMethod): {
  readonly points: string;
  readonly description: string;
} {
  return { points: `points-${method}.bin`, description: `points-${method}.json` };
}
