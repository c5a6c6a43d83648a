import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolings, poolTokens } from '../../../server/engine/encoders/pooling.ts';

const shape = { rows: 2, tokens: 3, columns: 2 };
const data = Float32Array.of(1, 2, 3, 4, 5, 9, /**/ 10, 20, 30, 40, 50, 90);

describe('one embedding of those of the tokens', () => {
  it.each([
    ['mean', [3, 5, 30, 50]],
    ['first', [1, 2, 10, 20]],
    ['last', [5, 9, 50, 90]],
  ] as const)('%s', (pooling, wanted) => {
    expect([...poolTokens({ data, ...shape, mask: null }, pooling).data]).toEqual(wanted);
  });

  it.each([
    ['mean', [2, 3, 40, 65]],
    ['first', [1, 2, 30, 40]],
    ['last', [3, 4, 50, 90]],
  ] as const)('%s, of those that the mask keeps, at whichever side padding is', (pooling, wanted) => {
    const mask = Int32Array.of(1, 1, 0, 0, 1, 1);
    expect([...poolTokens({ data, ...shape, mask }, pooling).data]).toEqual(wanted);
  });

  it('of no token is finite', () => {
    for (const pooling of poolings) {
      const { data: values } = poolTokens({ data, ...shape, mask: new Int32Array(6) }, pooling);
      expect(values.every(Number.isFinite)).toBe(true);
    }
  });

  it('is that without padding, to the bit, however much there is', () => {
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 9 }),
        fc.nat(20),
        fc.constantFrom(...poolings),
        (tokens, padding, pooling) => {
          const columns = 2;
          const values = Float32Array.from(tokens.flat());
          const alone = poolTokens(
            { data: values, rows: 1, tokens: tokens.length, columns, mask: null },
            pooling,
          );
          const padded = new Float32Array(values.length + columns * padding).fill(7);
          padded.set(values);
          const mask = new Int32Array(tokens.length + padding).fill(1, 0, tokens.length);
          const all = { rows: 1, tokens: mask.length, columns };
          expect(poolTokens({ data: padded, ...all, mask }, pooling)).toEqual(alone);
        },
      ),
    );
  });
});
