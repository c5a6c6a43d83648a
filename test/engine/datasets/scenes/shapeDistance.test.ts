import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  shapeDistance,
  shapes,
  type Shape,
} from '../../../../server/engine/datasets/scenes/shapeDistance.ts';

const coordinate = fc.double({ min: -1.6, max: 1.6, noNaN: true });

/** The share of the square from −1.2 to 1.2 that lies inside, as an area. */
function area(shape: Shape): number {
  const steps = 800;
  const step = 2.4 / steps;
  let inside = 0;
  for (let i = 0; i < steps; i++) {
    for (let j = 0; j < steps; j++) {
      if (shapeDistance[shape](-1.2 + (i + 0.5) * step, -1.2 + (j + 0.5) * step) < 0) inside++;
    }
  }
  return inside * step * step;
}

describe.each(shapes)('%s', (shape) => {
  const distance = shapeDistance[shape];

  it('changes by no more than the way between two points', () => {
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, coordinate, (x, y, u, v) => {
        expect(Math.abs(distance(x, y) - distance(u, v))).toBeLessThanOrEqual(
          Math.hypot(x - u, y - v) + 1e-9,
        );
      }),
    );
  });

  it('fills the unit circle without leaving it by much', () => {
    let farthest = 0;
    for (let turn = 0; turn < 720; turn++) {
      const [x, y] = [Math.cos(turn / 114.6), Math.sin(turn / 114.6)];
      for (let radius = 0.8; radius < 1.5; radius += 0.01) {
        if (distance(radius * x, radius * y) < 0) farthest = Math.max(farthest, radius);
      }
    }
    expect(farthest).toBeGreaterThan(0.9);
    expect(farthest).toBeLessThan(1.17);
  });
});

it('has the areas of geometry', () => {
  const sine = Math.sin(Math.PI / 5);
  const cosine = Math.cos(Math.PI / 5);
  // The star's inner corners lie on the line from its point in the direction of (0.45 sin 36°, 0.45 cos 36°).
  const expected: Partial<Record<Shape, number>> = {
    circle: Math.PI * 0.95 ** 2,
    square: 1.64 ** 2,
    triangle: Math.sqrt(3) * 0.92 ** 2,
    ring: Math.PI * (0.96 ** 2 - 0.46 ** 2),
    cross: 4 * (0.95 * 0.6) - 0.6 ** 2,
    diamond: 2 * 0.64,
    hexagon: 2 * Math.sqrt(3) * 0.85 ** 2,
    star: 5 * 0.45 * sine * (cosine * cosine + sine * sine),
  };
  for (const [shape, value] of Object.entries(expected)) {
    expect(Math.abs(area(shape as Shape) / value - 1), shape).toBeLessThan(0.004);
  }
});

it('is the distance to the outline, by the sides that are easy to see', () => {
  expect(shapeDistance.circle(2, 0)).toBeCloseTo(1.05, 12);
  expect(shapeDistance.square(0, 0)).toBeCloseTo(-0.82, 12);
  expect(shapeDistance.square(0.82 + 3, 0.82 + 4)).toBeCloseTo(5, 12);
  expect(shapeDistance.ring(0, 0)).toBeCloseTo(0.46, 12);
  expect(shapeDistance.triangle(0, -2)).toBeGreaterThan(0);
  expect(shapeDistance.triangle(0, 0)).toBeLessThan(0);
  expect(shapeDistance.heart(0, 0)).toBeLessThan(0);
  expect(shapeDistance.heart(0, -0.9)).toBeGreaterThan(0);
  expect(shapeDistance.crescent(0.4, 0)).toBeGreaterThan(0);
  expect(shapeDistance.crescent(-0.9, 0)).toBeLessThan(0);
});
