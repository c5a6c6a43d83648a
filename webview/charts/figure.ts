import { Chart } from 'chart.js';
import { toCsv } from '../csv.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import { fileNameOf, saveFile } from '../saveFile.ts';
import type { Theme } from '../theme.ts';
import type { AnyChart, ChartContent } from './chartContent.ts';
import { chartImage } from './chartImage.ts';
import { htmlLegend } from './legend.ts';
import { htmlTooltip } from './tooltip.ts';

/** A choice the reader can make; its value reaches `content` under its key. */
export interface Control {
  readonly key: string;
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export interface FigureDefinition {
  readonly id: string;
  readonly title: string;
  /** Controls with fewer than two options are not shown. */
  readonly controls: readonly Control[];
  /** What to draw for the values chosen; each control starts with its first option. */
  content(choices: Readonly<Record<string, string>>, theme: Theme): ChartContent;
}

export interface Figure {
  readonly element: HTMLElement;
  /** Draws the figure anew, in this theme. It must be in the document. */
  draw(theme: Theme): void;
}

/** A chart with title, controls, legend, caption, its numbers as a table, and buttons that save image and numbers. */
export function createFigure(definition: FigureDefinition): Figure {
  const { id, title, controls } = definition;
  const choices = Object.fromEntries(controls.map(({ key, options }) => [key, options[0]?.value ?? '']));
  const hidden = new Set<string>();
  const canvas = element('canvas', { role: 'img' });
  const plot = element('div', { class: 'plot' }, canvas);
  const tooltip = htmlTooltip(plot);
  const legend = element('div');
  const caption = element('figcaption');
  const numbers = element('details', { class: 'numbers' }, element('summary', {}, 'Show as table'));
  let shown: { content: ChartContent; theme: Theme; chart: Chart } | null = null;

  const draw = (theme: Theme): void => {
    const content = definition.content(choices, theme);
    shown?.chart.destroy();
    const chart = new Chart(canvas, onPage(content.chart, hidden, tooltip)) as Chart;
    shown = { content, theme, chart };
    canvas.setAttribute('aria-label', content.description);
    legend.replaceChildren(
      htmlLegend(chart, (label, visible) => {
        if (visible) hidden.delete(label);
        else hidden.add(label);
      }),
    );
    caption.replaceChildren(...content.caption.map((sentence) => element('p', {}, sentence)));
    fillTable(numbers, content.table);
  };
  const redraw = (): void => {
    if (shown !== null) draw(shown.theme);
  };
  numbers.addEventListener('toggle', () => {
    if (shown !== null) fillTable(numbers, shown.content.table);
  });

  const name = fileNameOf(title);
  const actions = element(
    'div',
    { class: 'actions' },
    action('Save PNG', `Save the chart “${title}” as a PNG image`, () => {
      if (shown === null) return;
      void chartImage(shown.content.chart, title, hidden, shown.theme).then((image) => {
        saveFile(`${name}.png`, image);
      });
    }),
    action('Save CSV', `Save the numbers of “${title}” as CSV`, () => {
      if (shown === null) return;
      saveFile(`${name}.csv`, new Blob([toCsv(shown.content.table)], { type: 'text/csv' }));
    }),
  );
  const heading = element('h2', { id: `${id}-title` }, title);
  const selectors = controls
    .filter(({ options }) => options.length > 1)
    .map((c) => selector(id, c, choices, redraw));
  return {
    element: element(
      'section',
      { class: 'figure', id, 'aria-labelledby': `${id}-title` },
      element('div', { class: 'figure-head' }, heading, actions),
      element('figure', {}, element('div', { class: 'controls' }, ...selectors, legend), plot, caption),
      numbers,
    ),
    draw,
  };
}

function onPage(
  chart: AnyChart,
  hidden: ReadonlySet<string>,
  external: ReturnType<typeof htmlTooltip>,
): AnyChart {
  for (const dataset of chart.data.datasets) dataset.hidden = hidden.has(dataset.label ?? '');
  return {
    ...chart,
    options: {
      ...chart.options,
      animation: false,
      maintainAspectRatio: false,
      plugins: {
        ...chart.options?.plugins,
        legend: { ...chart.options?.plugins?.legend, display: false },
        tooltip: { ...chart.options?.plugins?.tooltip, enabled: false, external },
      },
    },
  };
}

function action(label: string, description: string, run: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', 'aria-label': description }, label);
  button.addEventListener('click', run);
  return button;
}

function selector(
  id: string,
  control: Control,
  choices: Record<string, string>,
  changed: () => void,
): HTMLElement {
  const select = element('select', { id: `${id}-${control.key}` });
  for (const { value, label } of control.options) select.append(element('option', { value }, label));
  select.addEventListener('change', () => {
    choices[control.key] = select.value;
    changed();
  });
  return element('label', {}, element('span', {}, control.label), select);
}

/** Fills the table when it is open: thousands of rows would cost every reader who never looks at them. */
function fillTable(details: HTMLDetailsElement, table: PlainTable): void {
  details.querySelector('.scroll')?.remove();
  if (!details.open) return;
  const head = table.columns.map(({ name, unit }) =>
    element('th', { scope: 'col' }, unit === '' ? name : `${name} (${unit})`),
  );
  const body = table.rows.map((row) =>
    element(
      'tr',
      {},
      ...row.map((value) =>
        typeof value === 'number'
          ? element('td', { class: 'number' }, element('data', { value: String(value) }, formatNumber(value)))
          : element('td', {}, value),
      ),
    ),
  );
  details.append(
    element(
      'div',
      { class: 'scroll', tabindex: '0' },
      element('table', {}, element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)),
    ),
  );
}
