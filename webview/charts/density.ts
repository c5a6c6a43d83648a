import type { ChartPoint } from './chartContent.ts';

/** Counts in bins of equal width from `low` to `high`. */
export interface Histogram {
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/** How many values the histogram holds. */
export function histogramTotal({ counts }: Histogram): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Lower and upper edge of a bin. */
export function binEdges({ low, high, counts }: Histogram, bin: number): [number, number] {
  const width = (high - low) / counts.length;
  return [low + bin * width, low + (bin + 1) * width];
}

/**
 * The histogram as a density: a point at each bin's centre whose height is count / (total · width), so that the area
 * is 1 and histograms of different sizes share one axis. From the first bin that holds values to the last, with an
 * empty bin before and after, where the outline comes down to zero. An empty histogram gives no points.
 */
export function histogramDensity(histogram: Histogram): ChartPoint[] {
  const { counts } = histogram;
  const total = histogramTotal(histogram);
  if (total === 0) return [];
  const { first, last } = occupiedBins(histogram);
  const points: ChartPoint[] = [];
  for (let bin = first - 1; bin <= last + 1; bin += 1) {
    const [from, to] = binEdges(histogram, bin);
    points.push({ x: (from + to) / 2, y: (counts[bin] ?? 0) / (total * (to - from)) });
  }
  return points;
}

function occupiedBins({ counts }: Histogram): { first: number; last: number } {
  return { first: counts.findIndex((count) => count > 0), last: counts.findLastIndex((count) => count > 0) };
}

/**
 * The histogram with neighbouring bins joined where its values are too few for so many: about 2·n^⅓ of them (the Rice
 * rule) are left over the range that holds values. Counts are summed, none is moved.
 */
export function joinSparseBins(histogram: Histogram): Histogram {
  const { low, high, counts } = histogram;
  const total = histogramTotal(histogram);
  if (total === 0) return histogram;
  const { first, last } = occupiedBins(histogram);
  const factor = Math.floor((last - first + 1) / Math.ceil(2 * Math.cbrt(total)));
  if (factor < 2) return histogram;
  const bins = Math.ceil(counts.length / factor);
  const width = ((high - low) / counts.length) * factor;
  return {
    low,
    high: low + bins * width,
    counts: Array.from({ length: bins }, (_, bin) =>
      counts.slice(bin * factor, (bin + 1) * factor).reduce((sum, count) => sum + count, 0),
    ),
  };
}
