import type { Chart, Plugin } from 'chart.js';
import type { RowGrouping } from '../../server/protocol/runContent.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart, ChartKind } from './chartContent.ts';
import { equalAxes, rangeOf } from './equalAxes.ts';
import { paintPoints } from './paintPoints.ts';
import type { Rgb } from './paintPoints.ts';
import { groupAt, spreadOrder } from './pointCloud.ts';
import type { CloudPoint, PlaneTransform, PointCloud } from './pointCloud.ts';
import { groupColorsOf, pointLegend } from './pointLegend.ts';

export interface CloudView {
  /** What gives the colours; null for the modality. */
  readonly colorBy: RowGrouping | null;
  /** Places of two modalities whose partners are joined by lines, or null. */
  readonly lines: readonly [number, number] | null;
  readonly axisTitles: readonly [string, string];
}

/** What the reader points at and has selected: drawn over the points, which are not painted again for it. */
export interface CloudFocus {
  point: CloudPoint | null;
  /** Places of the selected rows. */
  selected: readonly number[];
  /** Corners of the lasso that is being drawn, in pixels of the chart. */
  lasso: readonly number[];
}

/** Pairs that are joined by lines where nothing is selected: more would hide each other. */
export const mostPairLines = 300;

/** A scatter of up to hundreds of thousands of points, painted as one image; axes, legend and zoom are Chart.js's. */
export function pointCloudChart(
  cloud: PointCloud,
  view: CloudView,
  focus: CloudFocus,
  theme: Theme,
): AnyChart {
  const { modalities } = cloud;
  const { colorBy } = view;
  const groupColors = colorBy === null ? null : groupColorsOf(countRows(colorBy), theme);
  return {
    type: 'scatter',
    // Datasets without points: the legend shows and hides them.
    data: { datasets: modalities.map(({ name }) => ({ type: 'scatter' as const, label: name, data: [] })) },
    options: {
      events: [],
      scales: {
        x: { ...axisStyle(theme, view.axisTitles[0]), type: 'linear' },
        y: { ...axisStyle(theme, view.axisTitles[1]), type: 'linear' },
      },
      plugins: {
        legend: {
          labels: {
            usePointStyle: true,
            generateLabels: pointLegend(
              modalities.map(({ name }) => name),
              groupColors,
              colorBy?.groups.length ?? 0,
              theme,
            ),
          },
        },
      },
    },
    plugins: [
      equalAxes(
        rangeOf(modalities.map(({ xy }) => every(xy, 0))),
        rangeOf(modalities.map(({ xy }) => every(xy, 1))),
      ),
      pairLines(cloud, view, focus, theme),
      points(cloud, colorBy, groupColors, theme),
      marks(cloud, focus, theme),
    ],
  };
}

/** Row, groups and both coordinates in each modality. */
export function pointCloudTable(
  { rows, modalities, groupings }: PointCloud,
  axisNames: readonly [string, string],
): PlainTable {
  return {
    columns: [
      'row',
      ...groupings.map(({ name }) => name),
      ...modalities.flatMap(({ name }) => axisNames.map((axis) => `${name}: ${axis}`)),
    ].map((name) => ({ name, unit: '' })),
    rows: Array.from(rows, (row, index) => [
      row,
      ...groupings.map((grouping) => groupAt(grouping, index)),
      ...modalities.flatMap(({ xy }) => [xy[2 * index]!, xy[2 * index + 1]!]),
    ]),
  };
}

/** From values to pixels of the chart. */
export function planeTransform(chart: Chart): PlaneTransform {
  const [x, y] = [chart.scales['x']!, chart.scales['y']!];
  const scaleX = (x.right - x.left) / (x.max - x.min);
  const scaleY = (y.top - y.bottom) / (y.max - y.min);
  return { scaleX, offsetX: x.left - x.min * scaleX, scaleY, offsetY: y.bottom - y.min * scaleY };
}

/** Which modalities the legend shows. */
export function visibleModalities(chart: Chart): boolean[] {
  return chart.data.datasets.map((_, index) => chart.isDatasetVisible(index));
}

function* every(xy: Float32Array, first: 0 | 1): Generator<number> {
  for (let at: number = first; at < xy.length; at += 2) yield xy[at]!;
}

function countRows({ groups, ofRow }: RowGrouping): Map<string, number> {
  const counts = new Float64Array(groups.length);
  for (const group of ofRow) counts[group]! += 1;
  return new Map(groups.map((name, index) => [name, counts[index]!]));
}

/** The points, painted when what is shown has changed, and shown again from that picture otherwise. */
function points(
  cloud: PointCloud,
  colorBy: RowGrouping | null,
  groupColors: ReadonlyMap<string, string> | null,
  theme: Theme,
): Plugin<ChartKind> {
  const ofModality = cloud.modalities.map((_, index) => rgbOf(theme.series[index % theme.series.length]!));
  const muted = rgbOf(theme.muted);
  const ofGroup = colorBy?.groups.map((name) => {
    const color = groupColors?.get(name);
    return color === undefined ? muted : rgbOf(color);
  });
  const picture = document.createElement('canvas');
  let painted = '';
  return {
    id: 'points',
    beforeDatasetsDraw(chart) {
      const ratio = chart.currentDevicePixelRatio;
      const { left, top, width, height } = chart.chartArea;
      const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (wide <= 0 || high <= 0) return;
      const visible = visibleModalities(chart);
      const { scaleX, offsetX, scaleY, offsetY } = planeTransform(chart);
      const key = [ratio, wide, high, scaleX, offsetX, scaleY, offsetY, ...visible].join();
      if (key !== painted) {
        painted = key;
        [picture.width, picture.height] = [wide, high];
        const context = picture.getContext('2d');
        if (context === null) return;
        const image = context.createImageData(wide, high);
        paintPoints(
          image,
          cloud,
          {
            scaleX: scaleX * ratio,
            offsetX: (offsetX - left) * ratio,
            scaleY: scaleY * ratio,
            offsetY: (offsetY - top) * ratio,
          },
          {
            visible,
            radius: markRadius(cloud) * ratio,
            opacity: cloud.rows.length > 20_000 ? 0.35 : 0.55,
            colorOf: (modality, index) =>
              ofGroup === undefined ? ofModality[modality]! : (ofGroup[colorBy!.ofRow[index]!] ?? muted),
          },
        );
        context.putImageData(image, 0, 0);
      }
      chart.ctx.drawImage(picture, left, top, width, height);
    },
  };
}

