import { color } from 'chart.js/helpers';
import { formatNumber } from '../formatNumber.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart } from './chartContent.ts';
import { originalDistance } from './landscape.ts';
import type { LandscapeLine } from './landscape.ts';
import { lineLegend } from './lineLegend.ts';
import { referenceLines } from './referenceLine.ts';

/** Loss against the signed gap distance, a line a temperature; its minimum a filled point, local minima hollow. */
export function landscapeChart(
  lines: readonly LandscapeLine[],
  view: { readonly lossScale: 'logarithmic' | 'linear'; readonly lossUnit: string },
  theme: Theme,
): AnyChart {
  const original = originalDistance(lines);
  const lossTitle = `contrastive loss${view.lossUnit === '' ? '' : ` (${view.lossUnit})`}`;
  const lossAxis = axisStyle(theme, view.lossScale === 'linear' ? lossTitle : `${lossTitle}, logarithmic`);
  const xs = lines.flatMap(({ points }) => points.map(({ distance }) => distance));
  return {
    type: 'line',
    data: {
      datasets: lines.map((line, index) => {
        const stroke = rampColor(theme, lines.length === 1 ? 0 : index / (lines.length - 1));
        const local = new Set(line.localMinima);
        const at = <Value>(minimum: Value, localMinimum: Value, other: Value): Value[] =>
          line.points.map((_, point) =>
            point === line.minimum ? minimum : local.has(point) ? localMinimum : other,
          );
        return {
          type: 'line' as const,
          label: `1/τ = ${formatNumber(line.logitScale, 2)}`,
          data: line.points.map(({ distance, loss }) => ({ x: distance, y: loss })),
          borderColor: stroke,
          backgroundColor: stroke,
          borderWidth: 1.75,
          pointStyle: 'circle' as const,
          pointRadius: at(5, 3.5, 0),
          pointHoverRadius: 5,
          pointBorderColor: at(theme.surface, stroke, stroke),
          pointBorderWidth: at(1.5, 1.5, 0),
          pointBackgroundColor: at(stroke, theme.surface, stroke),
          // Minima at the ends of the axes are drawn whole.
          clip: 6,
        };
      }),
    },
    options: {
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      scales: {
        x: {
          ...axisStyle(theme, 'signed distance between the centres after the shift'),
          type: 'linear',
          min: Math.floor(10 * Math.min(...xs)) / 10,
          max: Math.ceil(10 * Math.max(...xs)) / 10,
        },
        y: {
          ...lossAxis,
          type: view.lossScale,
          ticks: { ...lossAxis.ticks, callback: (value) => lossTick(Number(value), view.lossScale) },
        },
      },
      plugins: {
        legend: { labels: lineLegend(theme) },
        tooltip: {
          callbacks: {
            title: (items) => {
              const point = pointAt(lines, items[0]);
              return point === undefined
                ? ''
                : `distance ${formatNumber(point.distance, 3)}, shift δ = ${formatNumber(point.shift, 2)}`;
            },
            label: (item) => {
              const minimum = lines[item.datasetIndex]?.minimum === item.dataIndex ? ' (minimum)' : '';
              return `${item.dataset.label ?? ''}: ${formatNumber(item.parsed.y ?? 0)}${minimum}`;
            },
          },
        },
      },
    },
    plugins:
      original === null
        ? []
        : [referenceLines([{ scale: 'x', value: original, label: 'original gap (δ = 0)' }], theme)],
  };
}

function pointAt(
  lines: readonly LandscapeLine[],
  item: { datasetIndex: number; dataIndex: number } | undefined,
) {
  return item === undefined ? undefined : lines[item.datasetIndex]?.points[item.dataIndex];
}

/** On a logarithmic axis only 1, 2, 3 and 5 of each decade are named. */
function lossTick(value: number, scale: 'logarithmic' | 'linear'): string | null {
  if (scale === 'linear') return String(Number(value.toPrecision(6)));
  const leading = Number(value.toExponential().charAt(0));
  return [1, 2, 3, 5].includes(leading) && Number(value.toPrecision(1)) === Number(value.toPrecision(6))
    ? String(Number(value.toPrecision(1)))
    : null;
}

/** A colour of the theme's ramp; `position` runs from 0 to 1. */
function rampColor({ ramp }: Theme, position: number): string {
  const [from, to, share] =
    position < 0.5 ? [ramp[0], ramp[1], 2 * position] : [ramp[1], ramp[2], 2 * position - 1];
  return color(to).mix(color(from), share).rgbString();
}
