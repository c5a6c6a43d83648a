import { readFile } from 'node:fs/promises';
import { bundledFile } from '../engine/bundledFile.ts';
import { renderHtmlReport } from '../engine/report/htmlReport.ts';
import { metricDescriptions } from '../engine/report/metricDescriptions.ts';
import type { Report } from '../protocol/report.ts';

/** The self-contained HTML page of a report. */
export async function reportPage(report: Report): Promise<string> {
  const [script, style] = await Promise.all(
    ['report.js', 'report.css'].map((name) => readFile(bundledFile(name), 'utf8')),
  );
  return renderHtmlReport(report, metricDescriptions(), { script: script!, style: style! });
}
