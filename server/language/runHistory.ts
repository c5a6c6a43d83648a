import { valueAt } from '../config/schemaWalk.ts';
import { metrics } from '../engine/metrics/registry.ts';
import { experiments } from '../engine/experiments/registry.ts';
import type { Result } from '../protocol/report.ts';
import { escapedMarkdown } from './escapedMarkdown.ts';
import type { RunFacts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';
import { utcMinute } from './utcMinute.ts';

/** Runs that a trend goes back. */
const trendRuns = 12;
const bars = '▁▂▃▄▅▆▇█';

/** The name under which an entry's results are filed: its own, or what stands for it. */
export function experimentNameAt(document: GapDocument, index: number): string | undefined {
  const completed = document.parsed.config?.experiments[index]?.name;
  if (completed !== undefined) return completed;
  const [name, kind] = ['name', 'kind'].map((key) => valueAt(document.value, ['experiments', index, key]));
  const found = name ?? kind;
  return typeof found === 'string' ? found : undefined;
}

/**
 * The last measured values of an experiment, with interval, date, device, and how each went over several runs, as
 * Markdown with a link that opens the run. Undefined where it was not run yet.
 *
 * @param runs The newest first.
 * @param metric Only values of this metric.
 */
export function describeLastRun(
  runs: readonly RunFacts[],
  experiment: string,
  metric?: string,
): string | undefined {
  const isMeant = (result: Result) =>
    result.experiment === experiment && (metric === undefined || result.metric === metric);
  const last = runs.find(({ results }) => results.some(isMeant));
  if (last === undefined) return undefined;
  const rows = last.results.filter(isMeant).map((result) => {
    const earlier = runs.slice(runs.indexOf(last), runs.indexOf(last) + trendRuns);
    return [
      titleOf(result.metric),
      result.modalities.map(escapedMarkdown).join(' → ') + describeParameters(result),
      formatMeasured(result),
      trend(earlier.flatMap(({ results }) => valuesLike(result, results)).reverse()),
    ];
  });
  const columns = ['metric', 'of', 'value', 'trend'];
  // After a single run there is no trend yet.
  const shown = rows.every(([, , , course]) => course === '') ? 3 : 4;
  const table = [columns, columns.map(() => '---'), ...rows].map((cells) => cells.slice(0, shown));
  const of = last.rows === null ? '' : `, ${last.rows.toLocaleString('en')} rows`;
  return [
    `Last run ${utcMinute(last.startedAt)}, on ${escapedMarkdown(last.device)}${of} · [Open](${openRunLink(last.uri)})`,
    table.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n');
}

/** The link that opens a run's panel. */
export function openRunLink(uri: string): string {
  return `command:modalityGap.openRun?${encodeURIComponent(JSON.stringify([uri]))}`;
}

/** A value to four digits, with its interval and unit. */
export function formatMeasured({
  value,
  interval,
  unit,
}: Pick<Result, 'value' | 'interval' | 'unit'>): string {
  const shown = Array.isArray(value) ? `${value.length} values` : formatNumber(value);
  const range = interval === null ? '' : ` [${formatNumber(interval.low)}, ${formatNumber(interval.high)}]`;
  return `${shown}${range} ${escapedMarkdown(unit)}`.trim();
}

/** Values as a line of bars from the lowest to the highest; empty for a single one. */
export function trend(values: readonly number[]): string {
  if (values.length < 2) return '';
  const low = Math.min(...values);
  const span = Math.max(...values) - low;
  return values
    .map((value) => bars[span === 0 ? 3 : Math.round(((value - low) / span) * (bars.length - 1))])
    .join('');
}

function formatNumber(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function titleOf(kind: string): string {
  const produced = experiments.flatMap(({ produces }) => produces);
  return (
    [...metrics, ...produced].find((definition) => definition.kind === kind)?.title ?? escapedMarkdown(kind)
  );
}

/** What tells a value from others of the same metric and modalities. */
function describeParameters({ parameters }: Result): string {
  const told = ['direction', 'logitScale', 'k'].flatMap((key) => {
    const value = parameters[key];
    return value === undefined ? [] : [escapedMarkdown(String(value))];
  });
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

function valuesLike(like: Result, results: readonly Result[]): number[] {
  const identity = (result: Result) =>
    [result.experiment, result.metric, result.modalities.join('\0'), describeParameters(result)].join('\0');
  const found = results.find((result) => identity(result) === identity(like))?.value;
  return typeof found === 'number' ? [found] : [];
}
