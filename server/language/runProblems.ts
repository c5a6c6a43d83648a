import { isDeepStrictEqual } from 'node:util';
import type { ExperimentConfig } from '../config/schema.ts';
import { valueAt } from '../config/schemaWalk.ts';
import type { DocumentProblem } from './documentProblem.ts';
import { formatBytes } from './factDescriptions.ts';
import type { Facts, RunFacts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';
import { dataFactsOf, modelFactsOf } from './knownData.ts';
import { estimateRun } from './runEstimate.ts';
import { utcMinute } from './utcMinute.ts';

const longSeconds = 600;
/** The share of the machine's memory that a run may take before it is said. */
const memoryShare = 0.8;

/** A run that would take long or more memory than there is, as far as that can be told. */
export function costProblems(
  document: GapDocument,
  config: ExperimentConfig,
  facts: Facts,
): DocumentProblem[] {
  const { value, uri } = document;
  const data = dataFactsOf(value, uri, facts);
  const machine = facts.machine();
  const models = Object.keys(config.encoders).map((name) => modelFactsOf(value, name, uri, facts));
  const dimension = data?.modalities[0]?.dimension ?? models.flatMap((model) => model?.dimension ?? [])[0];
  const rows = data?.rows ?? undefined;
  if (data === undefined || rows === undefined || machine === undefined || dimension === undefined) return [];
  const { seconds, bytes } = estimateRun(config, {
    rows,
    modalities: data.modalities.length,
    dimension,
    parameters: models.reduce((sum, model) => sum + (model?.parameters ?? 0), 0),
    cores: machine.cores,
  });
  const base = { path: ['data'], at: 'key' } as const;
  const advice = 'Lower `limit` or `pairRows`';
  return [
    ...(bytes <= memoryShare * machine.memory
      ? []
      : [
          {
            ...base,
            code: 'run-exceeds-memory',
            severity: 'warning' as const,
            message: `A run would take about ${formatBytes(bytes)} of memory; this machine has ${formatBytes(machine.memory)}. ${advice}`,
          },
        ]),
    ...(seconds <= longSeconds
      ? []
      : [
          {
            ...base,
            code: 'run-takes-long',
            severity: 'information' as const,
            message: `A run on ${machine.cores} cores would take about ${formatDuration(seconds)}. ${advice}`,
          },
        ]),
  ];
}

/** Results that were measured with another configuration, or with data that have been changed since. */
export function staleResults(
  document: GapDocument,
  config: ExperimentConfig,
  facts: Facts,
): DocumentProblem[] {
  const last = facts.runs(document.uri)?.[0];
  if (last === undefined) return [];
  const sections = (['seed', 'pairRows', 'repeatedRows', 'invalidRows', 'data', 'encoders'] as const).filter(
    (section) =>
      section in last.config &&
      // Where no encoders are named, those that were used are in the record all the same.
      !(section === 'encoders' && Object.keys(config.encoders).length === 0) &&
      !isSame(config[section], last.config[section]),
  );
  const stale = (path: DocumentProblem['path'], what: string): DocumentProblem => ({
    code: 'results-out-of-date',
    severity: 'hint',
    message: `The last results are out of date: ${what} since ${utcMinute(last.startedAt)}`,
    path,
    at: 'key',
    related: [{ uri: last.uri, message: 'The last run' }],
  });
  return [
    ...sections.map((section) => stale([section], `\`${section}\` was changed`)),
    ...(last.isDataChanged === true ? [stale(['data'], 'the data were changed')] : []),
    ...config.experiments.flatMap((entry, index) =>
      isMeasuredOtherwise(entry, last)
        ? [stale(['experiments', index, 'kind'], `"${entry.name}" was changed`)]
        : [],
    ),
  ];
}

/** Whether an experiment was run with other parameters; not where it was not run yet. */
function isMeasuredOtherwise(entry: ExperimentConfig['experiments'][number], last: RunFacts): boolean {
  const entries = last.config['experiments'];
  const before: unknown = Array.isArray(entries)
    ? entries.find((candidate) => valueAt(candidate, ['name']) === entry.name)
    : undefined;
  return before !== undefined && !isSame(entry, before);
}

/** Compared as they are written in a report: without keys that are undefined. */
function isSame(now: unknown, before: unknown): boolean {
  return isDeepStrictEqual(JSON.parse(JSON.stringify(now)), before);
}

function formatDuration(seconds: number): string {
  const [count, unit] = seconds < 5400 ? [seconds / 60, 'minutes'] : [seconds / 3600, 'hours'];
  return `${Number(count.toPrecision(2))} ${unit}`;
}
