import type { Plugin } from 'chart.js';
import { color } from 'chart.js/helpers';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart, ChartKind } from './chartContent.ts';
import { equalAxes, rangeOf } from './equalAxes.ts';
import { countLabels, groupColorsOf, pointLegend, pointShape } from './pointLegend.ts';

/** Projected rows: row i of each modality belongs together. */
export interface ProjectedRows {
  readonly rows: readonly number[];
  readonly ids: readonly string[];
  readonly labels: readonly string[] | null;
  readonly modalities: readonly {
    readonly name: string;
    readonly x: readonly number[];
    readonly y: readonly number[];
  }[];
  readonly axisTitles: readonly [string, string];
}

export interface ProjectionView {
  readonly colorBy: 'modality' | 'label';
  /** Places of two modalities whose partners are joined by lines, or null. */
  readonly lines: readonly [number, number] | null;
}

/** A scatter with one shape a modality, coloured by modality or label, partners joined by thin lines, equal axes. */
export function projectionChart(data: ProjectedRows, view: ProjectionView, theme: Theme): AnyChart {
  const { labels } = data;
  const labelColors =
    view.colorBy === 'label' && labels !== null ? groupColorsOf(countLabels(labels), theme) : null;
  const colorOf = (modality: number, index: number) =>
    labelColors === null
      ? theme.series[modality % theme.series.length]!
      : (labelColors.get(labels?.[index] ?? '') ?? theme.muted);
  return {
    type: 'scatter',
    data: {
      datasets: data.modalities.map(({ name, x, y }, modality) => {
        const borders = data.rows.map((_, index) => colorOf(modality, index));
        return {
          type: 'scatter' as const,
          label: name,
          data: x.map((value, index) => ({ x: value, y: y[index]! })),
          pointStyle: pointShape(modality),
          radius: data.rows.length > 1000 ? 2.5 : 3.5,
          hoverRadius: 6,
          borderWidth: 1,
          borderColor: borders,
          backgroundColor: borders.map((border) => color(border).alpha(0.55).rgbString()),
        };
      }),
    },
    options: {
      interaction: { mode: 'nearest', intersect: true },
      scales: {
        x: { ...axisStyle(theme, data.axisTitles[0]), type: 'linear' },
        y: { ...axisStyle(theme, data.axisTitles[1]), type: 'linear' },
      },
      plugins: {
        legend: {
          labels: {
            usePointStyle: true,
            generateLabels: pointLegend(
              data.modalities.map(({ name }) => name),
              labelColors,
              new Set(labels).size,
              theme,
            ),
          },
        },
        tooltip: {
          callbacks: {
            title: (items) => data.ids[items[0]?.dataIndex ?? -1] ?? '',
            label: (item) => `${item.dataset.label ?? ''}, row ${data.rows[item.dataIndex] ?? ''}`,
            afterBody: (items) => {
              const item = items[0];
              if (item === undefined) return [];
              const label = labels?.[item.dataIndex];
              const { x, y } = item.parsed;
              const place = `${formatNumber(x ?? 0, 3)}, ${formatNumber(y ?? 0, 3)}`;
              return [...(label === undefined ? [] : [`label: ${label}`]), place];
            },
          },
        },
      },
    },
    plugins: [
      equalAxes(rangeOf(data.modalities.map(({ x }) => x)), rangeOf(data.modalities.map(({ y }) => y))),
      ...(view.lines === null ? [] : [pairLines(view.lines, theme)]),
    ],
  };
}

/** Row, id, label and both coordinates in each modality. */
export function projectionTable({ rows, ids, labels, modalities }: ProjectedRows): PlainTable {
  return {
    columns: [
      'row',
      'id',
      ...(labels === null ? [] : ['label']),
      ...modalities.flatMap(({ name }) => [`${name}: component 1`, `${name}: component 2`]),
    ].map((name) => ({ name, unit: '' })),
    rows: rows.map((row, index) => [
      row,
      ids[index] ?? '',
      ...(labels === null ? [] : [labels[index] ?? '']),
      ...modalities.flatMap(({ x, y }) => [x[index]!, y[index]!]),
    ]),
  };
}

/** Thin lines between partners, behind the points; the line of the point under the pointer is drawn strongly. */
function pairLines([first, second]: readonly [number, number], theme: Theme): Plugin<ChartKind> {
  return {
    id: 'pairLines',
    beforeDatasetsDraw(chart) {
      if (!chart.isDatasetVisible(first) || !chart.isDatasetVisible(second)) return;
      const from = chart.getDatasetMeta(first).data;
      const to = chart.getDatasetMeta(second).data;
      const { ctx } = chart;
      const active = new Set(chart.getActiveElements().map(({ index }) => index));
      ctx.save();
      for (const [index, start] of from.entries()) {
        const end = to[index];
        if (end === undefined) continue;
        const strong = active.has(index);
        ctx.strokeStyle = strong ? theme.text : theme.muted;
        ctx.globalAlpha = strong ? 1 : Math.min(0.3, 60 / from.length);
        ctx.lineWidth = strong ? 1.5 : 0.75;
        ctx.beginPath();
        ctx.moveTo(start.x, start.y);
        ctx.lineTo(end.x, end.y);
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}
