import { expect, test } from 'vitest';
import { dimensionShares, dimensionsHolding, sharesOf } from '../../../webview/charts/dimensionShares.ts';

const gap = [1, -3, 0, 2];

test('shares are the squares of the components over the squared distance', () => {
  expect(sharesOf(gap)).toEqual([1 / 14, 9 / 14, 0, 4 / 14]);
  expect(sharesOf([0, 0])).toEqual([0, 0]);
});

test('the largest share comes first and the running sum ends at 1', () => {
  const sorted = dimensionShares(sharesOf(gap), gap, 'share');
  expect(sorted.map(({ dimension }) => dimension)).toEqual([1, 3, 0, 2]);
  expect(sorted.map(({ component }) => component)).toEqual([-3, 2, 1, 0]);
  expect(sorted[3]?.cumulative).toBeCloseTo(1, 12);
  expect(dimensionsHolding(sorted, 0.9)).toBe(2);
  expect(dimensionsHolding(sorted, 0.95)).toBe(3);
});

test('by dimension, the order is that of the vector; without one there are no components', () => {
  const inOrder = dimensionShares(sharesOf(gap), null, 'dimension');
  expect(inOrder.map(({ dimension, component }) => [dimension, component])).toEqual([
    [0, null],
    [1, null],
    [2, null],
    [3, null],
  ]);
});
