import type { Report } from '../../server/protocol/report.ts';

/**
 * The results of a report as comma-separated values (RFC 4180), a row each: a value that is a list is written as JSON.
 * A text that a spreadsheet would take for a formula is kept a text.
 */
export function resultsCsv({ results }: Report): string {
  const header = [
    'experiment',
    'metric',
    'modalities',
    'value',
    'unit',
    'direction',
    'low',
    'high',
    'level',
    'parameters',
  ];
  const rows = results.map((result) => {
    const { experiment, metric, modalities, value, unit, direction, interval, parameters } = result;
    return [
      asText(experiment),
      metric,
      asText(modalities.join(' > ')),
      typeof value === 'number' ? String(value) : JSON.stringify(value),
      unit,
      direction,
      interval === null ? '' : String(interval.low),
      interval === null ? '' : String(interval.high),
      interval === null ? '' : String(interval.level),
      JSON.stringify(parameters),
    ];
  });
  return [header, ...rows].map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

function asText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
