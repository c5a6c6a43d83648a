import type { Chart, TooltipModel } from 'chart.js';
import { element } from '../element.ts';
import type { ChartKind } from './chartContent.ts';

/**
 * A tooltip of HTML text inside `frame` (which must be positioned), for Chart.js's `external` option. It wraps long
 * captions, follows the page's colours, and what it says is text that can be read by more than the eye.
 */
export function htmlTooltip(frame: HTMLElement) {
  const box = element('div', { class: 'tooltip', role: 'tooltip', hidden: '' });
  frame.append(box);
  return ({ chart, tooltip }: { chart: Chart; tooltip: TooltipModel<ChartKind> }): void => {
    box.hidden = tooltip.opacity === 0;
    if (box.hidden) return;
    const title = tooltip.title.map((line) => element('strong', {}, line));
    const lines = tooltip.body.flatMap(({ lines: texts }, item) =>
      texts.map((text) => {
        const mark = element('span', { class: 'mark' });
        mark.style.backgroundColor = tooltip.labelColors[item]?.borderColor as string;
        return element('div', {}, mark, text);
      }),
    );
    const after = tooltip.afterBody.map((line) => element('div', { class: 'quiet' }, line));
    box.replaceChildren(...title, ...lines, ...after);
    placeTooltip(box, chart.canvas, tooltip.caretX, tooltip.caretY);
  };
}

/** Puts a tooltip beside a pixel of the chart, on the side that has room, and never outside the chart's width. */
export function placeTooltip(box: HTMLElement, canvas: HTMLCanvasElement, x: number, y: number): void {
  const gap = 12;
  const rightOf = canvas.offsetLeft + x + gap;
  const leftOf = canvas.offsetLeft + x - gap - box.offsetWidth;
  const end = canvas.offsetLeft + canvas.offsetWidth - box.offsetWidth;
  const left = rightOf <= end ? rightOf : Math.max(canvas.offsetLeft, leftOf);
  const lowest = canvas.offsetTop + canvas.offsetHeight - box.offsetHeight;
  box.style.left = `${left}px`;
  box.style.top = `${Math.max(canvas.offsetTop, Math.min(canvas.offsetTop + y - box.offsetHeight / 2, lowest))}px`;
}
