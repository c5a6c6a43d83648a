import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RowAccumulator } from '../../../server/engine/numerics/rowAccumulator.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

function accumulate(values: readonly number[], columns: number, counts?: (row: number) => boolean) {
  const rows = values.length / columns;
  const accumulator = new RowAccumulator(columns, rows);
  accumulator.chunk(0).set(values);
  const bad = accumulator.normalize(0, rows, counts);
  return { accumulator, bad, units: [...accumulator.chunk(0)] };
}

describe('RowAccumulator', () => {
  it('gives every row length 1, keeps its direction, and sums what it gave, whatever the number of columns', () => {
    const entry = fc.float({ min: -1e6, max: 1e6, noNaN: true }).filter((value) => Math.abs(value) > 1e-6);
    const rows = fc
      .integer({ min: 1, max: 11 })
      .chain((columns) =>
        fc.tuple(fc.constant(columns), fc.array(entry, { minLength: columns, maxLength: columns * 5 })),
      );
    fc.assert(
      fc.property(rows, ([columns, numbers]) => {
        const values = numbers.slice(0, Math.floor(numbers.length / columns) * columns);
        const { accumulator, bad, units } = accumulate(values, columns);
        expect(bad).toBe(-1);
        const sums = new Array<number>(columns).fill(0);
        for (let start = 0; start < values.length; start += columns) {
          const length = Math.hypot(...values.slice(start, start + columns));
          for (let k = 0; k < columns; k++) {
            // Correctly rounded: the arithmetic is float64 up to the last step.
            expect(units[start + k]).toBeCloseTo(values[start + k]! / length, 7);
            sums[k]! += units[start + k]!;
          }
        }
        accumulator.sum.forEach((sum, k) => {
          expect(sum).toBeCloseTo(sums[k]!, 12);
        });
        const squares = units.reduce((sum, unit) => sum + unit * unit, 0);
        expect(accumulator.squares).toBeCloseTo(squares, 12);
      }),
    );
  });

  it('goes on over several chunks, in turns of its two buffers', () => {
    const values = new Random(1).fillNormal(new Float32Array(24));
    const accumulator = new RowAccumulator(4, 2);
    for (let chunk = 0; chunk < 3; chunk++) {
      accumulator.chunk(chunk % 2).set(values.subarray(chunk * 8, chunk * 8 + 8));
      accumulator.normalize(chunk % 2, 2);
    }
    const whole = accumulate([...values], 4).accumulator;
    expect([...accumulator.sum]).toEqual([...whole.sum]);
    expect(accumulator.squares).toBe(whole.squares);
  });

  it('normalises rows whose squares would overflow or vanish in float32', () => {
    const { units } = accumulate([3e30, 4e30, 3e-30, 4e-30], 2);
    for (const [i, expected] of [0.6, 0.8, 0.6, 0.8].entries()) expect(units[i]).toBeCloseTo(expected, 7);
  });

  it('sums the rows that count, and normalises the others all the same', () => {
    const { accumulator, units } = accumulate([3, 4, 0, 2, 5, 0], 2, (row) => row !== 1);
    expect(units.map((unit) => Number(unit.toFixed(6)))).toEqual([0.6, 0.8, 0, 1, 1, 0]);
    expect(accumulator.sum[0]).toBeCloseTo(1.6, 7);
    expect(accumulator.sum[1]).toBeCloseTo(0.8, 7);
    expect(accumulator.squares).toBeCloseTo(2, 6);
  });

  it('names the first row without direction', () => {
    expect(accumulate([1, 1, 0, 0, 1, 1], 2).bad).toBe(1);
    expect(accumulate([1, 1, 1, 1, NaN, 1], 2).bad).toBe(2);
    expect(accumulate([Infinity, 1], 2).bad).toBe(0);
  });
});

describe('hashes of rows', () => {
  const hashesOf = (bytes: Uint8Array, columns: number): string[] => {
    const rows = bytes.length / (4 * columns);
    const accumulator = new RowAccumulator(columns, rows);
    const { buffer, byteOffset } = accumulator.chunk(0);
    new Uint8Array(buffer, byteOffset, bytes.length).set(bytes);
    const halves = Array.from(accumulator.hash(0, rows), (half) => half.toString(16).padStart(8, '0'));
    return Array.from({ length: rows }, (_, at) => halves[2 * at + 1]! + halves[2 * at]!);
  };

  it('are XXH64: the published value of "abcd"', () => {
    expect(hashesOf(Buffer.from('abcdabcd'), 1)).toEqual(['de0327b0d25d92cc', 'de0327b0d25d92cc']);
  });

  it('tell rows apart that differ in one bit anywhere', () => {
    for (const columns of [1, 2, 7, 8, 9, 16, 31]) {
      const length = 4 * columns;
      const rows = Array.from({ length: 8 * length + 1 }, (_, bit) => {
        const bytes = Buffer.alloc(length, 3);
        if (bit > 0) bytes[(bit - 1) >> 3]! ^= 1 << ((bit - 1) & 7);
        return bytes;
      });
      expect(new Set(hashesOf(Buffer.concat(rows), columns)).size).toBe(rows.length);
    }
  });
});
