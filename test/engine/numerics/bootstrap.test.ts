import { describe, expect, it } from 'vitest';
import { bootstrapInterval, drawResample } from '../../../server/engine/numerics/bootstrap.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

function resampledMeans(values: Float32Array, random: Random, resamples: number): number[] {
  const counts = new Float32Array(values.length);
  return Array.from({ length: resamples }, () => {
    drawResample(random, counts);
    return counts.reduce((sum, count, i) => sum + count * values[i]!, 0) / values.length;
  });
}

describe('drawResample', () => {
  it('draws as many as there are, with replacement', () => {
    const counts = drawResample(new Random(1), new Float32Array(1000));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    // (1 − 1/n)^n of the units are never drawn.
    expect(counts.filter((count) => count === 0).length / 1000).toBeCloseTo(Math.exp(-1), 1);
  });
});

describe('bootstrapInterval', () => {
  it('covers the true mean as often as it says', () => {
    const random = new Random(2);
    let covered = 0;
    const trials = 400;
    for (let trial = 0; trial < trials; trial++) {
      const values = random.fillNormal(new Float32Array(60), 5, 2);
      const mean = values.reduce((sum, value) => sum + value, 0) / 60;
      const { low, high } = bootstrapInterval(mean, resampledMeans(values, random, 300))!;
      covered += low <= 5 && 5 <= high ? 1 : 0;
    }
    // 95 % less what the percentile bootstrap loses at 60 values, within sampling error.
    expect(covered / trials).toBeGreaterThan(0.91);
    expect(covered / trials).toBeLessThan(0.98);
  });

  it('has the width that theory gives a mean', () => {
    const random = new Random(3);
    const values = random.fillNormal(new Float32Array(2000), 0, 1);
    const mean = values.reduce((sum, value) => sum + value, 0) / 2000;
    const { low, high } = bootstrapInterval(mean, resampledMeans(values, random, 1000))!;
    // A percentile of 1,000 resamples is itself known to a few percent.
    expect(Math.abs((high - low) / ((2 * 1.96) / Math.sqrt(2000)) - 1)).toBeLessThan(0.12);
  });

  it('takes the bias of replicates that are all too long back out', () => {
    const replicates = Array.from({ length: 999 }, (_, i) => 1 + i / 1000);
    const plain = bootstrapInterval(1.5, replicates)!;
    const biased = bootstrapInterval(1.3, replicates)!;
    expect(plain.low).toBeCloseTo(1.025, 2);
    expect(plain.high).toBeCloseTo(1.974, 2);
    expect(biased.low).toBeLessThan(1.01);
    expect(biased.high).toBeLessThan(1.9);
  });

  it('gives none where nearly all replicates are longer, or shorter', () => {
    const replicates = Array.from({ length: 999 }, (_, i) => 1 + i / 1000);
    expect(bootstrapInterval(0.9, replicates)).toBeNull();
    expect(bootstrapInterval(1.02, replicates)).toBeNull();
    expect(bootstrapInterval(1.98, replicates)).toBeNull();
    const { low, high } = bootstrapInterval(1.03, replicates)!;
    expect(low).toBeLessThan(1.03);
    expect(high).toBeGreaterThan(1.03);
  });

  it("scales a sample's spread to all of the data about the estimate", () => {
    const replicates = Array.from({ length: 999 }, (_, i) => i / 1000);
    const { low, high, method } = bootstrapInterval(7, replicates, { centre: 0.499, shrink: 0.1 })!;
    expect(low).toBeCloseTo(7 - 0.0475, 2);
    expect(high).toBeCloseTo(7 + 0.0475, 2);
    expect(method).toContain('sampled rows');
  });
});
