import { Chart } from 'chart.js';
import type { Plugin } from 'chart.js';
import type { Theme } from '../theme.ts';
import type { AnyChart, ChartKind } from './chartContent.ts';
import type { AxisRanges } from './zoomPan.ts';

const [width, height, pixelsPerUnit] = [840, 520, 3];

/**
 * The chart as a PNG image of 2520 × 1560 pixels, with title and legend drawn in and an opaque ground, so that it
 * can stand alone. `hidden` names the datasets that are switched off, `ranges` the part that is shown of an axis.
 */
export async function chartImage(
  chart: AnyChart,
  title: string,
  hidden: ReadonlySet<string>,
  ranges: AxisRanges,
  theme: Theme,
): Promise<Blob> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const font = { family: theme.fontFamily, size: 13 };
  const drawn = new Chart(canvas, {
    ...chart,
    data: {
      ...chart.data,
      datasets: chart.data.datasets.map((dataset) => ({
        ...dataset,
        hidden: hidden.has(dataset.label ?? ''),
      })),
    },
    options: {
      ...chart.options,
      animation: false,
      responsive: false,
      devicePixelRatio: pixelsPerUnit,
      layout: { padding: 20 },
      scales: Object.fromEntries(
        Object.entries(chart.options?.scales ?? {}).map(([id, scale]) => [id, { ...scale, ...ranges[id] }]),
      ),
      plugins: {
        ...chart.options?.plugins,
        title: {
          display: true,
          text: title,
          color: theme.text,
          font: { ...font, size: 16, weight: 600 },
          padding: { bottom: 12 },
        },
        legend: {
          display: true,
          labels: {
            ...chart.options?.plugins?.legend?.labels,
            color: theme.text,
            font,
            // Marks as large as those of points; they fill the height of a line otherwise.
            boxHeight: 7,
            filter: (item) => item.hidden !== true,
          },
        },
        tooltip: { enabled: false },
      },
    },
    plugins: [...(chart.plugins ?? []), ground(theme.surface)],
  });
  try {
    return await new Promise<Blob>((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob === null) reject(new Error('The browser made no image of the chart.'));
        else resolve(blob);
      }, 'image/png');
    });
  } finally {
    drawn.destroy();
  }
}

function ground(color: string): Plugin<ChartKind> {
  return {
    id: 'ground',
    beforeDraw({ ctx, width: wide, height: high }) {
      ctx.save();
      ctx.fillStyle = color;
      ctx.fillRect(0, 0, wide, high);
      ctx.restore();
    },
  };
}
