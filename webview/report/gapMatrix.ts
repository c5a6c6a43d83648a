import type { Report } from '../../server/protocol/report.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import { tableFrame } from './tableFrame.ts';
import { findNumber } from './reportLookup.ts';

/** Shades of the cells, from no distance to the largest. */
const shades = 5;

/** Gap distances of every pair as a matrix; darker is farther. The shade repeats what the number says. */
export function gapMatrix(report: Report): HTMLElement {
  const names = report.modalities.map(({ name }) => name);
  const distance = (row: string, column: string) =>
    row === column ? undefined : findNumber(report, 'gap-distance', [row, column]);
  const all = names.flatMap((row) => names.flatMap((column) => distance(row, column) ?? []));
  const most = Math.max(...all);
  const cell = (row: string, column: string): HTMLElement => {
    const value = distance(row, column);
    if (value === undefined) return element('td', { class: 'number' }, row === column ? '' : '—');
    const shade = most > 0 ? Math.round((value / most) * (shades - 1)) : 0;
    return element(
      'td',
      { class: `number shade-${shade}` },
      element('data', { value: String(value) }, formatNumber(value)),
    );
  };
  return tableFrame(
    'Gap distance between every two modalities',
    element(
      'table',
      { class: 'matrix' },
      element(
        'thead',
        {},
        element('tr', {}, element('td'), ...names.map((name) => element('th', { scope: 'col' }, name))),
      ),
      element(
        'tbody',
        {},
        ...names.map((row) =>
          element(
            'tr',
            {},
            element('th', { scope: 'row' }, row),
            ...names.map((column) => cell(row, column)),
          ),
        ),
      ),
    ),
  );
}
