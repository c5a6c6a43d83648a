import { element } from '../element.ts';

/** A table under a line that names it, scrolled sideways by pointer or keys where the window is narrow. */
export function tableFrame(title: string, table: HTMLTableElement): HTMLElement {
  return element(
    'div',
    { class: 'table' },
    element('p', { class: 'quiet table-title', 'aria-hidden': 'true' }, title),
    element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title }, table),
  );
}
