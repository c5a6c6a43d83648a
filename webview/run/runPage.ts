import type { RunContent } from '../../server/protocol/panel.ts';
import type { Report } from '../../server/protocol/report.ts';
import { createFigure } from '../charts/figure.ts';
import type { Figure, FigureDefinition, FigurePage } from '../charts/figure.ts';
import { element } from '../element.ts';
import { cosineFigure } from '../report/cosineFigure.ts';
import { dimensionFigure } from '../report/dimensionFigure.ts';
import { reportHeader } from '../report/header.ts';
import { landscapeFigures } from '../report/landscapeFigure.ts';
import { overviewSection } from '../report/overview.ts';
import { provenanceSection } from '../report/provenance.ts';
import { resultsSection } from '../report/resultsTable.ts';
import type { PanelHost } from './connection.ts';
import { gapHeatMap } from './gapHeatMap.ts';
import { pointsSection } from './pointsSection.ts';
import { Previews } from './previews.ts';
import { retrievalFigure } from './retrievalFigure.ts';
import { worstPairsSection } from './worstPairs.ts';

/** A run: what the HTML report shows, and what only its data can answer. `pageOf` gives each figure its choices. */
export function runPage(
  run: RunContent,
  host: PanelHost,
  pageOf: (figure: string) => FigurePage,
): { element: HTMLElement; figures: Figure[] } {
  const { report, descriptions, uri } = run;
  const previews = new Previews(host, uri);
  const figures: Figure[] = [];
  const add = (figure: Figure): HTMLElement => {
    figures.push(figure);
    return figure.element;
  };
  const chart = (part: FigureDefinition | string): HTMLElement =>
    typeof part === 'string'
      ? element('p', { class: 'absent' }, part)
      : add(createFigure(part, pageOf(part.id)));
  const worst = worstPairsSection(report, uri, host, previews, pageOf('worst-pairs').save);
  return {
    element: element(
      'div',
      {},
      reportHeader(report),
      overviewSection(report),
      ...charts(report, 'first').map(chart),
      add(pointsSection(run, host, previews, pageOf('points'))),
      ...(worst === null ? [] : [worst]),
      ...charts(report, 'second').map(chart),
      resultsSection(report, descriptions, pageOf('results').save),
      provenanceSection(report),
    ),
    figures,
  };
}

/** What is drawn from the report alone, before and after the rows; sentences where something was not measured. */
function charts(report: Report, half: 'first' | 'second'): (FigureDefinition | string)[] {
  const isSingle = report.modalities.length < 2;
  if (half === 'first') {
    return [
      ...[gapHeatMap(report)].filter((figure) => figure !== null),
      cosineFigure(report) ??
        'No cosine histograms: the metric cosine-histogram was not measured in this run.',
    ];
  }
  if (isSingle) return ['This run has one modality: what lies between modalities is not shown.'];
  return [
    dimensionFigure(report) ?? 'No chart of the gap by dimension: the metric gap-vector was not measured.',
    retrievalFigure(report) ?? 'No chart of retrieval: the metric recall-at-k was not measured.',
    ...landscapeFigures(report),
  ];
}
