import type { Chart, Plugin } from 'chart.js';
import type { Theme } from '../theme.ts';
import type { ChartKind } from './chartContent.ts';

/** A value marked across the plot, with a few words at its end, or none. */
export interface ReferenceLine {
  readonly scale: string;
  readonly value: number;
  readonly label: string;
}

/** Draws dashed lines at fixed values behind the data, and their words before it. */
export function referenceLines(lines: readonly ReferenceLine[], theme: Theme): Plugin<ChartKind> {
  return {
    id: 'referenceLines',
    beforeDatasetsDraw(chart) {
      withContext(chart, theme, (context) => {
        context.setLineDash([4, 4]);
        for (const { horizontal, pixel } of placed(lines, chart)) {
          const { left, right, top, bottom } = chart.chartArea;
          context.beginPath();
          context.moveTo(horizontal ? left : pixel, horizontal ? pixel : top);
          context.lineTo(horizontal ? right : pixel, horizontal ? pixel : bottom);
          context.stroke();
        }
      });
    },
    afterDatasetsDraw(chart) {
      withContext(chart, theme, (context) => {
        for (const { horizontal, pixel, label } of placed(lines, chart)) {
          if (label === '') continue;
          const { left, right, top } = chart.chartArea;
          const width = context.measureText(label).width;
          const beside = pixel + width + 10 < right ? pixel + 6 : Math.max(left + 4, pixel - 6 - width);
          const x = horizontal ? right - width - 6 : beside;
          const y = horizontal ? pixel - 11 : top + 11;
          context.fillStyle = theme.surface;
          context.globalAlpha = 0.8;
          context.fillRect(x - 3, y - 8, width + 6, 16);
          context.globalAlpha = 1;
          context.fillStyle = theme.text;
          context.fillText(label, x, y);
        }
      });
    },
  };
}

function withContext(chart: Chart, theme: Theme, draw: (context: CanvasRenderingContext2D) => void): void {
  const { ctx } = chart;
  ctx.save();
  ctx.strokeStyle = theme.muted;
  ctx.font = `12px ${theme.fontFamily}`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'middle';
  draw(ctx);
  ctx.restore();
}

/** The lines that lie within the plot, with their pixel: a line at a value of the y axis is horizontal. */
function placed(lines: readonly ReferenceLine[], chart: Chart) {
  return lines.flatMap(({ scale: id, value, label }) => {
    const scale = chart.scales[id];
    if (scale === undefined || value < scale.min || value > scale.max) return [];
    return [{ label, horizontal: !scale.isHorizontal(), pixel: scale.getPixelForValue(value) }];
  });
}
