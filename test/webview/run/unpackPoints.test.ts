import { expect, test } from 'vitest';
import { unpackPoints } from '../../../webview/run/unpackPoints.ts';

const file = {
  path: '/run/points',
  method: 'pca' as const,
  modalities: ['image', 'text'],
  rows: 2,
  totalRows: 2,
  explained: null,
  groupings: [],
};

function packed(offset: number): Uint8Array {
  const numbers = new Uint8Array(40);
  new Float32Array(numbers.buffer, 0, 8).set([1, 2, 3, 4, 5, 6, 7, 8]);
  new Uint32Array(numbers.buffer, 32).set([7, 9]);
  const bytes = new Uint8Array(40 + offset).subarray(offset);
  bytes.set(numbers);
  return bytes;
}

test.each([0, 1])('coordinates and row numbers are read at any place in a buffer: %i', (offset) => {
  const { rows, modalities } = unpackPoints(file, packed(offset));
  expect([...rows]).toEqual([7, 9]);
  expect(modalities.map(({ name, xy }) => [name, [...xy]])).toEqual([
    ['image', [1, 2, 3, 4]],
    ['text', [5, 6, 7, 8]],
  ]);
});

test('a buffer of another length is refused', () => {
  expect(() => unpackPoints(file, packed(0).subarray(4))).toThrow('/run/points has 36 bytes; expected 40');
});
