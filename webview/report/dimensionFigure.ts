import type { Report } from '../../server/protocol/report.ts';
import { dimensionChart, dimensionTable } from '../charts/dimensionChart.ts';
import { dimensionShares, dimensionsHolding, sharesOf } from '../charts/dimensionShares.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import { formatNumber, formatPercent } from '../formatNumber.ts';
import { findArray, findNumber, findResult, modalityPairs, pairName } from './reportLookup.ts';
import type { ModalityPair } from './reportLookup.ts';

const usualLevel = 0.9;

/** How the gap is spread over the dimensions; null when the report has neither gap vector nor shares. */
export function dimensionFigure(report: Report): FigureDefinition | null {
  const pairs = modalityPairs(report).filter((pair) => sharesFor(report, pair) !== undefined);
  if (pairs.length === 0) return null;
  return {
    id: 'dimensions',
    title: 'The gap by dimension',
    controls: [
      {
        key: 'pair',
        label: 'Modalities',
        options: pairs.map((pair, index) => ({ value: String(index), label: pairName(pair) })),
      },
      {
        key: 'shown',
        label: 'Dimensions',
        options: [
          { value: 'largest', label: 'largest shares' },
          { value: 'share', label: 'all, largest first' },
          { value: 'dimension', label: 'all, by dimension' },
        ],
      },
    ],
    content({ pair: choice, shown: chosen }, theme) {
      const pair = pairs[Number(choice)]!;
      const order = chosen === 'dimension' ? 'dimension' : 'share';
      const gap = findArray(report, 'gap-vector', pair) ?? null;
      const sorted = dimensionShares(sharesFor(report, pair)!, gap, 'share');
      const { level, count } = concentration(report, pair) ?? {
        level: usualLevel,
        count: dimensionsHolding(sorted, usualLevel),
      };
      const holding = `${formatNumber(count)} of ${formatNumber(sorted.length)} dimensions hold ${formatPercent(level, 0)}`;
      const shown =
        order === 'dimension'
          ? dimensionShares(sharesFor(report, pair)!, gap, 'dimension')
          : sorted.slice(0, chosen === 'largest' ? Math.ceil(1.4 * count) : sorted.length);
      const marks =
        order === 'dimension'
          ? []
          : [
              { scale: 'sum', value: level, label: '' },
              { scale: 'x', value: count, label: holding },
            ];
      const first = Math.min(2, sorted.length);
      return {
        chart: dimensionChart(shown, order, marks, theme),
        description: `Share of the squared gap between ${pairName(pair)} by dimension, with the cumulative share. ${holding} of it.`,
        caption: [
          `${holding} of the squared gap; the ${first} largest hold ${formatPercent(sorted[first - 1]?.cumulative ?? NaN)}. ` +
            'Were the gap spread evenly, the cumulative share would be a straight line. ' +
            'Dimensions are those of the coordinates the embeddings came in: a rotation of the space would change this chart and no distance.',
        ],
        table: () => dimensionTable(shown),
      };
    },
  };
}

function sharesFor(report: Report, pair: ModalityPair): number[] | undefined {
  const gap = findArray(report, 'gap-vector', pair);
  return findArray(report, 'gap-dimension-shares', pair) ?? (gap === undefined ? undefined : sharesOf(gap));
}

/** The count the run measured, so that page and report cannot differ. */
function concentration(report: Report, pair: ModalityPair): { level: number; count: number } | null {
  const count = findNumber(report, 'gap-dimension-concentration', pair);
  const level = findResult(report, 'gap-dimension-concentration', pair)?.parameters['share'];
  return count === undefined || typeof level !== 'number' ? null : { level, count };
}
