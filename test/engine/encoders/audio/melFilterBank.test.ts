import { describe, expect, it } from 'vitest';
import { melFilterBank } from '../../../../server/engine/encoders/audio/melFilterBank.ts';

const speech = { filters: 80, bins: 201, samplingRate: 16_000, frequencies: [0, 8000] } as const;

describe('mel filters', () => {
  it('of HTK’s scale rise to 1 in the middle and overlap to 1 between neighbours', () => {
    const filters = melFilterBank({ ...speech, filters: 10, scale: 'htk', bins: 4001 });
    const total = new Float64Array(4001);
    for (const { first, weights } of filters) {
      expect(Math.max(...weights)).toBeGreaterThan(0.98);
      weights.forEach((weight, k) => (total[first + k]! += weight));
    }
    // From the first filter's middle to the last one's.
    const between = total.subarray(200, 2500);
    expect(Math.min(...between)).toBeCloseTo(1, 9);
    expect(Math.max(...between)).toBeCloseTo(1, 9);
  });

  it('of Slaney’s scale are linear below 1000 Hz, and each has the area 1', () => {
    const filters = melFilterBank({ ...speech, scale: 'slaney', bins: 80_001 });
    for (const { weights } of filters) {
      expect(weights.reduce((sum, weight) => sum + weight, 0) * 0.1).toBeCloseTo(1, 3);
    }
    const starts = filters.slice(0, 10).map(({ first }) => first * 0.1);
    starts.slice(1).forEach((start, i) => {
      expect(start - starts[i]!).toBeCloseTo(starts[1]! - starts[0]!, 0);
    });
  });

  it('have no weight where a filter lies between two bins', () => {
    const filters = melFilterBank({ ...speech, scale: 'slaney', bins: 3 });
    expect(filters.some(({ weights }) => weights.length === 0)).toBe(true);
  });
});
