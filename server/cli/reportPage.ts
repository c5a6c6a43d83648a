import { readFile } from 'node:fs/promises';
import { experiments } from '../engine/experiments/registry.ts';
import { metrics } from '../engine/metrics/registry.ts';
import { renderHtmlReport } from '../engine/report/htmlReport.ts';
import type { Report } from '../protocol/report.ts';

/** The self-contained HTML page of a report; its script and style lie beside the bundled command. */
export async function reportPage(report: Report): Promise<string> {
  const [script, style] = await Promise.all(
    ['./report.js', './report.css'].map((name) => readFile(new URL(name, import.meta.url), 'utf8')),
  );
  const descriptions = Object.fromEntries(
    [...metrics, ...experiments.flatMap(({ produces }) => produces)].map(
      ({ kind, title, description, formula, reference }) => [
        kind,
        { title, description, formula, reference },
      ],
    ),
  );
  return renderHtmlReport(report, descriptions, { script: script!, style: style! });
}
