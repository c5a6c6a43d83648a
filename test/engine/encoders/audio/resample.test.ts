import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resample } from '../../../../server/engine/encoders/audio/resample.ts';
import oracle from '../../../oracle/audio.json' with { type: 'json' };
import { floatsOf, largestDifference, testSignal } from './testSignal.ts';

describe('resampling', () => {
  it.each(oracle.resampled)('$from Hz to $to Hz is as torchaudio’s formula', (example) => {
    const { from, to, length, every, values } = example;
    const resampled = resample(testSignal(0.1, from), from, to);
    expect(resampled).toHaveLength(length);
    expect(largestDifference(resampled, floatsOf(values), every)).toBeLessThan(1e-6);
  });

  it('keeps a tone that both rates can carry', () => {
    const tone = (rate: number) =>
      Float32Array.from({ length: rate / 10 }, (_, i) => Math.sin((2 * Math.PI * 1000 * i) / rate));
    const [resampled, expected] = [resample(tone(44_100), 44_100, 16_000), tone(16_000)];
    const inside = expected.subarray(20, -20);
    expect(largestDifference(resampled.subarray(20, -20), inside, 1)).toBeLessThan(2e-3);
  });

  it('takes away a tone that the lower rate cannot carry', () => {
    const high = Float32Array.from({ length: 4800 }, (_, i) => Math.sin((2 * Math.PI * 12_000 * i) / 48_000));
    const resampled = resample(high, 48_000, 16_000).subarray(20, -20);
    expect(Math.max(...resampled.map(Math.abs))).toBeLessThan(2e-3);
  });

  it('leaves sound of the right rate as it is', () => {
    const sound = testSignal(0.01, 16_000);
    expect(resample(sound, 16_000, 16_000)).toBe(sound);
  });

  it('gives as many samples as the duration has at the new rate, rounded up', () => {
    const rate = fc.integer({ min: 4000, max: 48_000 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), rate, rate, (length, from, to) => {
        const resampled = resample(new Float32Array(length).fill(1), from, to);
        expect(resampled).toHaveLength(Math.ceil((length * to) / from));
        expect(resampled.every((value) => Math.abs(value) < 1.5)).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('of the start of a recording is the start of the resampled one, up to its last samples', () => {
    const sound = testSignal(0.2, 44_100);
    const whole = resample(sound, 44_100, 16_000);
    const start = resample(sound.subarray(0, 4410), 44_100, 16_000);
    expect(start.subarray(0, -10)).toEqual(whole.subarray(0, start.length - 10));
  });
});
