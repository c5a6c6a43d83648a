import type { Report } from '../../server/protocol/report.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import { projectionChart, projectionTable } from '../charts/projectionChart.ts';
import type { ProjectedRows } from '../charts/projectionChart.ts';
import { formatNumber, formatPercent } from '../formatNumber.ts';
import { modalityPairs, pairName } from './reportLookup.ts';

/** The PCA scatter; null when the report holds no points. */
export function projectionFigure(report: Report): FigureDefinition | null {
  const { projection } = report;
  if (projection === null || projection.rows.length === 0) return null;
  const { rows, ids, labels, points, explained } = projection;
  const names = report.modalities.map(({ name }) => name).filter((name) => points[name] !== undefined);
  const data: ProjectedRows = {
    rows,
    ids,
    labels,
    modalities: names.map((name) => ({ name, ...points[name]! })),
    axisTitles: [axisTitle(1, explained[0]), axisTitle(2, explained[1])],
  };
  const pairs = modalityPairs(report).filter((pair) => pair.every((name) => names.includes(name)));
  return {
    id: 'projection',
    title:
      names.length === 1
        ? 'Principal components of the embeddings'
        : 'Principal components of all modalities',
    controls: [
      {
        key: 'color',
        label: 'Colour by',
        options: [
          { value: 'modality', label: 'modality' },
          ...(labels === null ? [] : [{ value: 'label', label: 'label' }]),
        ],
      },
      {
        key: 'lines',
        label: 'Pair lines',
        options:
          pairs.length === 0
            ? []
            : [
                ...pairs.map((pair, index) => ({ value: String(index), label: pairName(pair) })),
                { value: 'none', label: 'none' },
              ],
      },
    ],
    content({ color, lines = 'none' }, theme) {
      const pair = pairs[Number(lines)];
      const joined = pair === undefined ? null : ([names.indexOf(pair[0]), names.indexOf(pair[1])] as const);
      const total = Math.max(...report.modalities.map((modality) => modality.rows));
      return {
        chart: projectionChart(
          data,
          { colorBy: color === 'label' ? 'label' : 'modality', lines: joined },
          theme,
        ),
        description:
          `Scatter of ${rows.length} rows of ${names.join(', ')} on the first two principal components, which hold ` +
          `${formatPercent((explained[0] ?? NaN) + (explained[1] ?? NaN))} of the variance.`,
        caption: [
          'Both axes have the same scale. ' +
            (names.length > 1 ? 'The components are those of all modalities together. ' : '') +
            (joined === null ? '' : 'A line joins the two embeddings of one row. ') +
            'Two components show only their share of the variance: distances in the plot are lower bounds of the true ones.',
          ...(rows.length < total
            ? [
                `Sampled: ${formatNumber(rows.length)} of ${formatNumber(total)} rows, drawn with the run's seed.`,
              ]
            : []),
        ],
        table: () => projectionTable(data),
      };
    },
  };
}

function axisTitle(component: number, explained: number | undefined): string {
  const share = explained === undefined ? '' : ` (${formatPercent(explained)} of the variance)`;
  return `principal component ${component}${share}`;
}
