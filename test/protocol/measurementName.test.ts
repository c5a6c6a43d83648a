import { expect, it } from 'vitest';
import { measurementName } from '../../server/protocol/measurementName.ts';

it.each([
  [['features.npy'], 'features'],
  [['photos'], 'photos'],
  [['.npy'], '.npy'],
  [['v1.2'], 'v1'],
  [[''], 'measurement'],
  [[], 'measurement'],
  [['image_embeddings.npy', 'text_embeddings.npy'], 'image_embeddings and text_embeddings'],
  [['a.npy', 'b.npy', 'c.npy'], 'a, b and c'],
  [['a.npy', 'b.npy', 'c.npy', 'd.npy', 'e.npy'], 'a and 4 more'],
  [['a'.repeat(300)], 'a'.repeat(100)],
])('%j: %s', (names, expected) => {
  expect(measurementName(names)).toBe(expected);
});
