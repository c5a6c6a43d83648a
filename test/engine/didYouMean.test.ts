import { expect, it } from 'vitest';
import { didYouMean } from '../../server/engine/didYouMean.ts';

it.each([
  ['limt', ['limit', 'path'], 'limit'],
  ['Limit', ['limit'], 'limit'],
  ['gap-distnace', ['gap-distance', 'gap-vector'], 'gap-distance'],
  ['dgo', ['cat', 'dog'], 'dog'],
  ['brid', ['bird', 'cat'], 'bird'],
  ['od', ['do', 'dog'], 'do'],
  ['gdo', ['dog'], undefined],
  ['x', ['limit'], undefined],
  ['weights', ['limit', 'path'], undefined],
  ['a', [], undefined],
])('%s', (found, allowed, expected) => {
  expect(didYouMean(found, allowed)).toBe(expected);
});
