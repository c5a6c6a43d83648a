import type { ExperimentReport, Report, Table } from '../../server/protocol/report.ts';
import type { Control, FigureDefinition } from '../charts/figure.ts';
import { landscapeLine } from '../charts/landscape.ts';
import type { LandscapeLine, LandscapePoint } from '../charts/landscape.ts';
import { landscapeChart } from '../charts/landscapeChart.ts';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';

/** A figure for each experiment that measured a loss landscape. */
export function landscapeFigures(report: Report): FigureDefinition[] {
  const experiments = report.experiments.filter(
    ({ kind, tables }) => kind === 'loss-landscape' && joined(tables).columns.length > 0,
  );
  const names = report.modalities.map(({ name }) => name);
  const [first, second] = names.length === 2 ? names : ['first', 'second'];
  const directions = [
    { value: 'loss-symmetric', label: 'symmetric' },
    { value: 'loss-first-to-second', label: `${first} → ${second}` },
    { value: 'loss-second-to-first', label: `${second} → ${first}` },
  ];
  return experiments.map((experiment, index) => {
    const title = 'Contrastive loss over shifts and temperatures';
    return landscapeFigure(experiment, directions, {
      id: `landscape-${index + 1}`,
      title: experiments.length > 1 ? `${title} (${experiment.name})` : title,
    });
  });
}

/** The landscape tables of an experiment, one for each pair and mode, under each other. */
function joined(tables: readonly Table[]): Table {
  const parts = tables.filter(
    ({ name, columns }) => name === 'landscape' && (columns[0]?.values.length ?? 0) > 0,
  );
  return {
    name: 'landscape',
    title: parts[0]?.title ?? '',
    columns: (parts[0]?.columns ?? []).map(({ name, unit }) => ({
      name,
      unit,
      values: parts.flatMap((part) => column(part, name)),
    })),
  };
}

function landscapeFigure(
  experiment: ExperimentReport,
  directions: Control['options'],
  heading: { readonly id: string; readonly title: string },
): FigureDefinition {
  const table = joined(experiment.tables);
  const select = (key: string, label: string) => ({
    key,
    label,
    options: [...new Set(column(table, key).map(String))].map((value) => ({ value, label: value })),
  });
  return {
    ...heading,
    controls: [
      select('pair', 'Modalities'),
      select('mode', 'Shifted'),
      {
        key: 'loss',
        label: 'Direction',
        options: directions.filter(({ value }) => column(table, value).length > 0),
      },
      {
        key: 'scale',
        label: 'Loss axis',
        options: [
          { value: 'linear', label: 'linear' },
          { value: 'logarithmic', label: 'logarithmic' },
        ],
      },
    ],
    content({ pair = '', mode = '', loss = '', scale }, theme) {
      const rows = chosenRows(table, { pair, mode });
      const lines = linesOf(table, rows, loss);
      const lossScale = scale === 'logarithmic' ? 'logarithmic' : 'linear';
      const minima = lines.map((line) => minimumText(line));
      return {
        chart: landscapeChart(lines, { lossScale, lossUnit: unitOf(table, loss) }, theme),
        description: `Contrastive loss against signed gap distance, a line a temperature. Minima: ${minima.join('; ')}.`,
        caption: [
          `Filled point: the smallest loss of a temperature on the grid of shifts; hollow point: another local minimum. ` +
            'Positive shifts move the centres towards each other; a negative distance means that they have crossed.',
          `Smallest loss: ${minima.join('; ')}.`,
          ...parameterText(experiment),
        ],
        table: () => plainTable(table, rows),
      };
    },
  };
}

function column(table: Table, name: string): readonly (number | string)[] {
  return table.columns.find((one) => one.name === name)?.values ?? [];
}

function unitOf(table: Table, name: string): string {
  return table.columns.find((one) => one.name === name)?.unit ?? '';
}

/** Row numbers that have the chosen values; a column that the table lacks chooses nothing. */
function chosenRows(table: Table, choice: Readonly<Record<string, string>>): number[] {
  const rows = (table.columns[0]?.values ?? []).map((_, row) => row);
  return rows.filter((row) =>
    Object.entries(choice).every(([name, value]) => {
      const values = column(table, name);
      return values.length === 0 || String(values[row]) === value;
    }),
  );
}

function linesOf(table: Table, rows: readonly number[], loss: string): LandscapeLine[] {
  const scales = column(table, 'logit-scale').map(Number);
  const points = new Map<number, LandscapePoint[]>();
  for (const row of rows) {
    const scale = scales[row]!;
    const line = points.get(scale) ?? [];
    points.set(scale, line);
    line.push({
      shift: Number(column(table, 'shift')[row]),
      distance: Number(column(table, 'signed-distance')[row]),
      loss: Number(column(table, loss)[row]),
    });
  }
  return [...points].sort(([a], [b]) => b - a).map(([scale, line]) => landscapeLine(scale, line));
}

function minimumText({ logitScale, points, minimum }: LandscapeLine): string {
  const { shift, distance, loss } = points[minimum]!;
  return `1/τ = ${formatNumber(logitScale, 2)}: ${formatNumber(loss)} at distance ${formatNumber(distance, 3)} (δ = ${formatNumber(shift, 2)})`;
}

function parameterText({ parameters }: ExperimentReport): string[] {
  const stated = Object.entries(parameters).flatMap(([name, value]) =>
    ['number', 'string', 'boolean'].includes(typeof value) ? [`${name} ${String(value)}`] : [],
  );
  return stated.length === 0 ? [] : [`Parameters: ${stated.join(', ')}.`];
}

function plainTable({ columns }: Table, rows: readonly number[]): PlainTable {
  return {
    columns: columns.map(({ name, unit }) => ({ name, unit })),
    rows: rows.map((row) => columns.map(({ values }) => values[row]!)),
  };
}
