import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { colours } from '../../../../server/engine/datasets/scenes/palette.ts';
import { renderScene } from '../../../../server/engine/datasets/scenes/renderScene.ts';
import { drawScene, type Scene, type SceneObject } from '../../../../server/engine/datasets/scenes/scene.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';

const circle: SceneObject = {
  shape: 'circle',
  colour: 'red',
  texture: 'solid',
  size: 'large',
  x: 0.3,
  y: 0.6,
  radius: 0.2,
  cosine: 1,
  sine: 0,
  tint: 0,
};
const flat = { slopeX: 0, slopeY: 0, spotX: 0, spotY: 0 };

function pixel(rgb: Uint8Array, resolution: number, x: number, y: number): number[] {
  const at = 3 * (Math.floor(y * resolution) * resolution + Math.floor(x * resolution));
  return [...rgb.subarray(at, at + 3)];
}

/** How far two colours are apart, by the channel that differs the most. */
function apart(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, channel) => Math.abs(value - b[channel]!)));
}

describe.each([16, 64, 225])('at a resolution of %i', (resolution) => {
  const scene: Scene = { objects: [circle], background: 'cream', light: flat };
  const rgb = renderScene(scene, resolution);

  it('the object is where it should be, in its colour', () => {
    expect(rgb).toHaveLength(3 * resolution * resolution);
    expect(apart(pixel(rgb, resolution, 0.3, 0.6), colours.red)).toBeLessThan(8);
    expect(apart(pixel(rgb, resolution, 0.3, 0.2), colours.red)).toBeGreaterThan(100);
    expect(apart(pixel(rgb, resolution, 0.7, 0.6), colours.red)).toBeGreaterThan(100);
  });

  it('its edge is antialiased: the coverage adds up to the circle’s area', () => {
    const empty = renderScene({ ...scene, objects: [] }, resolution);
    let covered = 0;
    for (let at = 2; at < rgb.length; at += 3) {
      // Blue falls from the background's to that of red; the shadow takes a little of it too.
      covered += Math.min(Math.max((empty[at]! - rgb[at]!) / (empty[at]! - colours.red[2]), 0), 1);
    }
    const area = Math.PI * (0.2 * 0.95) ** 2;
    expect(covered / resolution ** 2 / area).toBeGreaterThan(0.97);
    expect(covered / resolution ** 2 / area).toBeLessThan(1.25);
  });
});

it('textures show two colours inside, and differ', () => {
  const pictures = (['solid', 'striped', 'dotted', 'checkered'] as const).map((texture) =>
    renderScene({ objects: [{ ...circle, texture }], background: 'navy', light: flat }, 96),
  );
  const inside = (rgb: Uint8Array): number => {
    const reds = new Set<number>();
    for (let x = 0.2; x < 0.4; x += 0.005) reds.add(pixel(rgb, 96, x, 0.6)[1]! >> 6);
    return reds.size;
  };
  expect(pictures.map(inside).map((count) => count > 1)).toEqual([false, true, true, true]);
  const hashes = new Set(pictures.map((rgb) => createHash('sha256').update(rgb).digest('hex')));
  expect(hashes.size).toBe(4);
});

it('gives the same bytes on every platform', () => {
  const hash = createHash('sha256');
  for (let index = 0; index < 40; index++) hash.update(renderScene(drawScene(new Random(index)), 48));
  expect(hash.digest('hex')).toMatchInlineSnapshot(
    `"6215b9a7cfe913893da638d972a4b402d647680a40fe692ca34793b5b39d4c5d"`,
  );
});
