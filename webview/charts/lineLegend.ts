import type { Chart, LegendItem } from 'chart.js';
import type { Theme } from '../theme.ts';

/** Legend entries of charts of lines and bars: a stretch of the line itself, with its dashes; a square for bars. */
export function lineLegend(theme: Theme) {
  return {
    usePointStyle: true,
    pointStyleWidth: 28,
    generateLabels: (chart: Chart): LegendItem[] =>
      chart.data.datasets.map((dataset, index) => {
        const color = dataset.borderColor as string;
        return {
          text: dataset.label ?? '',
          datasetIndex: index,
          hidden: !chart.isDatasetVisible(index),
          strokeStyle: color,
          fillStyle: color,
          fontColor: theme.text,
          lineWidth: 2,
          lineDash: 'borderDash' in dataset ? (dataset.borderDash as number[]) : [],
          pointStyle: chart.getDatasetMeta(index).type === 'bar' ? ('rect' as const) : ('line' as const),
        };
      }),
  };
}
