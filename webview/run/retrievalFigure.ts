import type { Report } from '../../server/protocol/report.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import { intervalChart, intervalTable } from '../charts/intervalChart.ts';
import type { IntervalGroup } from '../charts/intervalChart.ts';
import { formatNumber, formatPercent } from '../formatNumber.ts';

const recall = /^recall-at-(\d+)$/;

/** Recall among the first k in each direction; null when it was not measured. */
export function retrievalFigure(report: Report): FigureDefinition | null {
  const measured = report.results.flatMap((result) => {
    const k = recall.exec(result.metric)?.[1];
    return k === undefined || typeof result.value !== 'number' || result.modalities.length !== 2
      ? []
      : [{ ...result, value: result.value, k: Number(k), direction: result.modalities.join(' → ') }];
  });
  const first = measured[0];
  if (first === undefined) return null;
  const groups: IntervalGroup[] = [...new Set(measured.map(({ k }) => k))]
    .sort((a, b) => a - b)
    .map((k) => ({
      name: `recall at ${k}`,
      rows: measured
        .filter((one) => one.k === k)
        .map(({ direction, value, interval }) => ({ name: direction, value, interval })),
    }));
  const gallery = Number(first.parameters['gallery']);
  const chance = measured.map(({ k }) => k / gallery);
  return {
    id: 'retrieval',
    title: 'Retrieval',
    controls: [],
    content(_, theme) {
      return {
        chart: intervalChart(groups, 'share of queries whose partner is among the first k', theme),
        description: `Recall. ${measured.map(({ direction, k, value }) => `${direction} at ${k}: ${formatNumber(value, 3)}`).join('; ')}.`,
        caption: [
          'Each query ranks all rows of the other modality by cosine; a bar is the interval of its value where one was computed.' +
            (Number.isFinite(gallery)
              ? ` Among ${formatNumber(gallery)} rows, chance gives ${formatPercent(Math.min(...chance), 2)} at ${Math.min(...measured.map(({ k }) => k))}.`
              : ''),
        ],
        table: () => intervalTable(groups, first.unit),
      };
    },
  };
}
