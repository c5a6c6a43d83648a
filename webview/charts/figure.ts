import { Chart } from 'chart.js';
import { toCsv } from '../csv.ts';
import { element } from '../element.ts';
import { formatNumber } from '../formatNumber.ts';
import type { PlainTable } from '../plainTable.ts';
import { fileNameOf } from '../saveFile.ts';
import type { Theme } from '../theme.ts';
import type { AnyChart, ChartContent } from './chartContent.ts';
import { chartImage } from './chartImage.ts';
import { htmlLegend } from './legend.ts';
import { htmlTooltip } from './tooltip.ts';
import { attachZoomPan } from './zoomPan.ts';
import type { ZoomPan } from './zoomPan.ts';

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

/** What a figure asks of the page it is on. */
export interface FigurePage {
  /** Offers a file to the reader. */
  readonly save: (name: string, content: Blob) => void;
  /** Choices that were made before, by key; the first option of a control where it has none. */
  readonly choices?: Readonly<Record<string, string>>;
  /** Told of every choice. */
  readonly chosen?: (choices: Readonly<Record<string, string>>) => void;
}

export interface Figure {
  readonly id: string;
  readonly title: string;
  readonly element: HTMLElement;
  /** Draws the figure anew, in this theme. It must be in the document. */
  draw(theme: Theme): void;
  /** The chart as it is shown, as a PNG image. @throws Error where it is not drawn. */
  image(): Promise<Blob>;
}

/**
 * A chart with title, controls, legend, caption, its numbers as a table, and buttons that zoom, and that copy or save
 * image and numbers.
 */
