import type { Interval, Report, Result } from '../protocol/report.ts';
import { textTable } from './textTable.ts';

/** Wraps headings in bold where the terminal shows it. */
export interface Style {
  heading(text: string): string;
}

export const plainStyle: Style = { heading: (text) => text };
export const terminalStyle: Style = { heading: (text) => `\u001B[1m${text}\u001B[22m` };

/** The values of a report as text for a terminal: grouped by experiment, then by modality and by pair. */
export function resultTable(report: Report, style: Style): string {
  const lines: string[] = [];
  for (const { name, rows, dimension, source } of report.modalities) {
    lines.push(`${name}: ${rows} × ${dimension}, ${source}`);
  }
  for (const experiment of report.experiments) {
    const results = report.results.filter((result) => result.experiment === experiment.name);
    lines.push('', style.heading(experiment.name));
    if (results.length === 0 && experiment.tables.length === 0) lines.push('', 'Nothing was measured.');
    for (const group of groupByModalities(results)) {
      lines.push('', style.heading(group.title), ...groupTable(group.results));
    }
    if (experiment.tables.length > 0) lines.push('');
    for (const { title, columns } of experiment.tables) {
      const names = columns.map((column) => column.name).join(', ');
      lines.push(`table in the report: ${title}: ${columns[0]?.values.length ?? 0} rows of ${names}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

interface Group {
  readonly title: string;
  readonly results: Result[];
}

/** Single modalities first, then pairs; the two directions of a pair stand together. */
function groupByModalities(results: readonly Result[]): Group[] {
  const groups = new Map<string, Group>();
  for (const result of [...results].sort((a, b) => a.modalities.length - b.modalities.length)) {
    const key = JSON.stringify([...result.modalities].sort());
    const group = groups.get(key) ?? { title: result.modalities.join(' and '), results: [] };
    group.results.push(result);
    groups.set(key, group);
  }
  return [...groups.values()];
}

function groupTable(results: readonly Result[]): string[] {
  const columns = [
    { title: 'metric' },
    { title: 'from → to' },
    { title: 'value', align: 'right' },
    { title: 'interval, range' },
    { title: 'unit' },
    { title: 'parameters' },
  ] as const;
  const rows = results.map((result) => [
    result.metric,
    directionCell(result, results),
    ...valueCells(result),
    result.unit,
    formatParameters(result.parameters),
  ]);
  return textTable(columns, rows);
}

/** Query and gallery, where the metric was measured both ways: otherwise the heading says all. */
function directionCell({ metric, modalities }: Result, results: readonly Result[]): string {
  const reversed = [...modalities].reverse().join('\n');
  const isDirected = results.some(
    (other) => other.metric === metric && other.modalities.join('\n') === reversed,
  );
  return modalities.length === 2 && isDirected ? modalities.join(' → ') : '';
}

/** A number and its interval; of a list how many there are, and from which to which. */
function valueCells({ value, interval }: Result): [value: string, range: string] {
  if (typeof value === 'number') return [formatNumber(value), formatInterval(interval)];
  let low = Infinity;
  let high = -Infinity;
  for (const entry of value) {
    low = Math.min(low, entry);
    high = Math.max(high, entry);
  }
  const range = value.length === 0 ? '' : `${formatNumber(low)} … ${formatNumber(high)}`;
  return [`${value.length} values`, range];
}

function formatInterval(interval: Interval | null): string {
  if (interval === null) return '';
  const { low, high, level } = interval;
  return `[${formatNumber(low)}, ${formatNumber(high)}] ${Number((level * 100).toPrecision(4))} %`;
}

function formatParameters(parameters: Result['parameters']): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.map(brief).join(',') : brief(value)}`)
    .join(' ');
}

function brief(value: string | number | boolean): string {
  return typeof value === 'number' ? String(Number(value.toPrecision(6))) : String(value);
}

/** Five decimals; six figures where those would show too little of a very small or a large number. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  return size >= 1e-3 && size < 1e5 ? value.toFixed(5) : value.toPrecision(6);
}
