import type { Plugin } from 'chart.js';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import type { Theme } from '../theme.ts';
import { axisStyle } from './axis.ts';
import type { AnyChart, ChartKind } from './chartContent.ts';

/** A symmetric matrix of values between named things; null where there is none. */
export interface PairMatrix {
  readonly names: readonly string[];
  readonly value: (row: number, column: number) => number | null;
}

/** Cells shaded by value from 0 on, with the number in each: the shade repeats what it says. */
export function heatMapChart(matrix: PairMatrix, label: string, theme: Theme): AnyChart {
  const { names } = matrix;
  const cells = cellsOf(matrix);
  const axis = axisStyle(theme, '');
  const nameAxis = {
    ...axis,
    type: 'linear' as const,
    title: { ...axis.title, display: false },
    min: -0.5,
    max: names.length - 0.5,
    grid: { display: false },
    border: { display: false },
    ticks: {
      ...axis.ticks,
      color: theme.text,
      autoSkip: false,
      callback: (value: string | number) => names[Number(value)] ?? null,
    },
    afterBuildTicks: (scale: { ticks: { value: number }[] }) => {
      scale.ticks = names.map((_, value) => ({ value }));
    },
  };
  return {
    type: 'scatter',
    data: {
      datasets: [
        {
          type: 'scatter',
          label,
          data: cells.map(({ row, column }) => ({ x: column, y: row })),
          pointRadius: 0,
          pointHitRadius: 30,
          borderColor: theme.series[0]!,
        },
      ],
    },
    options: {
      interaction: { mode: 'nearest', intersect: false },
      scales: { x: { ...nameAxis, position: 'top' }, y: { ...nameAxis, reverse: true } },
      plugins: {
        legend: { labels: { generateLabels: () => [] } },
        tooltip: {
          callbacks: {
            title: (items) => {
              const cell = cells[items[0]?.dataIndex ?? -1];
              return cell === undefined ? '' : `${names[cell.row] ?? ''} – ${names[cell.column] ?? ''}`;
            },
            label: (item) => `${label}: ${formatNumber(cells[item.dataIndex]?.value ?? NaN)}`,
          },
        },
      },
    },
    plugins: [shadedCells(cells, theme)],
  };
}

/** Every pair once with its value. */
export function heatMapTable(matrix: PairMatrix, label: string, unit: string): PlainTable {
  return {
    columns: [
      { name: 'first', unit: '' },
      { name: 'second', unit: '' },
      { name: label, unit },
    ],
    rows: cellsOf(matrix)
      .filter(({ row, column }) => row < column)
      .map(({ row, column, value }) => [matrix.names[row]!, matrix.names[column]!, value]),
  };
}

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

function cellsOf({ names, value }: PairMatrix): Cell[] {
  return names.flatMap((_, row) =>
    names.flatMap((__, column) => {
      const found = row === column ? null : value(row, column);
      return found === null ? [] : [{ row, column, value: found }];
    }),
  );
}

function shadedCells(cells: readonly Cell[], theme: Theme): Plugin<ChartKind> {
  const most = Math.max(...cells.map(({ value }) => value));
  return {
    id: 'shadedCells',
    beforeDatasetsDraw({ ctx, chartArea, scales }) {
      const [x, y] = [scales['x']!, scales['y']!];
      const wide = Math.abs(x.getPixelForValue(1) - x.getPixelForValue(0));
      const high = Math.abs(y.getPixelForValue(1) - y.getPixelForValue(0));
      ctx.save();
      ctx.beginPath();
      ctx.rect(chartArea.left, chartArea.top, chartArea.width, chartArea.height);
      ctx.clip();
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.font = `13px ${theme.fontFamily}`;
      for (const { row, column, value } of cells) {
        const [middle, centre] = [x.getPixelForValue(column), y.getPixelForValue(row)];
        ctx.globalAlpha = most > 0 ? 0.06 + 0.4 * Math.max(0, value / most) : 0.06;
        ctx.fillStyle = theme.series[0]!;
        ctx.fillRect(middle - wide / 2 + 1, centre - high / 2 + 1, wide - 2, high - 2);
        ctx.globalAlpha = 1;
        ctx.fillStyle = theme.text;
        ctx.fillText(formatNumber(value, 3), middle, centre);
      }
      ctx.restore();
    },
  };
}
