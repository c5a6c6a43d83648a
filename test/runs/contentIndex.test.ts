import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ContentIndex, type RowPlace } from '../../server/runs/contentIndex.ts';

/** Hashes of which many are equal, or begin alike. */
const hash = fc
  .tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 2 }))
  .map(([first, fourth, last]) => {
    const bytes = new Uint8Array(32);
    bytes.set([first, 0, 0, fourth * 4]);
    bytes[31] = last;
    return bytes;
  });

it('finds the first place of each content, and no other, as a map does', () => {
  fc.assert(
    fc.property(fc.array(hash, { maxLength: 400 }), fc.array(hash, { maxLength: 50 }), (added, asked) => {
      const index = new ContentIndex();
      const places = new Map<string, RowPlace>();
      const nameOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
      added.forEach((bytes, at) => {
        const place = { shard: at % 5, row: at };
        index.add(bytes, place);
        if (!places.has(nameOf(bytes))) places.set(nameOf(bytes), place);
      });
      expect(index.size).toBe(places.size);
      for (const bytes of [...added, ...asked]) expect(index.find(bytes)).toEqual(places.get(nameOf(bytes)));
    }),
  );
});
