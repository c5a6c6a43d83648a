import type { RunContent } from '../../server/protocol/panel.ts';
import { createFigure } from '../charts/figure.ts';
import type { Figure, FigureDefinition, FigurePage } from '../charts/figure.ts';
import { intervalChart, intervalTable } from '../charts/intervalChart.ts';
import { toCsv } from '../csv.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import { compareReports, differenceOf } from './compareRuns.ts';
import type { ComparedValue } from './compareRuns.ts';

/** Several runs side by side: every number with its difference from the first run, and a chart of one metric. */
export function comparePage(
  runs: readonly RunContent[],
  page: FigurePage,
): { element: HTMLElement; figures: Figure[] } {
  const compared = compareReports(runs.map(({ report }) => report));
  const names = runNames(runs);
  const titles = new Map(
    runs.flatMap(({ descriptions }) =>
      Object.entries(descriptions).map(([kind, { title }]) => [kind, title] as const),
    ),
  );
  const definition = compared.length === 0 ? null : comparisonFigure(compared, names, titles);
  const figures = definition === null ? [] : [createFigure(definition, page)];
  return {
    element: element(
      'div',
      {},
      element(
        'header',
        {},
        element('p', { class: 'kind' }, 'Comparison of modality gap reports'),
        element('h1', {}, names.join(' · ')),
        element('p', { class: 'quiet' }, `Differences are from ${names[0] ?? ''}.`),
      ),
      ...figures.map((figure) => figure.element),
      comparisonTable(compared, names, titles, page),
    ),
    figures,
  };
}

/** Names of runs, told apart by number where they are the same. */
function runNames(runs: readonly RunContent[]): string[] {
  const names = runs.map(({ report }) => report.name);
  return names.map((name, index) =>
    names.indexOf(name) === names.lastIndexOf(name)
      ? name
      : `${name} (${names.slice(0, index + 1).filter((other) => other === name).length})`,
  );
}

function comparisonFigure(
  compared: readonly ComparedValue[],
  names: readonly string[],
  titles: ReadonlyMap<string, string>,
): FigureDefinition {
  const metrics = [...new Set(compared.map(({ metric }) => metric))].sort(
    (a, b) => Number(b === 'gap-distance') - Number(a === 'gap-distance'),
  );
  return {
    id: 'comparison',
    title: 'One metric over the runs',
    controls: [
      {
        key: 'metric',
        label: 'Metric',
        options: metrics.map((value) => ({ value, label: titles.get(value) ?? value })),
      },
    ],
    content({ metric: chosen = '' }, theme) {
      const shown = compared.filter(({ metric }) => metric === chosen);
      const groups = shown.map(({ modalities, parameters, values }) => ({
        name: [modalities.join(' – '), parameters].filter((text) => text !== '').join(', '),
        rows: values.flatMap((one, run) => (one === null ? [] : [{ name: names[run]!, ...one }])),
      }));
      const unit = shown[0]?.unit ?? '';
      const title = titles.get(chosen) ?? chosen;
      return {
        chart: intervalChart(groups, unit === '' ? title : `${title} (${unit})`, theme),
        description: `${title} of each run. ${groups.map(({ name, rows }) => `${name}: ${rows.map((row) => `${row.name} ${formatNumber(row.value, 3)}`).join(', ')}`).join('; ')}.`,
        caption: [
          'A bar is the interval that the run computed for its value; a point without a bar has none.',
        ],
        table: () => intervalTable(groups, unit),
      };
    },
  };
}

function comparisonTable(
  compared: readonly ComparedValue[],
  names: readonly string[],
  titles: ReadonlyMap<string, string>,
  page: FigurePage,
): HTMLElement {
  const csv = element('button', { type: 'button', 'aria-label': 'Save CSV of the comparison' }, 'Save CSV');
  csv.addEventListener('click', () => {
    const ofRun = names.flatMap((name) => [name, `${name}: interval low`, `${name}: interval high`]);
    const table = {
      columns: ['metric', 'modalities', 'parameters', 'unit', ...ofRun].map((name) => ({ name, unit: '' })),
      rows: compared.map(({ metric, modalities, parameters, unit, values }) => [
        metric,
        modalities.join(' – '),
        parameters,
        unit,
        ...values.flatMap((one) => [one?.value ?? '', one?.interval?.low ?? '', one?.interval?.high ?? '']),
      ]),
    };
    page.save('comparison.csv', new Blob([toCsv(table)], { type: 'text/csv' }));
  });
  return element(
    'section',
    { class: 'comparison', id: 'numbers', 'aria-labelledby': 'numbers-title' },
    element(
      'div',
      { class: 'figure-head' },
      element('h2', { id: 'numbers-title' }, 'Every number'),
      element('div', { class: 'actions' }, csv),
    ),
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Every number of each run' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          element(
            'tr',
            {},
            ...['Metric', 'Modalities'].map((text) => element('th', { scope: 'col' }, text)),
            ...names.map((name) => element('th', { scope: 'col', class: 'number' }, name)),
          ),
        ),
        element('tbody', {}, ...compared.map((row) => comparedRow(row, titles))),
      ),
    ),
    element(
      'p',
      { class: 'quiet' },
      'Bold: the interval of the difference, recovered from the two intervals for independent runs, leaves out 0. Runs on the same rows are not independent; for them it is usually too wide.',
    ),
  );
}

function comparedRow(
  { metric, modalities, parameters, values }: ComparedValue,
  titles: ReadonlyMap<string, string>,
): HTMLElement {
  const [first] = values;
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, titles.get(metric) ?? metric),
    element(
      'td',
      {},
      modalities.join(' – '),
      ...(parameters === '' ? [] : [element('div', { class: 'quiet' }, parameters)]),
    ),
    ...values.map((one, run) => {
      if (one === null) return element('td', { class: 'number' }, '—');
      const cell = element(
        'td',
        { class: 'number' },
        element('data', { value: String(one.value) }, formatNumber(one.value)),
      );
      cell.append(
        element(
          'span',
          { class: 'difference' },
          one.interval === null
            ? ''
            : `${formatNumber(one.interval.low)} – ${formatNumber(one.interval.high)}`,
        ),
      );
      if (run > 0 && first !== null && first !== undefined) cell.append(differenceText(first, one));
      return cell;
    }),
  );
}

function differenceText(first: NonNullable<ComparedValue['values'][number]>, one: typeof first): HTMLElement {
  const { value, interval } = differenceOf(first, one);
  const isApart = interval !== null && (interval.low > 0 || interval.high < 0);
  const sign = value > 0 ? '+' : '';
  const range = interval === null ? '' : ` (${formatNumber(interval.low)} – ${formatNumber(interval.high)})`;
  return element(
    'span',
    { class: isApart ? 'difference apart' : 'difference' },
    `Δ ${sign}${formatNumber(value)}${range}`,
  );
}
