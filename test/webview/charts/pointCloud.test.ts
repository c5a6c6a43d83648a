import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestPoint, rowsInside, spreadOrder } from '../../../webview/charts/pointCloud.ts';

const cloud = {
  rows: Uint32Array.of(0, 1, 2),
  modalities: [
    { name: 'image', xy: Float32Array.of(0, 0, 1, 0, 2, 0) },
    { name: 'text', xy: Float32Array.of(0, 5, 1, 5, 2, 5) },
  ],
  groupings: [],
};
const transform = { scaleX: 10, offsetX: 0, scaleY: 10, offsetY: 0 };

test('the spread order holds every number once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 3000 }), (count) => {
      const order = [...spreadOrder(count)];
      expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, place) => place));
    }),
  );
});

test('the nearest visible point within reach is found, and only where it is accepted', () => {
  expect(nearestPoint(cloud, [true, true], transform, 11, 1, 5)).toEqual({ index: 1, modality: 0 });
  expect(nearestPoint(cloud, [false, true], transform, 11, 1, 5)).toBeNull();
  expect(nearestPoint(cloud, [true, true], transform, 10, 0, Infinity, (dx) => dx > 0)).toEqual({
    index: 2,
    modality: 0,
  });
});

test('rows with a visible point inside the polygon are found, also where it is not convex', () => {
  const notch = [-5, -5, 25, -5, 25, 5, 15, 5, 15, -1, 5, -1, 5, 5, -5, 5];
  expect(rowsInside(cloud, [true, true], transform, notch)).toEqual([0, 2]);
  expect(rowsInside(cloud, [false, true], transform, notch)).toEqual([]);
});
