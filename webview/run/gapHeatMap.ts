import type { Report } from '../../server/protocol/report.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import { heatMapChart, heatMapTable } from '../charts/heatMapChart.ts';
import type { PairMatrix } from '../charts/heatMapChart.ts';
import { formatNumber } from '../formatNumber.ts';
import { findNumber, modalityPairs, pairName } from '../report/reportLookup.ts';

/** Gap distances of every two modalities; null for fewer than three, and where none was measured. */
export function gapHeatMap(report: Report): FigureDefinition | null {
  const names = report.modalities.map(({ name }) => name);
  const measured = modalityPairs(report).flatMap((pair) => {
    const value = findNumber(report, 'gap-distance', pair);
    return value === undefined ? [] : [{ pair, value }];
  });
  if (names.length < 3 || measured.length === 0) return null;
  const matrix: PairMatrix = {
    names,
    value: (row, column) => findNumber(report, 'gap-distance', [names[row]!, names[column]!]) ?? null,
  };
  return {
    id: 'gap-matrix',
    title: 'Gap distance between every two modalities',
    controls: [],
    content(_, theme) {
      return {
        chart: heatMapChart(matrix, 'gap distance', theme),
        description: `Gap distances. ${measured.map(({ pair, value }) => `${pairName(pair)}: ${formatNumber(value, 3)}`).join('; ')}.`,
        caption: ['Distance between the centres of two modalities; unit vectors can be at most 2 apart.'],
        table: () => heatMapTable(matrix, 'gap distance', ''),
      };
    },
  };
}
