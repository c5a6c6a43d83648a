import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RealFourier } from '../../../server/engine/numerics/realFourier.ts';

/** By the definition. */
function directPower(sequence: readonly number[]): number[] {
  const n = sequence.length;
  return Array.from({ length: n / 2 + 1 }, (_, k) => {
    let [re, im] = [0, 0];
    sequence.forEach((value, i) => {
      re += value * Math.cos((2 * Math.PI * k * i) / n);
      im -= value * Math.sin((2 * Math.PI * k * i) / n);
    });
    return re * re + im * im;
  });
}

it('is the transform by its definition, for lengths of any factors', () => {
  const sequences = fc
    .integer({ min: 1, max: 130 })
    .chain((half) =>
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2 * half, maxLength: 2 * half }),
    );
  fc.assert(
    fc.property(sequences, (sequence) => {
      const power = new Float64Array(sequence.length / 2 + 1);
      new RealFourier(sequence.length).power(Float64Array.from(sequence), power);
      const expected = directPower(sequence);
      power.forEach((value, k) => {
        expect(Math.abs(value - expected[k]!)).toBeLessThan(1e-9 * (1 + expected[k]!));
      });
    }),
  );
});

it.each([400, 1024])('of %i values has all the power of a tone in its place', (length) => {
  const tone = Float64Array.from({ length }, (_, i) => Math.cos((2 * Math.PI * 7 * i) / length));
  const power = new Float64Array(length / 2 + 1);
  new RealFourier(length).power(tone, power);
  expect(power[7]).toBeCloseTo((length / 2) ** 2, 6);
  expect(power.reduce((sum, value) => sum + value, 0) - power[7]!).toBeLessThan(1e-15 * length ** 2);
});

it('refuses odd lengths', () => {
  expect(() => new RealFourier(401)).toThrow(RangeError);
});
