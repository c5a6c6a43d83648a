import type { Plugin } from 'chart.js';
import type { Interval } from '../../server/protocol/report.ts';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart, ChartKind } from './chartContent.ts';
import { pointLegend, pointShape } from './pointLegend.ts';

/** A measured value on a line of its own. */
export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly interval: Interval | null;
}

/** Values of one kind, told apart by shape and colour from those of other kinds. */
export interface IntervalGroup {
  readonly name: string;
  readonly rows: readonly IntervalRow[];
}

/** Values as points with their intervals as bars; groups stand beside each other on each line. */
export function intervalChart(groups: readonly IntervalGroup[], axisTitle: string, theme: Theme): AnyChart {
  const names = lineNames(groups);
  const place = (group: number, name: string): number =>
    names.indexOf(name) + (groups.length === 1 ? 0 : (group / (groups.length - 1) - 0.5) * 0.36);
  const values = groups.flatMap(({ rows }) =>
    rows.flatMap(({ value, interval }) => [value, interval?.low ?? value, interval?.high ?? value]),
  );
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const margin = high > low ? 0.06 * (high - low) : 0.05 * Math.max(Math.abs(low), 0.1);
  const lines = axisStyle(theme, '');
  return {
    type: 'scatter',
    data: {
      datasets: groups.map(({ name, rows }, group) => ({
        type: 'scatter' as const,
        label: name,
        data: rows.map((row) => ({ x: row.value, y: place(group, row.name) })),
        pointStyle: pointShape(group),
        radius: 5,
        hoverRadius: 7,
        borderColor: theme.series[group % theme.series.length]!,
        backgroundColor: theme.series[group % theme.series.length]!,
      })),
    },
    options: {
      interaction: { mode: 'nearest', axis: 'y', intersect: false },
      scales: {
        x: { ...axisStyle(theme, axisTitle), type: 'linear', min: low - margin, max: high + margin },
        y: {
          ...lines,
          type: 'linear',
          title: { ...lines.title, display: false },
          min: -0.6,
          max: names.length - 0.4,
          reverse: true,
          grid: { display: false },
          ticks: {
            ...lines.ticks,
            color: theme.text,
            stepSize: 1,
            autoSkip: false,
            callback: (value) => names[Number(value)] ?? null,
          },
          afterBuildTicks: (axis) => {
            axis.ticks = names.map((_, value) => ({ value }));
          },
        },
      },
      plugins: {
        legend: {
          labels: {
            usePointStyle: true,
            generateLabels: pointLegend(
              groups.map(({ name }) => name),
              null,
              0,
              theme,
            ),
          },
        },
        tooltip: {
          callbacks: {
            title: (items) =>
              groups[items[0]?.datasetIndex ?? -1]?.rows[items[0]?.dataIndex ?? -1]?.name ?? '',
            label: (item) => `${item.dataset.label ?? ''}: ${formatNumber(item.parsed.x ?? 0)}`,
            afterBody: (items) => {
              const interval =
                groups[items[0]?.datasetIndex ?? -1]?.rows[items[0]?.dataIndex ?? -1]?.interval;
              return interval === undefined || interval === null
                ? ['no interval']
                : [
                    `${formatNumber(100 * interval.level)} % interval ${formatNumber(interval.low)} – ${formatNumber(interval.high)}`,
                  ];
            },
          },
        },
      },
    },
    plugins: [whiskers(groups, place, theme)],
  };
}

/** Every value with its interval. */
export function intervalTable(groups: readonly IntervalGroup[], unit: string): PlainTable {
  return {
    columns: [
      { name: 'of', unit: '' },
      { name: 'measured', unit: '' },
      ...['value', 'interval low', 'interval high'].map((name) => ({ name, unit })),
    ],
    rows: groups.flatMap(({ name, rows }) =>
      rows.map((row) => [name, row.name, row.value, row.interval?.low ?? '', row.interval?.high ?? '']),
    ),
  };
}

function lineNames(groups: readonly IntervalGroup[]): string[] {
  return [...new Set(groups.flatMap(({ rows }) => rows.map(({ name }) => name)))];
}

function whiskers(
  groups: readonly IntervalGroup[],
  place: (group: number, name: string) => number,
  theme: Theme,
): Plugin<ChartKind> {
  return {
    id: 'whiskers',
    beforeDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      const [x, y] = [scales['x']!, scales['y']!];
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.lineWidth = 1.75;
      for (const [group, { rows }] of groups.entries()) {
        if (!chart.isDatasetVisible(group)) continue;
        ctx.strokeStyle = theme.series[group % theme.series.length]!;
        ctx.beginPath();
        for (const { name, interval } of rows) {
          if (interval === null) continue;
          const height = y.getPixelForValue(place(group, name));
          const [from, to] = [x.getPixelForValue(interval.low), x.getPixelForValue(interval.high)];
          ctx.moveTo(from, height);
          ctx.lineTo(to, height);
          for (const end of [from, to]) {
            ctx.moveTo(end, height - 4);
            ctx.lineTo(end, height + 4);
          }
        }
        ctx.stroke();
      }
      ctx.restore();
    },
  };
}
