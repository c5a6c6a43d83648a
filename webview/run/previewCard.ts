import type { Chart } from 'chart.js';
import type { RowGrouping } from '../../server/protocol/runContent.ts';
import { groupAt } from '../charts/pointCloud.ts';
import type { CloudPoint, PointCloud } from '../charts/pointCloud.ts';
import { placeTooltip } from '../charts/tooltip.ts';
import { element } from '../element.ts';
import { pictureOf } from './itemList.ts';
import type { Previews } from './previews.ts';
import { causesOf } from './state.ts';

export interface PreviewCard {
  /** Says at once which point it is. */
  begin(point: CloudPoint, chart: Chart, place: readonly [number, number]): void;
  /** Shows what the item looks like, and its partners' pictures and texts, once they are known. */
  fill(point: CloudPoint, chart: Chart, place: readonly [number, number]): Promise<void>;
  hide(): void;
  remove(): void;
}

/**
 * A card beside a point, which is also read out.
 *
 * @param colorBy What the points are coloured by, which it tells beside the label; null for the modality.
 */
export function previewCard(
  plot: HTMLElement,
  previews: Previews,
  cloud: PointCloud,
  colorBy: RowGrouping | null,
): PreviewCard {
  const box = element('div', { class: 'tooltip card', role: 'status', hidden: '' });
  plot.append(box);
  let current: CloudPoint | null = null;
  const heading = ({ index, modality }: CloudPoint): HTMLElement => {
    const told = cloud.groupings.filter((grouping) => grouping.name === 'label' || grouping === colorBy);
    const groups = told.map((grouping) => {
      const group = groupAt(grouping, index);
      return grouping.name === 'label' ? group : `${grouping.name}: ${group}`;
    });
    const parts = [cloud.modalities[modality]!.name, `row ${cloud.rows[index]!}`, ...groups];
    return element('div', { class: 'quiet' }, parts.join(' · '));
  };
  return {
    begin(point, chart, [x, y]) {
      current = point;
      box.replaceChildren(heading(point));
      box.hidden = false;
      placeTooltip(box, chart.canvas, x, y);
    },
    async fill(point, chart, [x, y]) {
      const row = cloud.rows[point.index]!;
      const pointed = cloud.modalities[point.modality]!.name;
      const names = [pointed, ...cloud.modalities.map(({ name }) => name).filter((name) => name !== pointed)];
      const answers = await Promise.allSettled(names.map((name) => previews.get(row, name)));
      // The pointer has gone on.
      if (current !== point) return;
      const found = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
      const picture = found.map(pictureOf).find((image) => image !== null);
      const texts = found.flatMap(({ text }) =>
        text === null ? [] : [element('div', { class: 'text' }, text)],
      );
      const [own] = answers;
      const words = element(
        'div',
        { class: 'words' },
        ...(found[0] === undefined ? [] : [element('strong', {}, found[0].id)]),
        heading(point),
        ...texts,
        ...(own?.status === 'rejected'
          ? [element('div', { class: 'quiet' }, causesOf(own.reason).join(' '))]
          : []),
      );
      box.replaceChildren(
        element('div', { class: 'preview' }, ...(picture === undefined ? [] : [picture]), words),
      );
      placeTooltip(box, chart.canvas, x, y);
    },
    hide() {
      current = null;
      box.hidden = true;
    },
    remove() {
      current = null;
      box.remove();
    },
  };
}
