import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePixels } from '../../../server/engine/datasets/decodePixels.ts';
import {
  pillowResize,
  type PillowFilter,
  type RgbPixels,
  type Size,
} from '../../../server/engine/datasets/pillowResize.ts';
import oracle from '../../oracle/decodeImage.json' with { type: 'json' };

const filters = ['nearest', 'lanczos', 'bilinear', 'bicubic', 'box', 'hamming'] as const;

function whole(pixels: RgbPixels, { width, height }: Size, filter: string): Uint8Array {
  return pillowResize(pixels, { width, height }, filter as PillowFilter, { left: 0, top: 0, width, height });
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Levels that decodeImage.py draws alike. */
function drawnLevels(width: number, height: number): RgbPixels {
  const rgb = Uint8Array.from(
    { length: width * height * 3 },
    (_, i) => Math.floor((i * i * 31 + i * 7) / 8) % 256,
  );
  return { width, height, rgb };
}

const picture = fc
  .record({ width: fc.integer({ min: 1, max: 40 }), height: fc.integer({ min: 1, max: 40 }) })
  .map(({ width, height }) => drawnLevels(width, height));
const size = fc.record({ width: fc.integer({ min: 1, max: 50 }), height: fc.integer({ min: 1, max: 50 }) });
const filter = fc.constantFrom(...filters);

describe('resizing equals Pillow’s in every bit', () => {
  it.each(oracle.resized)(
    '$filter to $width × $height',
    async ({ filter, width, height, sha256: expected }) => {
      const pixels = await decodePixels(Buffer.from(oracle.png, 'base64'), 'picture');
      expect(sha256(whole(pixels, { width, height }, filter))).toBe(expected);
    },
  );

  it.each(oracle.resizedLarge)(
    '$filter of more than a megabyte to $width × $height',
    ({ filter, width, height, sha256: expected }) => {
      expect(sha256(whole(drawnLevels(900, 500), { width, height }, filter))).toBe(expected);
    },
  );
});

describe('resizing', () => {
  it('to the same size changes nothing', () => {
    fc.assert(
      fc.property(picture, filter, (pixels, filter) => {
        expect(whole(pixels, pixels, filter)).toEqual(pixels.rgb);
      }),
    );
  });

  it('of one colour gives that colour', () => {
    fc.assert(
      fc.property(picture, size, filter, fc.integer({ min: 0, max: 255 }), (pixels, to, filter, level) => {
        const plain = { ...pixels, rgb: new Uint8Array(pixels.rgb.length).fill(level) };
        expect(new Set(whole(plain, to, filter))).toEqual(new Set([level]));
      }),
    );
  });

  it('of a part gives the part of the whole', () => {
    const edges = fc.tuple(fc.nat(), fc.nat(), fc.nat(), fc.nat());
    fc.assert(
      fc.property(picture, size, filter, edges, (pixels, to, filter, [a, b, c, d]) => {
        const left = a % to.width;
        const top = b % to.height;
        const part = { left, top, width: 1 + (c % (to.width - left)), height: 1 + (d % (to.height - top)) };
        const all = { ...to, rgb: whole(pixels, to, filter) };
        // Cut out, as the size does not change.
        expect(pillowResize(pixels, to, filter, part)).toEqual(pillowResize(all, to, filter, part));
      }),
    );
  });

  it('is the same after an image that took much memory', () => {
    const small = drawnLevels(9, 7);
    const before = whole(small, { width: 4, height: 3 }, 'bicubic');
    const tall = { width: 2, height: 400_000, rgb: new Uint8Array(2_400_000).fill(9) };
    expect(new Set(whole(tall, { width: 64, height: 1 }, 'box'))).toEqual(new Set([9]));
    expect(whole(small, { width: 4, height: 3 }, 'bicubic')).toEqual(before);
  });
});
