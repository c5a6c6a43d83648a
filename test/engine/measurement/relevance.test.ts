import { describe, expect, it } from 'vitest';
import { everyRow, itemOf, sharedItems } from '../../../server/engine/measurement/relevance.ts';

describe('items that rows share', () => {
  it('are numbered by first occurrence', () => {
    const items = sharedItems([7, -2, 7, 7, 5, -2]);
    expect(items.items).toBe(3);
    expect([...items.firstRows!]).toEqual([0, 1, 4]);
    expect([...items.itemOfRow!]).toEqual([0, 1, 0, 0, 2, 1]);
    expect(Array.from({ length: 6 }, (_, row) => itemOf(items, row))).toEqual([0, 1, 0, 0, 2, 1]);
    expect(itemOf(everyRow(3), 2)).toBe(2);
  });
});
