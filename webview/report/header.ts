import type { Report } from '../../server/protocol/report.ts';
import { codeText } from '../codeText.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';

/** Name, date and extent of the run, and what its reader should know before anything else. */
export function reportHeader(report: Report): HTMLElement {
  const { modalities, provenance, notes } = report;
  const extent = modalities.map(
    ({ name, rows, dimension }) => `${name} ${formatNumber(rows)} × ${dimension}`,
  );
  const header = element(
    'header',
    {},
    element('p', { class: 'kind' }, 'Modality gap report'),
    element('h1', {}, report.name),
    element(
      'p',
      { class: 'quiet' },
      element('time', { datetime: report.createdAt }, dateText(report.createdAt)),
      ` · ${extent.join(', ')} · seed ${provenance.seed} · ${provenance.device}`,
    ),
  );
  if (notes.length > 0) {
    header.append(
      element(
        'aside',
        { class: 'notes', 'aria-label': 'Notes' },
        element('h2', {}, notes.length === 1 ? 'Note' : 'Notes'),
        element(
          'ul',
          {},
          ...notes.map(({ code, message }) =>
            element('li', {}, ...codeText(message), ' ', element('code', { class: 'quiet' }, code)),
          ),
        ),
      ),
    );
  }
  return header;
}

/** `23 November 2026, 18:20 UTC`; the text itself where it is no date. */
function dateText(createdAt: string): string {
  const date = new Date(createdAt);
  if (Number.isNaN(date.getTime())) return createdAt;
  const format = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' });
  return `${format.format(date)} UTC`.replace(' at ', ', ');
}
