import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyNumbers } from '../../../server/engine/numerics/keyNumbers.ts';

it('numbers keys as a Map does, in the order of their first occurrence', () => {
  const half = fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }));
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 300 }), (keys) => {
      const numbers = new KeyNumbers();
      const expected = new Map<string, number>();
      for (const [high, low] of keys) {
        const key = `${high} ${low}`;
        if (!expected.has(key)) expected.set(key, expected.size);
        expect(numbers.numberOf(high, low)).toBe(expected.get(key));
        expect(numbers.count).toBe(expected.size);
      }
    }),
  );
});
