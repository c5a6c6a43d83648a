import type { z } from 'zod';
import type { ExperimentReport, Note, Result } from '../../protocol/report.ts';
import type { MeasurementSubjects } from '../measurement/subjects.ts';
import type { DataFacts } from '../metrics/metric.ts';
import type { Problem } from '../problems.ts';
import type { ProgressListener } from '../../protocol/progress.ts';

/** What an experiment is given beside its own parameters. */
export interface ExperimentContext {
  readonly subjects: MeasurementSubjects;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
  note(note: Note): void;
}

/** What an experiment found. Its name is added by the run. */
export interface ExperimentOutcome {
  readonly results: readonly Omit<Result, 'experiment'>[];
  readonly tables: ExperimentReport['tables'];
}

/** A value that an experiment puts into the results under a name of its own, described for reports. */
export interface ProducedValue {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly formula: string;
  readonly reference: string;
}

/** A kind of experiment: what an entry under `experiments:` may name. */
export interface ExperimentDefinition<Params extends z.ZodObject = z.ZodObject> {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly reference: string;
  /** The values it measures itself; those of metrics are described by the metrics. */
  readonly produces: readonly ProducedValue[];
  readonly params: Params;
  /** Problems that the parameters have with the data at hand, found before anything runs. */
  check?(params: z.output<Params>, facts: DataFacts): Problem[];
  run(params: z.output<Params>, context: ExperimentContext): Promise<ExperimentOutcome>;
}

/** Declares an experiment; one file declares one, and `registry.ts` lists it. */
export function defineExperiment<Params extends z.ZodObject>(
  definition: ExperimentDefinition<Params>,
): ExperimentDefinition<Params> {
  return definition;
}
