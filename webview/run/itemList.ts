import type { ItemPreview } from '../../server/protocol/runContent.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import type { Previews } from './previews.ts';
import { causesOf } from './state.ts';

export interface ListedRow {
  /** Number in the run, from 0. */
  readonly row: number;
  readonly id: string | null;
  /** A number beside it, or null. */
  readonly value: number | null;
}

/**
 * Rows with what they look like in each of the modalities; a click opens the item. Previews are asked for when a row
 * comes into sight.
 */
export function itemList(
  rows: readonly ListedRow[],
  modalities: readonly string[],
  previews: Previews,
  label: string,
): HTMLElement {
  const list = element('ul', { class: 'items', tabindex: '0', 'aria-label': label });
  const rowOf = new Map<Element, ListedRow>();
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const listed = rowOf.get(target);
        if (!isIntersecting || listed === undefined) continue;
        observer.unobserve(target);
        void fill(target as HTMLElement, listed.row, modalities, previews);
      }
    },
    { root: list, rootMargin: '120px' },
  );
  for (const listed of rows) {
    const item = element(
      'li',
      {},
      element('span', { class: 'no-picture' }),
      element(
        'span',
        { class: 'who' },
        element('span', {}, listed.id ?? `row ${listed.row}`),
        element('span', { class: 'quiet' }, listed.id === null ? '' : `row ${listed.row}`),
      ),
      element('span', { class: 'figure-value' }, listed.value === null ? '' : formatNumber(listed.value, 3)),
    );
    rowOf.set(item, listed);
    list.append(item);
    observer.observe(item);
  }
  return list;
}

async function fill(
  item: HTMLElement,
  row: number,
  modalities: readonly string[],
  previews: Previews,
): Promise<void> {
  const answers = await Promise.allSettled(modalities.map((modality) => previews.get(row, modality)));
  const who = element('span', { class: 'who' });
  const found = answers.flatMap((answer, index) =>
    answer.status === 'fulfilled' ? [{ modality: modalities[index]!, preview: answer.value }] : [],
  );
  const first = found[0];
  if (first === undefined) {
    const [failure] = answers;
    const cause = failure?.status === 'rejected' ? causesOf(failure.reason).join(' ') : '';
    item.querySelector('.who')?.append(element('span', { class: 'quiet' }, `No preview: ${cause}`));
    return;
  }
  who.append(
    openButton(
      first.preview.id,
      `Open the ${first.modality} of ${first.preview.id}`,
      row,
      first.modality,
      previews,
    ),
  );
  for (const { preview } of found) if (preview.text !== null) who.append(element('span', {}, preview.text));
  const { label } = first.preview;
  who.append(element('span', { class: 'quiet' }, label === null ? `row ${row}` : `row ${row} · ${label}`));
  item.querySelector('.who')?.replaceWith(who);
  const picture = found.find(({ preview }) => preview.thumbnail !== null);
  if (picture !== undefined) item.querySelector('.no-picture')?.replaceWith(pictureOf(picture.preview)!);
}

/** The thumbnail of an item; null where it has none. */
export function pictureOf({ thumbnail, id }: ItemPreview): HTMLImageElement | null {
  return thumbnail === null ? null : element('img', { src: thumbnail, alt: id });
}

function openButton(
  text: string,
  label: string,
  row: number,
  modality: string,
  previews: Previews,
): HTMLElement {
  const button = element('button', { type: 'button', class: 'link', title: label }, text);
  button.addEventListener('click', () => {
    previews.open(row, modality);
  });
  return button;
}
