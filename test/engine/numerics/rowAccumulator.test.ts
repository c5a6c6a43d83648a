import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalizeRows } from '../../../server/engine/numerics/normalizeRows.ts';

const naming = { modality: 'image', file: 'a.npy', firstRow: 10, idOf: (row: number) => `id-${row}` };

describe('normalizeRows', () => {
  it('gives every row length 1 and keeps its direction', () => {
    const nonZero = fc.float({ min: 2 ** -20, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(nonZero, { minLength: 6, maxLength: 6 }), (numbers) => {
        const values = Float32Array.from(numbers);
        normalizeRows(values, 2, 3, naming);
        for (const start of [0, 3]) {
          const unit = values.subarray(start, start + 3);
          expect(Math.hypot(...unit)).toBeCloseTo(1, 6);
          const length = Math.hypot(...numbers.slice(start, start + 3));
          unit.forEach((value, k) => {
            expect(value).toBeCloseTo(numbers[start + k]! / length, 5);
          });
        }
      }),
    );
  });

  it('normalises rows whose squares would overflow or vanish in float32', () => {
    const values = Float32Array.of(3e30, 4e30, 3e-30, 4e-30);
    normalizeRows(values, 2, 2, naming);
    for (const [i, expected] of [0.6, 0.8, 0.6, 0.8].entries()) expect(values[i]).toBeCloseTo(expected, 6);
  });

  it('names the row from 1, its id and the column of what is not a number', () => {
    const values = Float32Array.of(1, 2, 3, NaN);
    expect(() => { normalizeRows(values, 2, 2, naming); }).toThrow(
      'row 12 (id-11) of modality "image" holds NaN in column 1',
    );
    expect(() => { normalizeRows(Float32Array.of(1, -Infinity), 1, 2, naming); }).toThrow(
      'holds -Infinity in column 1',
    );
  });

  it('names a row without direction', () => {
    expect(() => { normalizeRows(Float32Array.of(1, 1, 0, 0), 2, 2, naming); }).toThrow(
      'row 12 (id-11) of modality "image" is all zeros',
    );
  });
});
