import { expect, it } from 'vitest';
import { mixToMono } from '../../../../server/engine/encoders/audio/mixToMono.ts';

it('takes the mean of the channels, and a single one as it is', () => {
  const [left, right] = [Float32Array.of(1, 0.5), Float32Array.of(0, -0.5)];
  expect(mixToMono([left, right])).toEqual(Float32Array.of(0.5, 0));
  expect(mixToMono([left])).toBe(left);
});

it('refuses sound without channels', () => {
  expect(() => mixToMono([])).toThrow(RangeError);
});
