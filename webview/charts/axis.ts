import { Ticks } from 'chart.js';
import type { Scale } from 'chart.js';
import type { Theme } from '../theme.ts';

/** Title, ticks, grid and font of an axis in the theme's colours; only round values are named. */
export function axisStyle(theme: Theme, title: string) {
  const font = { family: theme.fontFamily, size: 12 };
  return {
    title: { display: true, text: title, color: theme.text, font },
    ticks: {
      color: theme.muted,
      font,
      maxRotation: 0,
      autoSkipPadding: 16,
      includeBounds: false,
      callback: trueMinus,
    },
    grid: { color: theme.grid, lineWidth: 1, drawTicks: false },
    border: { color: theme.muted },
  };
}

function trueMinus(this: Scale, value: string | number, index: number, ticks: { value: number }[]): string {
  return Ticks.formatters.numeric.call(this, Number(value), index, ticks).replaceAll('-', '−');
}
