import type { Chart, Plugin } from 'chart.js';
import type { ChartKind } from './chartContent.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

interface Fit {
  readonly x: Range;
  readonly y: Range;
  readonly margin: number;
  readonly size: string;
}

/**
 * Gives both axes the same units a pixel, so that distances in the plot can be compared in every direction. They hold
 * the ranges given, or the part of them that the axes' own options name.
 */
export function equalAxes(x: Range, y: Range): Plugin<ChartKind> {
  // One definition draws several charts: on the page, and in pictures of it.
  const fits = new WeakMap<Chart, Fit>();
  return {
    id: 'equalAxes',
    afterUpdate(chart) {
      // The size of the whole chart: that of its plot also changes when a zoom brings longer ticks.
      const size = `${chart.width}×${chart.height}`;
      const scales = chart.options.scales;
      const before = fits.get(chart);
      if (before?.size === size || chart.chartArea.width <= 0 || scales === undefined) return;
      const [ofX, ofY] = [namedRange(scales['x']), namedRange(scales['y'])];
      const fit =
        before ?? (ofX === null || ofY === null ? { x, y, margin: 1.06 } : { x: ofX, y: ofY, margin: 1 });
      fits.set(chart, { ...fit, size });
      // New ticks may leave the plot another width, for which the second pass fits again.
      for (let pass = 0; pass < 2; pass += 1) {
        const { width, height } = chart.chartArea;
        const unit =
          Math.max((fit.x.high - fit.x.low) / width, (fit.y.high - fit.y.low) / height) * fit.margin;
        for (const [axis, { low, high }, pixels] of [
          ['x', fit.x, width] as const,
          ['y', fit.y, height] as const,
        ]) {
          const middle = (low + high) / 2;
          Object.assign(scales[axis]!, {
            min: middle - (unit * pixels) / 2,
            max: middle + (unit * pixels) / 2,
          });
        }
        chart.update('none');
      }
    },
  };
}

/** Least and largest of all values; one more on both sides where they are all the same. */
export function rangeOf(lists: readonly Iterable<number>[]): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists) {
    for (const value of list) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low < high ? { low, high } : { low: low - 1, high: high + 1 };
}

function namedRange(scale: unknown): Range | null {
  const { min, max } = scale as { readonly min?: unknown; readonly max?: unknown };
  return typeof min === 'number' && typeof max === 'number' ? { low: min, high: max } : null;
}
