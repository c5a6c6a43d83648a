import type { ChartDataset } from 'chart.js';
import { color } from 'chart.js/helpers';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart, ChartPoint } from './chartContent.ts';
import { binEdges, histogramDensity, histogramTotal, joinSparseBins } from './density.ts';
import type { Histogram } from './density.ts';
import { lineLegend } from './lineLegend.ts';

/** One histogram of cosines and what it is of. */
export interface CosineSeries {
  readonly label: string;
  readonly role: 'within' | 'matched' | 'mismatched';
  /** Place of the modality in the report: its colour; 0 between modalities. */
  readonly modality: number;
  readonly histogram: Histogram;
}

/** Overlaid densities of cosines as histogram outlines: within a modality filled, between modalities dashed. */
export function cosineChart(series: readonly CosineSeries[], theme: Theme): AnyChart {
  const shown = series.map(({ histogram }) => joinSparseBins(histogram));
  const points = shown.map(histogramDensity);
  const xs = points.flat().map(({ x }) => x);
  const binWidth = Math.max(0, ...shown.map(widthOf));
  return {
    type: 'line',
    data: { datasets: series.map((one, index) => dataset(one, points[index]!, theme)) },
    options: {
      interaction: { mode: 'nearestOfEach', intersect: false },
      scales: {
        x: {
          ...axisStyle(theme, 'cosine similarity'),
          type: 'linear',
          min: Math.max(-1, Math.min(...xs) - binWidth / 2),
          max: Math.min(1, Math.max(...xs) + binWidth / 2),
        },
        y: {
          ...axisStyle(theme, 'density (share of pairs per unit of cosine)'),
          type: 'linear',
          beginAtZero: true,
        },
      },
      plugins: {
        legend: { labels: lineLegend(theme) },
        tooltip: {
          callbacks: {
            title: (items) => `cosine near ${cosineText(items[0]?.parsed.x ?? 0, binWidth)}`,
            label: (item) => {
              const width = widthOf(shown[item.datasetIndex]!);
              const [from, to] = [-0.5, 0.5].map((half) =>
                cosineText((item.parsed.x ?? 0) + half * width, width),
              );
              return `${item.dataset.label ?? ''}, ${from} to ${to}: ${formatNumber(item.parsed.y ?? 0)}`;
            },
          },
        },
      },
    },
  };
}

/** Edges, count and density of each bin of each histogram, empty bins at the ends left out. */
export function cosineTable(series: readonly CosineSeries[]): PlainTable {
  return {
    columns: ['cosines of', 'from', 'to', 'pairs', 'density'].map((name) => ({ name, unit: '' })),
    rows: series.flatMap(({ label, histogram }) => {
      const total = histogramTotal(histogram);
      return histogram.counts.flatMap((count, bin) => {
        const [from, to] = binEdges(histogram, bin);
        return count === 0 ? [] : [[label, from, to, count, count / (total * (to - from))]];
      });
    }),
  };
}

function dataset(
  { label, role, modality }: CosineSeries,
  data: ChartPoint[],
  theme: Theme,
): ChartDataset<'line', ChartPoint[]> {
  const line = role === 'within' ? theme.series[modality % theme.series.length]! : theme[role];
  return {
    type: 'line',
    label,
    data,
    // The point stands at the bin's centre: steps half-way between points are the bin's edges.
    stepped: 'middle',
    pointRadius: 0,
    pointHitRadius: 8,
    pointStyle: 'line',
    borderColor: line,
    borderWidth: 1.75,
    borderDash: role === 'within' ? [] : role === 'matched' ? [7, 3] : [2, 2.5],
    backgroundColor: color(line).alpha(0.14).rgbString(),
    fill: role === 'within' ? 'origin' : false,
  };
}

function widthOf({ low, high, counts }: Histogram): number {
  return (high - low) / counts.length;
}

/** A cosine with as many digits as bins of this width need to be told apart. */
function cosineText(value: number, binWidth: number): string {
  return value.toFixed(binWidth < 0.01 ? 4 : 3).replace('-', '−');
}
