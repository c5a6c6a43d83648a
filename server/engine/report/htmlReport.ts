import { createHash } from 'node:crypto';
import type { MetricDescriptions } from '../../protocol/metricDescription.ts';
import type { Report } from '../../protocol/report.ts';

/** The bundled script and style sheet of the page (`report.js` and `report.css` of the build). */
export interface ReportAssets {
  readonly script: string;
  readonly style: string;
}

/**
 * The report as one HTML file that needs nothing else: script, styles and data are inlined, and its content security
 * policy lets just these run and nothing be fetched. The same report gives the same bytes.
 *
 * @throws Error where an asset holds the end of its own element, which no build of this package does.
 */
export function renderHtmlReport(
  report: Report,
  descriptions: MetricDescriptions,
  { script, style }: ReportAssets,
): string {
  if (/<\/script|<!--/i.test(script) || /<\/style/i.test(style)) {
    throw new Error('An asset of the HTML report cannot be inlined: it would end its own element.');
  }
  const policy = [
    "default-src 'none'",
    `script-src '${sourceHash(script)}'`,
    `style-src '${sourceHash(style)}'`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(report.name)} · modality gap</title>
<style>${style}</style>
</head>
<body>
<main><noscript><p>This report is drawn by the script inside this file; the numbers are in report.json too.</p></noscript></main>
<script type="application/json" id="report">${inlineJson(report)}</script>
<script type="application/json" id="descriptions">${inlineJson(descriptions)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/**
 * JSON for a script element. `<` is written as an escape, which JSON reads back as the same character: no text can end
 * the element (`</script>`) or open a comment (`<!--`) in it.
 */
export function inlineJson(value: unknown): string {
  return JSON.stringify(value).replaceAll('<', '\\u003c');
}

function sourceHash(source: string): string {
  return `sha256-${createHash('sha256').update(source, 'utf8').digest('base64')}`;
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
