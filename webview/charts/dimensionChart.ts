import { formatNumber, formatPercent } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart } from './chartContent.ts';
import type { DimensionOrder, DimensionShare } from './dimensionShares.ts';
import { lineLegend } from './lineLegend.ts';
import { referenceLines } from './referenceLine.ts';
import type { ReferenceLine } from './referenceLine.ts';

/** Share of the squared gap by dimension as bars, and their running sum as a line against the right axis. */
export function dimensionChart(
  shares: readonly DimensionShare[],
  order: DimensionOrder,
  marks: readonly ReferenceLine[],
  theme: Theme,
): AnyChart {
  const place = (index: number) => (order === 'share' ? index + 1 : shares[index]!.dimension);
  const percent = (value: string | number) => formatPercent(Number(value), 0);
  const rankAxis = axisStyle(
    theme,
    order === 'share' ? 'rank of the dimension, largest share first' : 'dimension (index from 0)',
  );
  const shareAxis = axisStyle(theme, 'share of the squared gap, Δₖ² / ‖Δ‖²');
  const sumAxis = axisStyle(theme, 'cumulative share');
  return {
    type: 'bar',
    data: {
      datasets: [
        {
          type: 'line',
          label: 'cumulative share (right axis)',
          yAxisID: 'sum',
          data: shares.map(({ cumulative }, index) => ({ x: place(index), y: cumulative })),
          borderColor: theme.series[1]!,
          backgroundColor: theme.series[1]!,
          borderWidth: 1.75,
          pointRadius: 0,
          pointHitRadius: 4,
          pointStyle: 'line',
          stepped: shares.length <= 64 ? 'middle' : false,
        },
        {
          type: 'bar',
          label: 'share of one dimension (left axis)',
          yAxisID: 'share',
          data: shares.map(({ share }, index) => ({ x: place(index), y: share })),
          backgroundColor: theme.series[0]!,
          borderColor: theme.series[0]!,
          borderWidth: 0,
          minBarLength: 1,
          barPercentage: 1,
          categoryPercentage: shares.length > 200 ? 1 : 0.8,
          pointStyle: 'rect',
        },
      ],
    },
    options: {
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          ...rankAxis,
          type: 'linear',
          // A linear axis with bars would otherwise leave half a step empty at both ends, whatever the step.
          offset: false,
          grid: { ...rankAxis.grid, offset: false },
          min: place(0) - 0.5,
          max: place(0) + shares.length - 0.5,
        },
        share: {
          ...shareAxis,
          type: 'linear',
          position: 'left',
          beginAtZero: true,
          ticks: {
            ...shareAxis.ticks,
            callback: (value) => formatPercent(Number(value), shareDigits(shares)),
          },
        },
        sum: {
          ...sumAxis,
          type: 'linear',
          position: 'right',
          min: 0,
          max: 1,
          grid: { display: false },
          ticks: { ...sumAxis.ticks, callback: percent },
        },
      },
      plugins: {
        legend: { labels: lineLegend(theme) },
        tooltip: {
          callbacks: {
            title: (items) => {
              const one = shares[items[0]?.dataIndex ?? -1];
              if (one === undefined) return '';
              const rank = order === 'share' ? `, rank ${(items[0]?.dataIndex ?? 0) + 1}` : '';
              return `dimension ${one.dimension}${rank}`;
            },
            label: (item) =>
              `${item.datasetIndex === 0 ? 'cumulative' : 'share'}: ${formatPercent(item.parsed.y ?? 0, 2)}`,
            afterBody: (items) => {
              const component = shares[items[0]?.dataIndex ?? -1]?.component;
              return typeof component === 'number' ? [`Δₖ = ${formatNumber(component)}`] : [];
            },
          },
        },
      },
    },
    plugins: [referenceLines(marks, theme)],
  };
}

/** Index, component, share and running sum of each dimension in the order shown. */
export function dimensionTable(shares: readonly DimensionShare[]): PlainTable {
  return {
    columns: [
      { name: 'dimension', unit: '' },
      { name: 'component Δₖ', unit: '' },
      { name: 'share', unit: '' },
      { name: 'cumulative share', unit: '' },
    ],
    rows: shares.map(({ dimension, component, share, cumulative }) => [
      dimension,
      component ?? '',
      share,
      cumulative,
    ]),
  };
}

/** Decimals that keep the ticks of a few percent apart. */
function shareDigits(shares: readonly DimensionShare[]): number {
  const largest = shares.reduce((most, { share }) => Math.max(most, share), 0);
  return largest < 0.05 ? 1 : 0;
}
