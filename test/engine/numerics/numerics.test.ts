import { describe, expect, it } from 'vitest';
import { normalCdf, normalQuantile } from '../../../server/engine/numerics/normalDistribution.ts';
import { capShareLog10 } from '../../../server/engine/numerics/sphericalCap.ts';
import { quantileOfSorted } from '../../../server/engine/numerics/quantile.ts';
import { RunningMoments } from '../../../server/engine/numerics/runningMoments.ts';
import oracle from '../../oracle/numerics.json' with { type: 'json' };

describe('normalDistribution', () => {
  it("agrees with Python's NormalDist", () => {
    for (const { x, cdf } of oracle.normal) expect(normalCdf(x)).toBeCloseTo(cdf, 14);
    for (const { p, x } of oracle.normalQuantile) expect(normalQuantile(p)).toBeCloseTo(x, 9);
  });

  it('refuses probabilities without a quantile', () => {
    for (const p of [0, 1, -1, NaN]) expect(() => normalQuantile(p)).toThrow('probability');
  });
});

describe('quantileOfSorted', () => {
  it('agrees with numpy', () => {
    const { values, probabilities, quantiles } = oracle.sample;
    const sorted = Float32Array.from(values).sort();
    probabilities.forEach((probability, i) => {
      expect(quantileOfSorted(sorted, probability)).toBeCloseTo(quantiles[i]!, 12);
    });
  });
});

describe('RunningMoments', () => {
  it('agrees with numpy, number by number and in parts', () => {
    const { values, mean, deviation } = oracle.sample;
    const one = new RunningMoments();
    for (const value of values) one.add(value);
    const first = new RunningMoments();
    for (const value of values.slice(0, 40)) first.add(value);
    const rest = new RunningMoments();
    for (const value of values.slice(40)) rest.add(value);
    first.merge(rest.count, rest.mean, rest.variance * rest.count);
    for (const moments of [one, first]) {
      expect(moments.count).toBe(values.length);
      expect(moments.mean).toBeCloseTo(mean, 12);
      expect(moments.deviation).toBeCloseTo(deviation, 12);
    }
  });
});

describe('capShareLog10', () => {
  it('agrees with an independent integration', () => {
    for (const { halfAngle, dimension, log10 } of oracle.capShareLog10) {
      expect(capShareLog10(halfAngle, dimension) / log10).toBeCloseTo(1, 8);
    }
  });

  it('is the arc in two dimensions and (1 − cos θ)/2 in three', () => {
    for (const angle of [0.01, 0.5, 1.3, 1.5, Math.PI / 2, 2.5]) {
      expect(10 ** capShareLog10(angle, 2)).toBeCloseTo(angle / Math.PI, 10);
      expect(10 ** capShareLog10(angle, 3)).toBeCloseTo((1 - Math.cos(angle)) / 2, 10);
    }
  });

  it("gives the paper's example its own formula's value: 5.84 % of the 3-D sphere, not 3.34 %", () => {
    const halfAngle = Math.acos(0.56) / 2;
    expect(10 ** capShareLog10(halfAngle, 3)).toBeCloseTo(0.0584, 4);
    expect(10 ** capShareLog10(halfAngle, 2)).toBeCloseTo(0.1554, 4);
  });

  it('is nothing at 0, half at a right angle, and all at π', () => {
    expect(capShareLog10(0, 512)).toBe(-Infinity);
    expect(capShareLog10(Math.PI / 2, 512)).toBeCloseTo(Math.log10(0.5), 12);
    expect(capShareLog10(Math.PI, 512)).toBeCloseTo(0, 12);
  });
});
