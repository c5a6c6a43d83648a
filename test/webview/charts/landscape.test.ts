import { expect, test } from 'vitest';
import { landscapeLine, originalDistance } from '../../../webview/charts/landscape.ts';

const losses = [3, 1.5, 2, 2.5, 1, 4];
const points = losses.map((loss, index) => ({
  shift: 0.5 * (index - 2),
  distance: 1 - 0.5 * (index - 2),
  loss,
}));

test('points are ordered by distance, the minimum and the other local minima are found', () => {
  const line = landscapeLine(100, points);
  expect(line.points.map(({ distance }) => distance)).toEqual([-0.5, 0, 0.5, 1, 1.5, 2]);
  expect(line.points[line.minimum]).toMatchObject({ loss: 1, shift: 1 });
  expect(line.localMinima.map((index) => line.points[index]?.loss)).toEqual([1.5]);
});

test('an end of the grid can be the minimum, but is no local minimum', () => {
  const falling = [3, 2, 1].map((loss, index) => ({ shift: index, distance: index, loss }));
  const line = landscapeLine(1, falling);
  expect(line.minimum).toBe(2);
  expect(line.localMinima).toEqual([]);
});

test('the original gap is where the shift is 0, and unknown where the grid leaves it out', () => {
  expect(originalDistance([landscapeLine(100, points)])).toBe(1);
  expect(originalDistance([landscapeLine(100, points.slice(0, 2))])).toBeNull();
});
