import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchSizeSearch } from '../../../server/engine/encoders/batchSizeSearch.ts';

/** Sizes of the batches until it stays at one, on a machine that takes `seconds` for a batch. */
function sizesTried(search: BatchSizeSearch, seconds: (items: number) => number): number[] {
  const sizes: number[] = [];
  for (let batch = 0; batch < 100; batch++) {
    const { size } = search;
    if (size !== sizes.at(-1)) sizes.push(size);
    search.took(size, seconds(size));
  }
  return sizes;
}

describe('the number of items at a time', () => {
  it('doubles while items per second grow, and goes back to the best', () => {
    // A second for each started 32 items.
    const tried = sizesTried(new BatchSizeSearch(null), (items) => Math.ceil(items / 32));
    expect(tried).toEqual([8, 16, 32, 64, 32]);
  });

  it('stays small where a larger batch is no faster', () => {
    expect(sizesTried(new BatchSizeSearch(null), (items) => items)).toEqual([8, 16, 8]);
  });

  it('ends somewhere on a machine that always gains', () => {
    expect(sizesTried(new BatchSizeSearch(null), () => 1).at(-1)).toBe(1024);
  });

  it('does not count the first batch of a size, which warms up', () => {
    const search = new BatchSizeSearch(null);
    search.took(8, 100);
    search.took(8, 1);
    search.took(8, 1);
    expect(search.size).toBe(16);
    search.took(16, 100);
    search.took(16, 1);
    search.took(16, 1);
    expect(search.size).toBe(32);
  });

  it('stays as it is given', () => {
    expect(sizesTried(new BatchSizeSearch(5), () => 1)).toEqual([5]);
  });

  it('is limited', () => {
    const search = new BatchSizeSearch(null);
    search.limit(20);
    expect(sizesTried(search, () => 1)).toEqual([8, 16]);
    search.limit(3);
    expect(sizesTried(search, () => 1)).toEqual([3]);
  });

  it('is halved when memory runs out, and grows no more', () => {
    const search = new BatchSizeSearch(null);
    while (search.size < 64) search.took(search.size, 1);
    search.ranOut(64);
    expect(sizesTried(search, () => 1)).toEqual([32]);
    search.ranOut(1);
    expect(search.size).toBe(1);
  });

  it('is a whole number from 1 to 1024 whatever happens', () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant('took' as const), seconds: fc.double({ min: 0, noNaN: true }) }),
      fc.record({ kind: fc.constant('limit' as const), items: fc.integer({ min: 0, max: 3000 }) }),
      fc.record({ kind: fc.constant('ranOut' as const), items: fc.integer({ min: 1, max: 1024 }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const search = new BatchSizeSearch(null);
        for (const each of events) {
          if (each.kind === 'took') search.took(search.size, each.seconds);
          else search[each.kind](each.items);
          expect(Number.isInteger(search.size)).toBe(true);
          expect(search.size).toBeGreaterThanOrEqual(1);
          expect(search.size).toBeLessThanOrEqual(1024);
        }
      }),
    );
  });
});