/** Radius of a point in pixels: smaller where there are many. */
export function markRadius({ rows }: PointCloud): number {
  return rows.length > 20_000 ? 1.3 : rows.length > 3000 ? 2 : rows.length > 800 ? 2.8 : 3.8;
}

/** Thin lines between partners, behind the points: of the selected rows, or else of an even sample of all. */
function pairLines(
  cloud: PointCloud,
  { lines }: CloudView,
  focus: CloudFocus,
  theme: Theme,
): Plugin<ChartKind> {
  const sample = [...firstOf(spreadOrder(cloud.rows.length), mostPairLines)];
  return {
    id: 'pairLines',
    beforeDatasetsDraw(chart) {
      if (lines?.every((modality) => chart.isDatasetVisible(modality)) !== true) return;
      const joined = focus.selected.length > 0 ? focus.selected.slice(0, 2000) : sample;
      const transform = planeTransform(chart);
      inPlot(chart, (context) => {
        context.strokeStyle = focus.selected.length > 0 ? theme.text : theme.muted;
        context.globalAlpha = Math.max(0.08, Math.min(0.45, 60 / joined.length));
        context.lineWidth = 0.8;
        for (const index of joined) strokePair(context, cloud, lines, index, transform);
      });
    },
  };
}

/** Over the points: rings about the selected ones, the pair that is pointed at, and the lasso. */
function marks(cloud: PointCloud, focus: CloudFocus, theme: Theme): Plugin<ChartKind> {
  return {
    id: 'marks',
    afterDatasetsDraw(chart) {
      const transform = planeTransform(chart);
      const visible = visibleModalities(chart);
      const ring = (
        context: CanvasRenderingContext2D,
        modality: number,
        index: number,
        radius: number,
      ): void => {
        const [x, y] = pixelOf(cloud, { modality, index }, transform);
        context.moveTo(x + radius, y);
        context.arc(x, y, radius, 0, 2 * Math.PI);
      };
      inPlot(chart, (context) => {
        context.strokeStyle = theme.text;
        context.beginPath();
        context.lineWidth = 1;
        for (const index of focus.selected.slice(0, 5000)) {
          for (const modality of cloud.modalities.keys()) {
            if (visible[modality] === true) ring(context, modality, index, markRadius(cloud) + 1.5);
          }
        }
        context.stroke();
        if (focus.point !== null) {
          const { index, modality } = focus.point;
          const others = [...cloud.modalities.keys()].filter((other) => other !== modality && visible[other]);
          context.lineWidth = 1.5;
          for (const other of others) strokePair(context, cloud, [modality, other], index, transform);
          for (const [at, width] of [
            [modality, 2.5] as const,
            ...others.map((other) => [other, 1.5] as const),
          ]) {
            context.lineWidth = width;
            context.beginPath();
            ring(context, at, index, 7);
            context.stroke();
          }
        }
        if (focus.lasso.length >= 4) {
          context.setLineDash([5, 4]);
          context.lineWidth = 1.5;
          context.beginPath();
          for (let at = 0; at < focus.lasso.length; at += 2) {
            context.lineTo(focus.lasso[at]!, focus.lasso[at + 1]!);
          }
          context.closePath();
          context.stroke();
          context.globalAlpha = 0.08;
          context.fillStyle = theme.text;
          context.fill();
        }
      });
    },
  };
}

/** A point's pixel in the chart. */
export function pixelOf(
  { modalities }: PointCloud,
  { modality, index }: CloudPoint,
  { scaleX, offsetX, scaleY, offsetY }: PlaneTransform,
): [number, number] {
  const { xy } = modalities[modality]!;
  return [xy[2 * index]! * scaleX + offsetX, xy[2 * index + 1]! * scaleY + offsetY];
}

function strokePair(
  context: CanvasRenderingContext2D,
  cloud: PointCloud,
  [first, second]: readonly [number, number],
  index: number,
  transform: PlaneTransform,
): void {
  context.beginPath();
  context.moveTo(...pixelOf(cloud, { modality: first, index }, transform));
  context.lineTo(...pixelOf(cloud, { modality: second, index }, transform));
  context.stroke();
}

function inPlot(chart: Chart, draw: (context: CanvasRenderingContext2D) => void): void {
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
}

function* firstOf<Value>(values: Iterable<Value>, count: number): Generator<Value> {
  let taken = 0;
  for (const value of values) {
    if (taken === count) return;
    taken += 1;
    yield value;
  }
}

/** Any colour that CSS can write, as bytes: a canvas says what it paints for it. */
function rgbOf(color: string): Rgb {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [1, 1];
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red!, green!, blue!];
}
