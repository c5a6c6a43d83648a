// The script of the HTML report: reads the report from the page and builds everything the reader sees.
import type { MetricDescriptions } from '../../server/protocol/metricDescription.ts';
import type { Report } from '../../server/protocol/report.ts';
import { createFigure } from '../charts/figure.ts';
import type { FigureDefinition } from '../charts/figure.ts';
import { registerCharts } from '../charts/registerCharts.ts';
import { element } from '../element.ts';
import { saveFile } from '../saveFile.ts';
import { readTheme, watchTheme } from '../theme.ts';
import { cosineFigure } from './cosineFigure.ts';
import { dimensionFigure } from './dimensionFigure.ts';
import { reportHeader } from './header.ts';
import { landscapeFigures } from './landscapeFigure.ts';
import { overviewSection } from './overview.ts';
import { projectionFigure } from './projectionFigure.ts';
import { provenanceSection } from './provenance.ts';
import { resultsSection } from './resultsTable.ts';

function readJson(id: string): unknown {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null');
}

function show(report: Report, descriptions: MetricDescriptions): void {
  const single = report.modalities.length < 2;
  const parts: (FigureDefinition | string)[] = [
    cosineFigure(report) ?? 'No cosine histograms: the metric cosine-histogram was not measured in this run.',
    projectionFigure(report) ?? 'No scatter: the run projected no rows.',
    ...(single
      ? ['This run has one modality: what lies between modalities is not shown.']
      : [
          dimensionFigure(report) ??
            'No chart of the gap by dimension: the metric gap-vector was not measured.',
        ]),
    ...landscapeFigures(report),
  ];
  const figures = parts.map((part) =>
    typeof part === 'string'
      ? { element: element('p', { class: 'absent' }, part) }
      : createFigure(part, { save: saveFile }),
  );
  document
    .querySelector('main')
    ?.replaceChildren(
      reportHeader(report),
      overviewSection(report),
      ...figures.map((figure) => figure.element),
      resultsSection(report, descriptions, saveFile),
      provenanceSection(report),
    );
  const draw = (): void => {
    const theme = readTheme(document.documentElement);
    for (const figure of figures) if ('draw' in figure) figure.draw(theme);
  };
  registerCharts();
  draw();
  watchTheme(draw);
}

show(readJson('report') as Report, readJson('descriptions') as MetricDescriptions);
