import type { Chart, Plugin } from 'chart.js';
import { color } from 'chart.js/helpers';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart, ChartKind } from './chartContent.ts';

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

const shapes = ['circle', 'triangle', 'rect', 'rectRot', 'star', 'cross', 'crossRot', 'dash'] as const;
const otherLabels = 'other labels';

/** A scatter with one shape a modality, coloured by modality or label, partners joined by thin lines, equal axes. */
export function projectionChart(data: ProjectedRows, view: ProjectionView, theme: Theme): AnyChart {
  const { labels } = data;
  const labelColors = view.colorBy === 'label' && labels !== null ? colorsByLabel(labels, theme) : null;
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
          pointStyle: shapes[modality % shapes.length]!,
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
            generateLabels: (chart) => legendOf(chart, data, labelColors, theme),
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
    plugins: [equalAxes(data), ...(view.lines === null ? [] : [pairLines(view.lines, theme)])],
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

/** The most frequent labels get a colour each, ties by name; the rest share the muted one, so the grey is not given out. */
export function colorsByLabel(labels: readonly string[], theme: Theme): Map<string, string> {
  const counts = new Map<string, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return new Map(
    byCount.slice(0, theme.series.length - 1).map(([label], index) => [label, theme.series[index]!]),
  );
}

function legendOf(chart: Chart, data: ProjectedRows, labelColors: Map<string, string> | null, theme: Theme) {
  const modalities = data.modalities.map(({ name }, index) => {
    const stroke = labelColors === null ? theme.series[index % theme.series.length]! : theme.text;
    return {
      text: name,
      datasetIndex: index,
      hidden: !chart.isDatasetVisible(index),
      pointStyle: shapes[index % shapes.length]!,
      strokeStyle: stroke,
      fillStyle: labelColors === null ? stroke : theme.surface,
      fontColor: theme.text,
    };
  });
  if (labelColors === null) return modalities;
  const labelled = [...labelColors];
  if (new Set(data.labels).size > labelled.length) labelled.push([otherLabels, theme.muted]);
  return [
    ...modalities,
    ...labelled.map(([text, fill]) => ({
      text,
      pointStyle: 'circle' as const,
      strokeStyle: fill,
      fillStyle: fill,
      fontColor: theme.text,
    })),
  ];
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

/** Gives both axes the same units a pixel, so that distances in the plot can be compared in every direction. */
function equalAxes({ modalities }: ProjectedRows): Plugin<ChartKind> {
  const [x, y] = [range(modalities.flatMap((m) => m.x)), range(modalities.flatMap((m) => m.y))];
  let fitted = '';
  return {
    id: 'equalAxes',
    afterUpdate(chart) {
      const { width, height } = chart.chartArea;
      const size = `${width}×${height}`;
      const scales = chart.options.scales;
      if (size === fitted || width <= 0 || height <= 0 || scales === undefined) return;
      fitted = size;
      const unit = Math.max((x.high - x.low) / width, (y.high - y.low) / height) * 1.06;
      for (const [axis, { low, high }, pixels] of [['x', x, width] as const, ['y', y, height] as const]) {
        const middle = (low + high) / 2;
        Object.assign(scales[axis]!, {
          min: middle - (unit * pixels) / 2,
          max: middle + (unit * pixels) / 2,
        });
      }
      chart.update('none');
    },
  };
}

function range(values: readonly number[]): { low: number; high: number } {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return low < high ? { low, high } : { low: low - 1, high: high + 1 };
}
