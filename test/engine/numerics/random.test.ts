import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random } from '../../../server/engine/numerics/random.ts';

const many = 200_000;

function moments(values: Float32Array): { mean: number; deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

describe('Random', () => {
  it('draws the same bytes for the same seed, and others for another', () => {
    const draw = (seed: number) => [...new Random(seed).fillNormal(new Float32Array(100))];
    expect(draw(3)).toEqual(draw(3));
    expect(draw(3)).not.toEqual(draw(4));
  });

  it('keeps its draws: a change of generator would change every seeded result', () => {
    const random = new Random(42);
    expect([random.uniform(), random.uniform(), random.integer(0, 1000), random.normal()])
      .toMatchInlineSnapshot(`
      [
        0.9076189309059288,
        0.66686426813356,
        714,
        -0.02118346979223741,
      ]
    `);
  });

  it('splits streams by name, whatever was drawn before', () => {
    const used = new Random(1);
    used.normal();
    used.stream('other').uniform();
    expect(used.stream('a').uniform()).toBe(new Random(1).stream('a').uniform());
    expect(used.stream('a').uniform()).not.toBe(used.stream('b').uniform());
    expect(used.stream('a').stream('b').uniform()).not.toBe(used.stream('b').stream('a').uniform());
  });

  it('draws normal numbers: mean, deviation and tails', () => {
    const values = new Random(5).fillNormal(new Float32Array(many), 2, 3);
    const { mean, deviation } = moments(values);
    // Five standard errors.
    expect(Math.abs(mean - 2)).toBeLessThan((5 * 3) / Math.sqrt(many));
    expect(Math.abs(deviation - 3)).toBeLessThan((5 * 3) / Math.sqrt(2 * many));
    const beyond = values.filter((value) => Math.abs(value - 2) > 3 * 1.959964).length / many;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / many));
  });

  it('draws uniform numbers within their bounds', () => {
    const values = new Random(6).fillUniform(new Float32Array(many), -1, 3);
    expect(Math.min(...values.subarray(0, 1000))).toBeGreaterThanOrEqual(-1);
    expect(values.every((value) => value >= -1 && value <= 3)).toBe(true);
    const { mean, deviation } = moments(values);
    expect(Math.abs(mean - 1)).toBeLessThan(0.015);
    expect(Math.abs(deviation - 4 / Math.sqrt(12))).toBeLessThan(0.01);
  });

  it('draws every integer of a range as often', () => {
    const random = new Random(7);
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(0, 7)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });

  it('shuffles to a permutation, each as likely', () => {
    const random = new Random(8);
    const seen = new Map<string, number>();
    for (let i = 0; i < 12_000; i++) {
      const order = random.shuffle([1, 2, 3]).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 2000)).toBeLessThan(250);
  });

  it('chooses different indices, ascending, within the range', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 200 }),
        fc.integer({ min: 0, max: 200 }),
        fc.nat(),
        (a, b, seed) => {
          const size = Math.max(a, b);
          const chosen = new Random(seed).choose(size, Math.min(a, b));
          expect(new Set(chosen).size).toBe(Math.min(a, b));
          expect([...chosen]).toEqual([...chosen].sort((p, q) => p - q));
          expect(chosen.every((index) => index < size)).toBe(true);
        },
      ),
    );
    expect(() => new Random(1).choose(3, 4)).toThrow('Cannot choose 4 of 3');
  });
});
