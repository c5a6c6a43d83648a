import type { Interval, ModalityReport, Report } from '../../server/protocol/report.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import { findings } from './findings.ts';
import { gapMatrix } from './gapMatrix.ts';
import { tableFrame } from './tableFrame.ts';
import { findNumber, findResult, modalityPairs, pairName } from './reportLookup.ts';

/** More pairs than this are shown as a matrix alone. */
const mostPairsAsNumbers = 3;

/** The main numbers, large, and what they say in words. */
export function overviewSection(report: Report): HTMLElement {
  const pairs = modalityPairs(report);
  const { sentences, caveats } = findings(report);
  const asNumbers = pairs.length > 0 && pairs.length <= mostPairsAsNumbers;
  return element(
    'section',
    { class: 'overview', 'aria-label': 'Overview' },
    element(
      'div',
      { class: 'lead' },
      ...(asNumbers
        ? [element('div', { class: 'headline' }, ...pairs.map((pair) => gapNumber(report, pair)))]
        : []),
      element('div', { class: 'findings' }, ...sentences.map((sentence) => element('p', {}, sentence))),
    ),
    ...(pairs.length > 1 ? [gapMatrix(report)] : []),
    coneTable(report),
    element('ul', { class: 'caveats' }, ...caveats.map((caveat) => element('li', {}, caveat))),
  );
}

/** `95 % interval 0.842 – 0.861`. */
export function intervalText({ low, high, level }: Interval, digits = 4): string {
  return `${formatNumber(100 * level)} % interval ${formatNumber(low, digits)} – ${formatNumber(high, digits)}`;
}

function gapNumber(report: Report, pair: readonly [string, string]): HTMLElement {
  const result = findResult(report, 'gap-distance', pair);
  const value = findNumber(report, 'gap-distance', pair);
  const interval = result?.interval ?? null;
  return element(
    'div',
    { class: 'gap-number' },
    element('div', { class: 'label' }, `Gap distance, ${pairName(pair)}`),
    value === undefined
      ? element('div', { class: 'value missing' }, 'not measured')
      : element('data', { class: 'value', value: String(value) }, formatNumber(value, 3)),
    element(
      'div',
      { class: 'quiet' },
      value === undefined ? '' : interval === null ? 'no interval' : intervalText(interval, 3),
    ),
  );
}

function coneTable(report: Report): HTMLElement {
  const head = ['Modality', 'Mean cosine', 'Interval', 'Rows', 'Dimension', 'Source'];
  return tableFrame(
    'The cone of each modality: mean cosine between different rows (0: no cone, 1: one direction)',
    element(
      'table',
      { class: 'modalities' },
      element('thead', {}, element('tr', {}, ...head.map((text) => element('th', { scope: 'col' }, text)))),
      element('tbody', {}, ...report.modalities.map((modality, index) => coneRow(report, modality, index))),
    ),
  );
}

function coneRow(
  report: Report,
  { name, rows, dimension, source }: ModalityReport,
  index: number,
): HTMLElement {
  const value = findNumber(report, 'mean-cosine', [name]);
  const interval = findResult(report, 'mean-cosine', [name])?.interval ?? null;
  const mark = element('span', { class: `mark series-${(index % 8) + 1}` });
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, mark, name),
    element(
      'td',
      { class: 'number' },
      value === undefined ? 'not measured' : element('data', { value: String(value) }, formatNumber(value)),
    ),
    element(
      'td',
      { class: 'interval' },
      interval === null ? '—' : `${formatNumber(interval.low)} – ${formatNumber(interval.high)}`,
    ),
    element('td', { class: 'number' }, formatNumber(rows)),
    element('td', { class: 'number' }, formatNumber(dimension)),
    element('td', { class: 'source' }, source),
  );
}
