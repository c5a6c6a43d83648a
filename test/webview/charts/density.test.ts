import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  binEdges,
  histogramDensity,
  histogramTotal,
  joinSparseBins,
} from '../../../webview/charts/density.ts';

test('a histogram becomes count / (total · width) at the centres of its bins', () => {
  const points = histogramDensity({ low: -1, high: 1, counts: [0, 0, 1, 3, 0, 0, 0, 0] });
  expect(points).toEqual([
    { x: -0.625, y: 0 },
    { x: -0.375, y: 1 },
    { x: -0.125, y: 3 },
    { x: 0.125, y: 0 },
  ]);
});

test('the area under a density is 1, whatever the counts, the bins and the range', () => {
  const histograms = fc.record({
    low: fc.double({ min: -1, max: 0.5, noNaN: true }),
    width: fc.double({ min: 0.1, max: 2, noNaN: true }),
    counts: fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 300 }),
  });
  fc.assert(
    fc.property(histograms, ({ low, width, counts }) => {
      fc.pre(counts.some((count) => count > 0));
      const binWidth = width / counts.length;
      const points = histogramDensity({ low, high: low + width, counts });
      expect(points.reduce((area, { y }) => area + y * binWidth, 0)).toBeCloseTo(1, 9);
    }),
  );
});

test('a histogram that is full to its edges comes down to zero beyond them', () => {
  expect(histogramDensity({ low: 0, high: 1, counts: [1, 1] })).toEqual([
    { x: -0.25, y: 0 },
    { x: 0.25, y: 1 },
    { x: 0.75, y: 1 },
    { x: 1.25, y: 0 },
  ]);
});

test('an empty histogram has no outline', () => {
  expect(histogramDensity({ low: -1, high: 1, counts: [0, 0] })).toEqual([]);
  expect(histogramTotal({ low: -1, high: 1, counts: [0, 0] })).toBe(0);
});

test('the edges of neighbouring bins meet', () => {
  const histogram = { low: -1, high: 1, counts: [1, 2, 3, 4] };
  expect(binEdges(histogram, 0)).toEqual([-1, -0.5]);
  expect(binEdges(histogram, 3)).toEqual([0.5, 1]);
});

test('bins are joined until about 2·n^⅓ hold the values, and no value is lost', () => {
  const counts = Array.from({ length: 200 }, (_, bin) => (bin % 8 === 0 ? 5 : 0));
  const joined = joinSparseBins({ low: 0.2, high: 0.4, counts });
  expect(joined.counts).toHaveLength(11);
  expect(histogramTotal(joined)).toBe(125);
  expect((joined.high - joined.low) / 11).toBeCloseTo(0.019, 12);
  expect(joined.counts[0]).toBe(15);
});

test('a histogram with values enough, or with none, stays as it is', () => {
  const full = { low: 0, high: 1, counts: [400, 900, 400] };
  expect(joinSparseBins(full)).toBe(full);
  const empty = { low: 0, high: 1, counts: [0, 0, 0] };
  expect(joinSparseBins(empty)).toBe(empty);
});
