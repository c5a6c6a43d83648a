import type { Chart, LegendItem } from 'chart.js';
import { drawPoint } from 'chart.js/helpers';
import { element } from '../element.ts';

/**
 * The chart's legend as HTML: entries that stand for a dataset are buttons that hide and show it, the others are
 * text. Chart.js's own legend is drawn on the canvas, where no keyboard reaches it.
 */
export function htmlLegend(chart: Chart, onToggle: (label: string, visible: boolean) => void): HTMLElement {
  const list = element('ul', { class: 'legend' });
  for (const item of legendItems(chart)) {
    const { datasetIndex } = item;
    const content = [swatch(item), element('span', {}, item.text)];
    if (datasetIndex === undefined) {
      list.append(element('li', {}, element('span', { class: 'entry' }, ...content)));
      continue;
    }
    const visible = chart.isDatasetVisible(datasetIndex);
    const button = element(
      'button',
      { type: 'button', class: 'entry', 'aria-pressed': String(visible) },
      ...content,
    );
    button.addEventListener('click', () => {
      const show = !chart.isDatasetVisible(datasetIndex);
      chart.setDatasetVisibility(datasetIndex, show);
      chart.update('none');
      button.setAttribute('aria-pressed', String(show));
      onToggle(item.text, show);
    });
    list.append(element('li', {}, button));
  }
  return list;
}

function legendItems(chart: Chart): LegendItem[] {
  return chart.options.plugins?.legend?.labels?.generateLabels?.(chart) ?? [];
}

/** The line, with its dashes, or the point, with its shape, as the chart draws it. */
function swatch(item: LegendItem): HTMLCanvasElement {
  const [width, height, scale] = [24, 12, 2];
  const canvas = element('canvas', {
    width: String(width * scale),
    height: String(height * scale),
    'aria-hidden': 'true',
    class: 'swatch',
  });
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  context.scale(scale, scale);
  context.strokeStyle = item.strokeStyle as string;
  context.fillStyle = item.fillStyle as string;
  context.lineWidth = 2;
  if (item.pointStyle === undefined || item.pointStyle === 'line') {
    context.setLineDash(item.lineDash ?? []);
    context.beginPath();
    context.moveTo(0, height / 2);
    context.lineTo(width, height / 2);
    context.stroke();
  } else {
    drawPoint(
      context,
      { pointStyle: item.pointStyle, radius: 4.5, rotation: 0, borderWidth: 1 },
      width / 2,
      height / 2,
    );
  }
  return canvas;
}
