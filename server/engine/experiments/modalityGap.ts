import { z } from 'zod';
import type { Result } from '../../protocol/report.ts';
import type { DataFacts, Measured, MetricDefinition } from '../metrics/metric.ts';
import { metrics } from '../metrics/registry.ts';
import { splitsOfOne } from '../datasets/splitNames.ts';
import type { Problem } from '../problems.ts';
import { someOf } from '../someOf.ts';
import type { ExperimentContext } from './experiment.ts';
import { defineExperiment } from './experiment.ts';

/** One entry under `metrics:`: a name, or a name with parameters. */
const metricEntry = z
  .union([
    z.enum(metrics.map(({ kind }) => kind)),
    z.discriminatedUnion(
      'kind',
      metrics.map(({ kind, params, description }) =>
        params.extend({ kind: z.literal(kind).describe(description) }),
      ) as unknown as [z.ZodObject<{ kind: z.ZodLiteral<string> }>],
    ),
  ])
  .describe('A metric by name, or its `kind` and parameters.');

/** Every cone and gap metric, on the embeddings as they are. */
export const modalityGap = defineExperiment({
  kind: 'modality-gap',
  title: 'Modality gap',
  description:
    'Measures the cone of each modality, the gap between every two of them, and what depends on it.',
  reference: 'Liang et al. 2022',
  produces: [],
  params: z.strictObject({
    metrics: z
      .union([z.literal('all'), z.array(metricEntry).min(1)])
      .default('all')
      .describe('`all`, or a list of metrics.'),
  }),
  check({ metrics: entries }, facts) {
    const chosen = chosenMetrics(entries);
    return [
      ...loneModality(chosen, facts),
      ...splitsAsModalities(chosen, facts),
      ...chosen.flatMap((each) => problemsOf(each, facts)),
    ];
  },
  async run({ metrics: entries }, context) {
    const chosen = chosenMetrics(entries);
    const results: Omit<Result, 'experiment'>[] = [];
    for (const [done, { metric, params }] of chosen.entries()) {
      context.signal.throwIfAborted();
      context.progress({ stage: 'measuring', done, total: chosen.length, unit: 'metrics' });
      results.push(...(await measure(metric, params, context)));
    }
    context.progress({ stage: 'measuring', done: chosen.length, total: chosen.length, unit: 'metrics' });
    return { results, tables: [] };
  },
});

interface ChosenMetric {
  readonly metric: MetricDefinition;
  readonly params: Record<string, unknown>;
  /** Where the metric is named; null where it is one of all. */
  readonly place: MetricPlace | null;
}

interface MetricPlace {
  readonly path: readonly (string | number)[];
  /** Whether it is named by `kind`, beside its parameters. */
  readonly isMapping: boolean;
}

function chosenMetrics(entries: 'all' | readonly z.output<typeof metricEntry>[]): ChosenMetric[] {
  if (entries === 'all')
    return metrics.map((metric) => ({ metric, params: metric.params.parse({}), place: null }));
  return entries.map((entry, index) => {
    const { kind, ...params } = typeof entry === 'string' ? { kind: entry } : entry;
    const metric = metrics.find((candidate) => candidate.kind === kind)!;
    const place = { path: ['metrics', index], isMapping: typeof entry !== 'string' };
    return { metric, params: metric.params.parse(params), place };
  });
}

/** What a metric has against the data. Of one that was not asked for by name, only errors are more than information. */
function problemsOf({ metric, params, place }: ChosenMetric, facts: DataFacts): Problem[] {
  const problems = metric.check?.(params, facts) ?? [];
  return problems.map((problem) => {
    const { severity, path } = problem;
    if (place === null) {
      return { ...problem, severity: severity === 'error' ? severity : 'information', path: ['kind'] };
    }
    const inner = place.isMapping && path.length === 0 ? ['kind'] : path;
    return { ...problem, path: [...place.path, ...inner] };
  });
}

/** That metrics of two modalities were asked for, and the data have one. */
function loneModality(chosen: readonly ChosenMetric[], { modalities }: DataFacts): Problem[] {
  const first = chosen.find(({ metric }) => metric.scope === 'pair');
  if (modalities.length !== 1 || first === undefined) return [];
  const isAnyLeft = chosen.some(({ metric }) => metric.scope === 'modality');
  const measured = isAnyLeft ? 'only what one modality has is measured' : 'nothing is measured';
  const message = `The data have one modality, ${modalities[0]!}. A gap and retrieval take two: ${measured}`;
  const [severity, path] =
    first.place === null ? (['information', ['kind']] as const) : (['warning', first.place.path] as const);
  return [{ code: 'one-modality', severity, message, path }];
}

/** That modalities are called as parts of one are: what lies between those is no gap between modalities. */
function splitsAsModalities(chosen: readonly ChosenMetric[], { modalities }: DataFacts): Problem[] {
  const [first] = splitsOfOne(modalities);
  if (first === undefined || !chosen.some(({ metric }) => metric.scope === 'pair')) return [];
  const names = someOf(first);
  const message = `${names} are called as parts of one modality are. Each is measured as a modality, and what lies between them as a gap. Name those in \`modalities\` that are to be compared, or, where they are parts, put them together, as with np.concatenate`;
  return [{ code: 'splits-as-modalities', severity: 'warning', message, path: ['kind'] }];
}

async function measure(
  metric: MetricDefinition,
  params: Record<string, unknown>,
  { subjects }: ExperimentContext,
): Promise<Omit<Result, 'experiment'>[]> {
  const results: Omit<Result, 'experiment'>[] = [];
  if (metric.scope === 'modality') {
    for (const subject of subjects.modalities) {
      results.push(...toResults(metric, [subject.name], await metric.measure(subject, params)));
    }
  } else {
    for (const subject of subjects.pairs) {
      results.push(...toResults(metric, subject.names, await metric.measure(subject, params)));
    }
  }
  return results;
}

function toResults(
  metric: MetricDefinition,
  names: readonly string[],
  measured: readonly Measured[],
): Omit<Result, 'experiment'>[] {
  return measured.map(
    ({ value, interval = null, parameters = {}, modalities = names, unit = metric.unit }) => ({
      metric: metric.kind,
      modalities: [...modalities],
      value,
      unit,
      direction: metric.direction,
      interval,
      parameters,
    }),
  );
}
