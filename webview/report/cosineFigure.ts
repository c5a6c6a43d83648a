import type { Report } from '../../server/protocol/report.ts';
import { cosineChart, cosineTable } from '../charts/cosineChart.ts';
import type { CosineSeries } from '../charts/cosineChart.ts';
import { histogramTotal } from '../charts/density.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import { formatNumber } from '../formatNumber.ts';
import { findNumber, findResult, modalityPairs, pairName } from './reportLookup.ts';

const allWithin = 'within';

/** Cosine histograms within and between modalities; null when the report has none. */
export function cosineFigure(report: Report): FigureDefinition | null {
  const pairs = modalityPairs(report);
  const names = report.modalities.map(({ name }) => name);
  const pairOptions = pairs.map((pair, index) => ({ value: String(index), label: pairName(pair) }));
  const seriesOf = (choice: string): CosineSeries[] => {
    const pair = pairs[Number(choice)];
    if (pair === undefined) return names.flatMap((name) => within(report, name));
    return [...pair.flatMap((name) => within(report, name)), ...between(report, pair)];
  };
  const options = [
    ...pairOptions,
    ...(pairs.length === 1 ? [] : [{ value: allWithin, label: 'within each modality' }]),
  ];
  if (options.every(({ value }) => seriesOf(value).length === 0)) return null;
  return {
    id: 'cosines',
    title: pairs.length === 0 ? 'Cosines within the modality' : 'Cosines within and between modalities',
    controls: [{ key: 'pair', label: 'Modalities', options }],
    content({ pair = allWithin }, theme) {
      const series = seriesOf(pair);
      return {
        chart: cosineChart(series, theme),
        description: `Densities of cosine similarity. ${series.map((one) => meanText(report, one)).join('; ')}.`,
        caption: [
          'Each outline is a histogram scaled to area 1, its bins joined where values are few (the table has them all). Within a modality: all pairs of different rows.' +
            (series.every(({ role }) => role === 'within')
              ? ''
              : ' Matched: row i of one modality with row i of the other; mismatched: every other combination.'),
          ...series.flatMap((one) => sampledText(report, one)),
        ],
        table: () => cosineTable(series),
      };
    },
  };
}

function within(report: Report, name: string): CosineSeries[] {
  const modality = report.modalities.findIndex((one) => one.name === name);
  return series(report, 'cosine-histogram', [name], name, 'within', modality);
}

function between(report: Report, pair: readonly [string, string]): CosineSeries[] {
  return [
    ...series(report, 'matched-cosine-histogram', pair, `${pairName(pair)}, matched`, 'matched', 0),
    ...series(report, 'cross-cosine-histogram', pair, `${pairName(pair)}, mismatched`, 'mismatched', 0),
  ];
}

function series(
  report: Report,
  metric: string,
  modalities: readonly string[],
  label: string,
  role: CosineSeries['role'],
  modality: number,
): CosineSeries[] {
  const result = findResult(report, metric, modalities);
  const { low, high } = result?.parameters ?? {};
  if (!Array.isArray(result?.value) || typeof low !== 'number' || typeof high !== 'number') return [];
  return [{ label, role, modality, histogram: { low, high, counts: result.value } }];
}

function meanText(report: Report, { label, role, modality }: CosineSeries): string {
  const name = report.modalities[modality]?.name ?? '';
  const mean = role === 'within' ? findNumber(report, 'mean-cosine', [name]) : undefined;
  return mean === undefined ? label : `${label}: mean ${formatNumber(mean, 3)}`;
}

/** Says so where a histogram holds fewer pairs than there are. Within a modality a pair may be counted once or twice. */
function sampledText(report: Report, { label, role, histogram }: CosineSeries): string[] {
  const rows = Math.min(...report.modalities.map((one) => one.rows));
  const pairs = role === 'matched' ? rows : role === 'within' ? (rows * (rows - 1)) / 2 : rows * (rows - 1);
  const total = histogramTotal(histogram);
  return total < pairs
    ? [`Sampled: the histogram of ${label} holds ${formatNumber(total)} of ${formatNumber(pairs)} pairs.`]
    : [];
}
