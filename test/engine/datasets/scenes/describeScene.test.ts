import { describe, expect, it } from 'vitest';
import { describeScene } from '../../../../server/engine/datasets/scenes/describeScene.ts';
import { colourNames } from '../../../../server/engine/datasets/scenes/palette.ts';
import {
  drawScene,
  relationOf,
  zoneOf,
  type Scene,
  type SceneObject,
} from '../../../../server/engine/datasets/scenes/scene.ts';
import type { Shape } from '../../../../server/engine/datasets/scenes/shapeDistance.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';

const shapeOf: Readonly<Record<string, Shape>> = {
  circle: 'circle',
  disc: 'circle',
  square: 'square',
  triangle: 'triangle',
  star: 'star',
  ring: 'ring',
  hoop: 'ring',
  cross: 'cross',
  'plus sign': 'cross',
  heart: 'heart',
  diamond: 'diamond',
  rhombus: 'diamond',
  hexagon: 'hexagon',
  crescent: 'crescent',
  'half moon': 'crescent',
};
const nouns = new RegExp(
  `\\b(?:(${colourNames.join('|')}) )?(?:five-pointed )?(${Object.keys(shapeOf).join('|')})\\b`,
  'g',
);

const captioned = Array.from({ length: 1500 }, (_, index) => {
  const scene = drawScene(new Random(index));
  return { scene, caption: describeScene(scene, new Random(index).stream('caption')).toLowerCase() };
});

/** The objects that a text speaks of, in its order; null where words leave it open. */
function objectsIn(text: string, scene: Scene): (SceneObject | null)[] {
  return [...text.matchAll(nouns)].map(([, colour, noun]) => {
    const fitting = scene.objects.filter(
      (object) => object.shape === shapeOf[noun!] && (colour === undefined || object.colour === colour),
    );
    expect(fitting.length, `${text}: ${noun!}`).toBeGreaterThan(0);
    return fitting.length === 1 ? fitting[0]! : null;
  });
}

describe('captions are true', () => {
  it('of the shapes, their number and their colours', () => {
    for (const { scene, caption } of captioned) {
      expect(objectsIn(caption, scene), caption).toHaveLength(scene.objects.length);
      const number = /(two|three) shapes/.exec(caption)?.[1];
      if (number !== undefined) expect(number).toBe(['two', 'three'][scene.objects.length - 2]);
    }
  });

  it('of relations', () => {
    const phrases =
      / (?:(?:to the |on the )?(left|right) of|(above|over|higher up than)|(below|under|beneath)) an? /;
    let checked = 0;
    for (const { scene, caption } of captioned) {
      const found = phrases.exec(caption);
      if (found === null) continue;
      const one = objectsIn(caption.slice(0, found.index), scene).at(-1);
      const other = objectsIn(caption.slice(found.index), scene)[0];
      if (!one || !other) continue;
      const expected = found[1] !== undefined ? `${found[1]} of` : found[2] !== undefined ? 'above' : 'below';
      expect(relationOf(one, other), caption).toBe(expected);
      checked++;
    }
    expect(checked).toBeGreaterThan(300);
  });

  it('of corners', () => {
    let checked = 0;
    for (const { scene, caption } of captioned) {
      const found = / (?:in the|at the) (top|upper|bottom|lower) (left|right)/.exec(caption);
      if (found === null) continue;
      const object = objectsIn(caption.slice(0, found.index), scene).at(-1);
      if (!object) continue;
      const line = found[1] === 'top' || found[1] === 'upper' ? 'top' : 'bottom';
      expect(zoneOf(object), caption).toBe(`${line} ${found[2]!}`);
      checked++;
    }
    expect(checked).toBeGreaterThan(150);
  });

  it('of backgrounds', () => {
    const found = captioned.filter(({ caption }) => caption.includes('background'));
    expect(found.length).toBeGreaterThan(300);
    for (const { scene, caption } of found) expect(caption).toContain(` ${scene.background} background`);
  });
});

it('are grammatical in what is easily got wrong', () => {
  for (const { caption } of captioned) {
    expect(caption).not.toMatch(
      /\ba [aeio]|\ban [^aeiou]|there is (two|three)|there are an? |undefined| {2}/,
    );
  }
});
