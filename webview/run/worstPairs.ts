import type { Report } from '../../server/protocol/report.ts';
import type { RowPair } from '../../server/protocol/runContent.ts';
import { toCsv } from '../csv.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import { modalityPairs, pairName } from '../report/reportLookup.ts';
import { itemList } from './itemList.ts';
import type { PanelHost } from './connection.ts';
import type { Previews } from './previews.ts';
import { causesOf, failedState, loadingState } from './state.ts';

/** Pairs in the list. */
const listed = 50;

/**
 * The matched pairs with the lowest cosines, likely mismatches, with what they look like; null for one modality. For
 * three modalities and more a choice says between which two.
 */
export function worstPairsSection(
  report: Report,
  uri: string,
  host: PanelHost,
  previews: Previews,
  save: (name: string, content: Blob) => void,
): HTMLElement | null {
  const pairs = modalityPairs(report);
  if (pairs.length === 0) return null;
  const body = element('div');
  const chooser = element('select', { 'aria-label': 'Modalities' });
  for (const [index, pair] of pairs.entries()) {
    chooser.append(element('option', { value: String(index) }, pairName(pair)));
  }
  const csv = element(
    'button',
    { type: 'button', 'aria-label': 'Save CSV of the worst-matched pairs' },
    'Save CSV',
  );
  let shown: readonly RowPair[] = [];
  let asking = new AbortController();

  const load = async (): Promise<void> => {
    const pair = pairs[Number(chooser.value)]!;
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    shown = [];
    csv.disabled = true;
    body.replaceChildren(loadingState('Looking for the pairs that match worst …'));
    try {
      const answer = await host.request('worstPairs', { uri, modalities: pair, count: listed }, signal);
      shown = answer.pairs;
      csv.disabled = shown.length === 0;
      body.replaceChildren(
        element(
          'p',
          { class: 'quiet caption' },
          captionOf(shown.length, report.modalities[0]?.rows ?? 0, pair),
        ),
        itemList(
          shown.map(({ row, id, cosine }) => ({ row, id, value: cosine })),
          pair,
          previews,
          'Worst-matched pairs',
        ),
      );
    } catch (error) {
      if (signal.aborted) return;
      body.replaceChildren(
        failedState('The worst-matched pairs cannot be listed', causesOf(error), [
          { label: 'Try Again', run: () => void load() },
        ]),
      );
    }
  };
  chooser.addEventListener('change', () => void load());
  csv.addEventListener('click', () => {
    const table = {
      columns: ['row', 'id', 'cosine'].map((name) => ({ name, unit: '' })),
      rows: shown.map(({ row, id, cosine }) => [row, id, cosine]),
    };
    save('worst-matched-pairs.csv', new Blob([toCsv(table)], { type: 'text/csv' }));
  });
  void load();
  return element(
    'section',
    { class: 'worst-pairs', id: 'worst-pairs', 'aria-labelledby': 'worst-pairs-title' },
    element(
      'div',
      { class: 'figure-head' },
      element('h2', { id: 'worst-pairs-title' }, 'Worst-matched pairs'),
      element('div', { class: 'actions' }, ...(pairs.length > 1 ? [chooser] : []), csv),
    ),
    body,
  );
}

function captionOf(count: number, rows: number, pair: readonly string[]): string {
  return (
    `The ${formatNumber(count)} of ${formatNumber(rows)} rows whose ${pair.join(' and ')} have the lowest cosine, the lowest first: ` +
    'among them are likely mismatches, and items that the encoders understand least.'
  );
}
