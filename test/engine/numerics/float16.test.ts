import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeFloats } from '../../../server/engine/datasets/floatTypes.ts';
import { maxFloat16, toFloat16 } from '../../../server/engine/numerics/float16.ts';

function fromFloat16(halves: Uint16Array<ArrayBuffer>): Float32Array {
  const floats = new Float32Array(halves.length);
  decodeFloats(
    { name: 'float16', bytes: 2, bigEndian: false },
    new Uint8Array(halves.slice().buffer),
    floats,
  );
  return floats;
}

describe('float32 to float16', () => {
  const oracle = JSON.parse(
    readFileSync(new URL('../../oracle/float16.json', import.meta.url), 'utf8'),
  ) as Record<'float32' | 'float16', number[]>;

  it('has the bits that NumPy has: at every border, tie, and subnormal', () => {
    const values = new Float32Array(Uint32Array.from(oracle.float32).buffer);
    expect([...toFloat16(values)]).toEqual(oracle.float16);
  });

  it('keeps every float16 as it is', () => {
    const patterns = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
    const isNan = (bits: number): boolean => (bits & 0x7fff) > 0x7c00;
    const kept = toFloat16(fromFloat16(patterns));
    expect(kept.filter((bits) => !isNan(bits))).toEqual(patterns.filter((bits) => !isNan(bits)));
    expect(fromFloat16(kept.filter((_, bits) => isNan(bits))).every(Number.isNaN)).toBe(true);
  });

  it('gives the nearest float16', () => {
    fc.assert(
      fc.property(fc.float({ min: -maxFloat16, max: maxFloat16, noNaN: true }), (value) => {
        const [half] = toFloat16(Float32Array.of(value));
        const neighbours = Uint16Array.of(half!, half! - 1, half! + 1);
        const [error, ...others] = [...fromFloat16(neighbours)].map((near) => Math.abs(near - value));
        expect(others.filter((other) => other < error!)).toEqual([]);
      }),
    );
  });
});
