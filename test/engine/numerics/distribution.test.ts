import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Distribution } from '../../../server/engine/numerics/distribution.ts';
import { quantileOfSorted } from '../../../server/engine/numerics/quantile.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import oracle from '../../oracle/numerics.json' with { type: 'json' };

function distributionOf(...parts: Float32Array[]): Distribution {
  const distribution = new Distribution();
  for (const part of parts) distribution.add(part);
  return distribution;
}

describe('Distribution', () => {
  it('agrees with numpy on mean, deviation, extremes and quantiles', () => {
    const { values, mean, deviation, probabilities, quantiles } = oracle.sample;
    const distribution = distributionOf(Float32Array.from(values));
    expect(distribution.moments.mean).toBeCloseTo(mean, 12);
    expect(distribution.moments.deviation).toBeCloseTo(deviation, 12);
    expect(distribution.min).toBe(quantiles[0]);
    expect(distribution.max).toBe(quantiles.at(-1));
    // Between two values far apart, numpy interpolates, and a bin knows its own: compare where ranks are whole.
    expect(distribution.quantile(probabilities[3]!)).toBeCloseTo(quantiles[3]!, 3);
  });

  it('counts every value once, in the bin whose edges enclose it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 1, max: 40 }),
        (numbers, bins) => {
          const values = Float32Array.from(numbers);
          const { low, high, counts } = distributionOf(values).rebin(bins);
          const width = (high - low) / counts.length;
          const enclosed = counts.map(
            (_, b) =>
              values.filter((value) => low + b * width <= value && value < low + (b + 1) * width).length,
          );
          expect(counts).toEqual(enclosed);
          expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
          expect(counts.length).toBeLessThanOrEqual(bins);
        },
      ),
    );
  });

  it('does not depend on how the values are split or ordered', () => {
    const values = new Random(1).fillNormal(new Float32Array(200_003), 0.3, 0.1);
    const whole = distributionOf(values);
    const parts = distributionOf(
      values.subarray(150_000),
      values.subarray(0, 7),
      values.subarray(7, 150_000),
    );
    expect(parts.rebin(50)).toEqual(whole.rebin(50));
    expect(parts.quantile(0.9)).toBe(whole.quantile(0.9));
    expect(parts.moments.deviation).toBeCloseTo(whole.moments.deviation, 12);
  });

  it('gives quantiles to one bin width, wherever the values lie and however narrow they are', () => {
    for (const [mean, deviation] of [
      [0.3, 0.1],
      [0.9993, 1e-5],
      [-50, 10],
    ] as const) {
      const values = new Random(2).fillNormal(new Float32Array(50_000), mean, deviation);
      const distribution = distributionOf(values);
      const sorted = values.slice().sort();
      const range = sorted.at(-1)! - sorted[0]!;
      expect(distribution.width).toBeLessThanOrEqual(Math.max(range / 16_384, 2 ** -24));
      for (const probability of [0, 0.01, 0.5, 0.99, 1]) {
        const exact = quantileOfSorted(sorted, probability);
        const neighbours = 10 / values.length;
        const slack =
          quantileOfSorted(sorted, Math.min(1, probability + neighbours)) -
          quantileOfSorted(sorted, Math.max(0, probability - neighbours));
        expect(Math.abs(distribution.quantile(probability) - exact)).toBeLessThanOrEqual(
          distribution.width + slack,
        );
      }
    }
  });

  it('loses nothing to cancellation where all values are nearly equal', () => {
    const values = Float32Array.from({ length: 100_000 }, (_, i) => 0.999 + (i % 2) * 2 ** -20);
    const { moments } = distributionOf(values);
    expect(moments.deviation).toBeCloseTo(2 ** -21, 12);
    expect(moments.deviation / 2 ** -21).toBeCloseTo(1, 6);
  });

  it('holds equal values, and one value', () => {
    const distribution = distributionOf(Float32Array.of(0.5, 0.5, 0.5));
    expect(distribution.moments.deviation).toBe(0);
    expect(distribution.quantile(0.5)).toBe(0.5);
    expect(distribution.rebin(10)).toMatchObject({ counts: [3] });
  });

  it('refuses values that are not finite, and questions about nothing', () => {
    expect(() => distributionOf(Float32Array.of(1, NaN))).toThrow('finite');
    expect(() => distributionOf(Float32Array.of(1, Infinity))).toThrow('finite');
    expect(() => new Distribution().quantile(0.5)).toThrow('at least one');
    expect(() => new Distribution().rebin(10)).toThrow('at least one');
  });
});