export function createFigure(definition: FigureDefinition, page: FigurePage): Figure {
  const { id, title, controls } = definition;
  const choices = Object.fromEntries(
    controls.map(({ key, options }) => {
      const before = options.find(({ value }) => value === page.choices?.[key]);
      return [key, (before ?? options[0])?.value ?? ''];
    }),
  );
  const hidden = new Set<string>();
  const canvas = element('canvas', { role: 'img' });
  const plot = element('div', { class: 'plot' }, canvas);
  const tooltip = htmlTooltip(plot);
  const legend = element('div');
  const caption = element('figcaption');
  const numbers = element('details', { class: 'numbers' }, element('summary', {}, 'Show as table'));
  let shown: Drawn | null = null;

  const draw = (theme: Theme, zoom = shown?.zoomPan.state() ?? null): void => {
    const content = definition.content(choices, theme);
    shown?.end?.();
    shown?.zoomPan.detach();
    shown?.chart.destroy();
    const chart = new Chart(canvas, onPage(content.chart, hidden, tooltip)) as Chart;
    reset.disabled = true;
    const zoomPan = attachZoomPan(chart, zoom, (isZoomed) => {
      reset.disabled = !isZoomed;
    });
    shown = { content, theme, chart, zoomPan, end: content.interact?.(chart, plot) };
    canvas.setAttribute('aria-label', content.description);
    legend.replaceChildren(
      htmlLegend(chart, (label, visible) => {
        if (visible) hidden.delete(label);
        else hidden.add(label);
      }),
    );
    caption.replaceChildren(...content.caption.map((sentence) => element('p', {}, sentence)));
    fillTable(numbers, content);
  };
  const redraw = (): void => {
    if (shown !== null) draw(shown.theme);
  };
  const showAll = (): void => {
    if (shown !== null) draw(shown.theme, null);
  };
  numbers.addEventListener('toggle', () => {
    if (shown !== null) fillTable(numbers, shown.content);
  });

  const name = fileNameOf(title);
  const image = async (): Promise<Blob> => {
    if (shown === null) throw new Error('The chart has not been drawn.');
    return chartImage(shown.content.chart, title, hidden, shown.zoomPan.state()?.shown ?? {}, shown.theme);
  };
  const reset = action('Reset', `Reset “${title}”: show all of it`, showAll);
  reset.disabled = true;
  canvas.addEventListener('dblclick', showAll);
  const actions = element(
    'div',
    { class: 'actions' },
    action('+', `Zoom into “${title}” (Ctrl or ⌘ and the wheel; drag to move)`, () =>
      shown?.zoomPan.zoom(1.5),
    ),
    action('−', `Zoom out of “${title}” (Ctrl or ⌘ and the wheel; drag to move)`, () =>
      shown?.zoomPan.zoom(1 / 1.5),
    ),
    reset,
    // Where a page is not trusted with the clipboard, there is none.
    ...('clipboard' in navigator && 'write' in navigator.clipboard ? [copyAction(title, image)] : []),
    action('Save PNG', `Save PNG image of “${title}”`, () => {
      void image().then((blob) => {
        page.save(`${name}.png`, blob);
      });
    }),
    action('Save CSV', `Save CSV of the numbers of “${title}”`, () => {
      if (shown === null) return;
      page.save(`${name}.csv`, new Blob([toCsv(shown.content.table())], { type: 'text/csv' }));
    }),
  );
  const heading = element('h2', { id: `${id}-title` }, title);
  const selectors = controls
    .filter(({ options }) => options.length > 1)
    .map((control) =>
      selector(id, control, choices, () => {
        page.chosen?.(choices);
        redraw();
      }),
    );
  return {
    id,
    title,
    element: element(
      'section',
      { class: 'figure', id, 'aria-labelledby': `${id}-title` },
      element('div', { class: 'figure-head' }, heading, actions),
      element('figure', {}, element('div', { class: 'controls' }, ...selectors, legend), plot, caption),
      numbers,
    ),
    draw(theme) {
      draw(theme);
    },
    image,
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

interface Drawn {
  readonly content: ChartContent;
  readonly theme: Theme;
  readonly chart: Chart;
  readonly zoomPan: ZoomPan;
  readonly end: (() => void) | undefined;
}

/** A button that puts the image into the clipboard, and says for a moment whether it is there. */
function copyAction(title: string, image: () => Promise<Blob>): HTMLButtonElement {
  const label = 'Copy';
  const button = action(label, `Copy the chart “${title}” as an image`, () => {
    const tell = (text: string): void => {
      button.textContent = text;
      setTimeout(() => {
        button.textContent = label;
      }, 2000);
    };
    navigator.clipboard.write([new ClipboardItem({ 'image/png': image() })]).then(
      () => {
        tell('Copied');
      },
      () => {
        tell('Not allowed');
      },
    );
  });
  return button;
}

function action(label: string, description: string, run: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', 'aria-label': description, title: description }, label);
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
  select.value = choices[control.key] ?? '';
  select.addEventListener('change', () => {
    choices[control.key] = select.value;
    changed();
  });
  return element('label', {}, element('span', {}, control.label), select);
}

/** More rows than this would slow the page down; a CSV file has them all. */
const mostTableRows = 2000;

/** Fills the table when it is open: thousands of rows would cost every reader who never looks at them. */
function fillTable(details: HTMLDetailsElement, content: ChartContent): void {
  for (const old of details.querySelectorAll('.scroll, .cut')) old.remove();
  if (!details.open) return;
  const table: PlainTable = content.table();
  if (table.rows.length > mostTableRows) {
    const [some, all] = [formatNumber(mostTableRows), formatNumber(table.rows.length)];
    details.append(
      element('p', { class: 'quiet cut' }, `The first ${some} of ${all} rows; the CSV file holds them all.`),
    );
  }
  const head = table.columns.map(({ name, unit }) =>
    element('th', { scope: 'col' }, unit === '' ? name : `${name} (${unit})`),
  );
  const body = table.rows
    .slice(0, mostTableRows)
    .map((row) =>
      element(
        'tr',
        {},
        ...row.map((value) =>
          typeof value === 'number'
            ? element(
                'td',
                { class: 'number' },
                element('data', { value: String(value) }, formatNumber(value)),
              )
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
