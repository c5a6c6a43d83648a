import type { MetricDescriptions } from '../../server/protocol/metricDescription.ts';
import type { Direction, Report, Result } from '../../server/protocol/report.ts';
import { toCsv } from '../csv.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import { fileNameOf } from '../saveFile.ts';

const headings = ['Modalities', 'Value', 'Interval', 'Unit', 'Parameters'];

const directionWords: Record<Direction, string> = {
  higher: 'higher is better',
  lower: 'lower is better',
  neither: 'neither is better',
};

/** Every result of the report, a block a metric with its meaning; nothing is left out. `saveFile` offers them as a file. */
export function resultsSection(
  report: Report,
  descriptions: MetricDescriptions,
  saveFile: (name: string, content: Blob) => void,
): HTMLElement {
  if (report.results.length === 0) {
    return element('section', { id: 'results' }, element('p', { class: 'absent' }, 'Nothing was measured.'));
  }
  const byMetric = new Map<string, Result[]>();
  for (const result of report.results) {
    byMetric.set(result.metric, [...(byMetric.get(result.metric) ?? []), result]);
  }
  const several = new Set(report.results.map(({ experiment }) => experiment)).size > 1;
  const save = element('button', { type: 'button', 'aria-label': 'Save CSV of all numbers' }, 'Save CSV');
  save.addEventListener('click', () => {
    const csv = toCsv(resultsTable(report, descriptions));
    saveFile(`${fileNameOf(report.name)}-results.csv`, new Blob([csv], { type: 'text/csv' }));
  });
  const head = [...headings, ...(several ? ['Experiment'] : [])];
  return element(
    'section',
    { class: 'results', id: 'results', 'aria-labelledby': 'results-title' },
    element(
      'div',
      { class: 'figure-head' },
      element('h2', { id: 'results-title' }, 'Every number'),
      element('div', { class: 'actions' }, save),
    ),
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'All results' },
      element(
        'table',
        {},
        element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
        ...[...byMetric].map(([metric, results]) => metricBlock(metric, results, descriptions, several)),
      ),
    ),
    ...intervalNotes(report).map((note) => element('p', { class: 'quiet' }, note)),
  );
}

/** One row a result; the numbers of an array stand in one cell, parted by spaces. */
export function resultsTable(report: Report, descriptions: MetricDescriptions): PlainTable {
  const names = [
    ...['experiment', 'metric', 'title', 'modalities', 'value', 'unit', 'direction'],
    ...['interval low', 'interval high', 'interval level', 'interval method', 'resamples', 'parameters'],
  ];
  return {
    columns: names.map((name) => ({ name, unit: '' })),
    rows: report.results.map((result) => [
      result.experiment,
      result.metric,
      descriptions[result.metric]?.title ?? result.metric,
      result.modalities.join(' '),
      Array.isArray(result.value) ? result.value.join(' ') : result.value,
      result.unit,
      result.direction,
      result.interval?.low ?? '',
      result.interval?.high ?? '',
      result.interval?.level ?? '',
      result.interval?.method ?? '',
      result.interval?.resamples ?? '',
      JSON.stringify(result.parameters),
    ]),
  };
}

function metricBlock(
  metric: string,
  results: readonly Result[],
  descriptions: MetricDescriptions,
  several: boolean,
): HTMLElement {
  const meaning = descriptions[metric];
  const direction = results[0]?.direction ?? 'neither';
  const heading = element(
    'th',
    { colspan: String(headings.length + (several ? 1 : 0)), scope: 'rowgroup' },
    element(
      'div',
      { class: 'metric-head' },
      element('span', { class: 'metric-title' }, meaning?.title ?? metric),
      element('code', {}, metric),
      element('span', { class: `direction ${direction}` }, directionWords[direction]),
    ),
  );
  if (meaning !== undefined) {
    heading.append(
      element('p', { class: 'meaning' }, meaning.description),
      element('p', { class: 'formula' }, element('span', {}, meaning.formula), ' · ', meaning.reference),
    );
  }
  return element(
    'tbody',
    { 'data-metric': metric },
    element('tr', { class: 'metric' }, heading),
    ...results.map((result) => resultRow(result, modalitiesText(result, results), several)),
  );
}

/** `query → gallery` where a metric was measured both ways, `image – text` where it knows no order. */
function modalitiesText({ modalities, parameters }: Result, results: readonly Result[]): string {
  const [first, second] = modalities;
  const directed =
    parameters['direction'] !== 'symmetric' &&
    results.some(({ modalities: [one, other] }) => one === second && other === first);
  return modalities.join(modalities.length === 2 && directed ? ' → ' : ' – ');
}

function resultRow(
  { value, interval, unit, parameters, experiment }: Result,
  name: string,
  several: boolean,
): HTMLElement {
  return element(
    'tr',
    {},
    element('td', {}, name),
    element('td', { class: 'number' }, Array.isArray(value) ? arrayCell(value) : numberCell(value)),
    element(
      'td',
      { class: 'interval' },
      interval === null ? '—' : `${formatNumber(interval.low)} – ${formatNumber(interval.high)}`,
    ),
    element('td', {}, unit === '' ? '—' : unit),
    element('td', { class: 'parameters' }, parameterText(parameters)),
    ...(several ? [element('td', { class: 'experiment' }, experiment)] : []),
  );
}

function numberCell(value: number): HTMLElement {
  return element('data', { value: String(value) }, formatNumber(value));
}

/** The size and range of an array, and, once opened, all of it. */
function arrayCell(values: readonly number[]): HTMLElement {
  const least = values.reduce((low, value) => Math.min(low, value), Infinity);
  const most = values.reduce((high, value) => Math.max(high, value), -Infinity);
  const details = element(
    'details',
    { class: 'array' },
    element('summary', {}, `${values.length} values, ${formatNumber(least)} to ${formatNumber(most)}`),
  );
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1) {
      details.append(
        element('div', { class: 'values' }, values.map((value) => formatNumber(value)).join('  ')),
      );
    }
  });
  return details;
}

function parameterText(parameters: Result['parameters']): string {
  return Object.entries(parameters)
    .map(([name, value]) => {
      const shown = Array.isArray(value) ? value.map((one) => formatNumber(one, 2)).join(' ') : value;
      return `${name} ${typeof shown === 'number' ? formatNumber(shown) : String(shown)}`;
    })
    .join(', ');
}

function intervalNotes({ results }: Report): string[] {
  const methods = results.flatMap(({ interval }) =>
    interval === null
      ? []
      : [
          `${formatNumber(100 * interval.level)} %, ${interval.method}, ${formatNumber(interval.resamples)} resamples`,
        ],
  );
  return methods.length === 0
    ? []
    : [`Intervals: ${[...new Set(methods)].join('; ')}. A dash: none was computed.`];
}
