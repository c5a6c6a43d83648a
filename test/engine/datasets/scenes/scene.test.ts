import fc from 'fast-check';
import { expect, it } from 'vitest';
import { standsOut } from '../../../../server/engine/datasets/scenes/palette.ts';
import { drawScene, relationOf, zoneOf } from '../../../../server/engine/datasets/scenes/scene.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';

it('scenes are legible: inside the frame, apart, distinguishable, in clear places', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { objects, background } = drawScene(new Random(seed));
      const [main, second, third] = objects;
      expect(objects.length).toBeLessThanOrEqual(3);
      for (const [index, object] of objects.entries()) {
        for (const at of [object.x, object.y]) {
          expect(at).toBeGreaterThanOrEqual(object.radius);
          expect(at).toBeLessThanOrEqual(1 - object.radius);
        }
        expect(object.cosine ** 2 + object.sine ** 2).toBeCloseTo(1, 12);
        expect(standsOut(object.colour, background)).toBe(true);
        expect(object.radius).toBeLessThanOrEqual(main!.radius);
        for (const other of objects.slice(index + 1)) {
          const way = Math.hypot(object.x - other.x, object.y - other.y);
          expect(way).toBeGreaterThan(object.radius + other.radius);
          expect(`${object.colour} ${object.shape}`).not.toBe(`${other.colour} ${other.shape}`);
        }
      }
      expect(zoneOf(main!)).toBeDefined();
      if (second !== undefined) expect(relationOf(main!, second)).toBeDefined();
      if (third !== undefined) expect(zoneOf(third)).toBeDefined();
    }),
    { numRuns: 500 },
  );
});

it('zones and relations are named as seen', () => {
  const at = (x: number, y: number) => ({ size: 'small', radius: 0.1, x, y }) as const;
  expect(zoneOf(at(0.2, 0.2))).toBe('top left');
  expect(zoneOf(at(0.5, 0.8))).toBe('bottom');
  expect(zoneOf(at(0.8, 0.5))).toBe('right');
  expect(zoneOf(at(0.5, 0.5))).toBe('centre');
  expect(zoneOf(at(0.38, 0.5))).toBeUndefined();
  expect(relationOf(at(0.2, 0.5), at(0.8, 0.4))).toBe('left of');
  expect(relationOf(at(0.5, 0.2), at(0.4, 0.8))).toBe('above');
  expect(relationOf(at(0.2, 0.2), at(0.8, 0.8))).toBeUndefined();
});
