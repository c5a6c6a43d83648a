import type { Random } from '../../numerics/random.ts';
import {
  relationOf,
  zoneOf,
  type Relation,
  type Scene,
  type SceneObject,
  type Size,
  type Texture,
} from './scene.ts';
import type { Shape } from './shapeDistance.ts';

const shapeWords: Readonly<Record<Shape, readonly string[]>> = {
  circle: ['circle', 'circle', 'disc'],
  square: ['square'],
  triangle: ['triangle'],
  star: ['star', 'star', 'five-pointed star'],
  ring: ['ring', 'ring', 'hoop'],
  cross: ['cross', 'cross', 'plus sign'],
  heart: ['heart'],
  diamond: ['diamond', 'diamond', 'rhombus'],
  hexagon: ['hexagon'],
  crescent: ['crescent', 'crescent', 'half moon'],
};
const sizeWords: Readonly<Record<Size, readonly string[]>> = {
  small: ['small', 'small', 'little', 'tiny'],
  medium: ['medium-sized'],
  large: ['large', 'large', 'big'],
};
/** How likely a size is mentioned: seldom where nothing about it strikes. */
const sizeMentions: Readonly<Record<Size, number>> = { small: 0.7, medium: 0.15, large: 0.7 };
const textureWords: Readonly<Record<Texture, readonly string[]>> = {
  solid: ['solid', 'plain'],
  striped: ['striped', 'stripy'],
  dotted: ['dotted', 'spotted', 'polka-dot'],
  checkered: ['checkered', 'checked'],
};
const textureTails: Readonly<Record<Exclude<Texture, 'solid'>, string>> = {
  striped: 'with stripes',
  dotted: 'with dots',
  checkered: 'with a checkered pattern',
};
const relationWords: Readonly<Record<Relation, readonly string[]>> = {
  'left of': ['to the left of', 'left of', 'on the left of'],
  'right of': ['to the right of', 'right of', 'on the right of'],
  above: ['above', 'over', 'higher up than'],
  below: ['below', 'under', 'beneath'],
};
/** Where the other one is: `a ring with a star on its left`. */
const besideWords: Readonly<Record<Relation, readonly string[]>> = {
  'left of': ['on its left', 'to its left'],
  'right of': ['on its right', 'to its right'],
  above: ['above it', 'over it'],
  below: ['below it', 'under it'],
};

/**
 * A caption as a person might write it. It is true of the scene but need not say everything: sizes, textures,
 * places and the background are each left out at times, and words vary.
 */
export function describeScene(scene: Scene, random: Random): string {
  const [first, second, third] = scene.objects as readonly [SceneObject, SceneObject?, SceneObject?];
  const core =
    second === undefined
      ? describeOne(first, random)
      : third === undefined
        ? describeTwo(first, second, random)
        : describeThree(first, second, third, random);
  const place = random.uniform() < 0.3 ? ` on ${withArticle(scene.background)} background` : '';
  const sentence = drawOpening(core, random) + core + place;
  return random.uniform() < 0.5 ? sentence : `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function drawOpening(core: string, random: Random): string {
  const chance = random.uniform();
  if (chance < 0.6) return '';
  if (chance < 0.75) return /^an? /.test(core) ? 'there is ' : 'there are ';
  return random.pick(['a picture of ', 'a drawing of ', 'an image with ']);
}

function describeOne(object: SceneObject, random: Random): string {
  const noun = nounPhrase(object, random);
  return random.uniform() < 0.75 ? `${noun} ${zonePhrase(object, random)}` : noun;
}

function describeTwo(a: SceneObject, b: SceneObject, random: Random): string {
  const [one, other] = random.uniform() < 0.5 ? [a, b] : [b, a];
  const first = nounPhrase(one, random);
  const second = nounPhrase(other, random);
  switch (random.integer(0, 8)) {
    case 0:
      return `${first} and ${second}`;
    case 1:
      return `two shapes, ${first} and ${second}`;
    case 2:
      return `${first} next to ${second}`;
    case 3:
      return `${second} with ${first} ${random.pick(besideWords[relationOf(one, other)!])}`;
    case 4: {
      // Of two, only the main shape is sure to stand in a zone that has a name.
      const [main, lesser] = one === a ? [first, second] : [second, first];
      return `${main} ${zonePhrase(a, random)} and ${lesser}`;
    }
    default:
      return related(first, one, second, other, random);
  }
}

function describeThree(a: SceneObject, b: SceneObject, c: SceneObject, random: Random): string {
  const [one, other] = random.uniform() < 0.5 ? [a, b] : [b, a];
  const first = nounPhrase(one, random);
  const second = nounPhrase(other, random);
  const third = nounPhrase(c, random);
  switch (random.integer(0, 6)) {
    case 0:
      return `${first}, ${second} and ${third}`;
    case 1:
      return `three shapes: ${first}, ${second} and ${third}`;
    case 2:
      return `${third} ${zonePhrase(c, random)}, and ${related(first, one, second, other, random)}`;
    case 3:
      return `${related(first, one, second, other, random)}, and ${third}`;
    default:
      return `${related(first, one, second, other, random)}, with ${third} ${zonePhrase(c, random)}`;
  }
}

function related(
  first: string,
  one: SceneObject,
  second: string,
  other: SceneObject,
  random: Random,
): string {
  return `${first} ${random.pick(relationWords[relationOf(one, other)!])} ${second}`;
}

function nounPhrase({ shape, colour, texture, size }: SceneObject, random: Random): string {
  const words: string[] = [];
  let tail = '';
  if (random.uniform() < sizeMentions[size]) words.push(random.pick(sizeWords[size]));
  const mention = random.uniform();
  if (texture === 'solid') {
    if (mention < 0.12) words.push(random.pick(textureWords.solid));
  } else if (mention < 0.55) words.push(random.pick(textureWords[texture]));
  else if (mention < 0.75) tail = ` ${textureTails[texture]}`;
  if (random.uniform() < 0.95) words.push(colour);
  words.push(random.pick(shapeWords[shape]));
  return withArticle(words.join(' ')) + tail;
}

function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`;
}

function zonePhrase(object: SceneObject, random: Random): string {
  const zone = zoneOf(object)!;
  if (zone === 'centre')
    return random.pick(['in the centre', 'in the middle', 'at the centre of the picture']);
  if (zone === 'top') return random.pick(['at the top', 'near the top edge', 'in the upper part']);
  if (zone === 'bottom') return random.pick(['at the bottom', 'near the bottom edge', 'in the lower part']);
  if (zone === 'left' || zone === 'right')
    return random.pick([`on the ${zone}`, `on the ${zone} side`, `at the ${zone} edge`]);
  const [line, column] = zone.split(' ');
  const upper = line === 'top' ? 'upper' : 'lower';
  return random.pick([`in the ${zone} corner`, `in the ${zone}`, `at the ${upper} ${column!}`]);
}
