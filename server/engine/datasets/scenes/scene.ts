import type { Random } from '../../numerics/random.ts';
import { backgroundNames, colourNames, standsOut, type Background, type Colour } from './palette.ts';
import { shapes, type Shape } from './shapeDistance.ts';

export const textures = ['solid', 'striped', 'dotted', 'checkered'] as const;
export type Texture = (typeof textures)[number];
export const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];
export type Relation = 'left of' | 'right of' | 'above' | 'below';

/** A shape in a scene. Lengths are shares of the frame's width; x to the right, y downwards. */
export interface SceneObject {
  readonly shape: Shape;
  readonly colour: Colour;
  readonly texture: Texture;
  readonly size: Size;
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** Cosine and sine of its tilt, which is small enough that no shape turns into another one. */
  readonly cosine: number;
  readonly sine: number;
  /** How much lighter (up to 1) or darker (down to −1) than its colour it is. */
  readonly tint: number;
}

/** What is in a picture: one to three shapes, the largest (the main one) first, on a background. */
export interface Scene {
  readonly objects: readonly SceneObject[];
  readonly background: Background;
  /** Slopes of the background's light along x and y, and a soft spot in it. */
  readonly light: {
    readonly slopeX: number;
    readonly slopeY: number;
    readonly spotX: number;
    readonly spotY: number;
  };
}

const radii: Readonly<Record<Size, number>> = { small: 0.1, medium: 0.15, large: 0.21 };
const edge = 0.03;
/** A coordinate below the first is left (top), above the last right (bottom), between the others in the middle. */
const zoneBounds = [0.36, 0.4, 0.6, 0.64] as const;

/** Draws a scene. */
export function drawScene(random: Random): Scene {
  const background = random.pick(backgroundNames);
  const chance = random.uniform();
  const count = chance < 0.35 ? 1 : chance < 0.75 ? 2 : 3;
  const looks = drawLooks(count, background, random);
  const placed = count === 1 ? [placeAlone(random)] : placeTogether(count, random);
  return {
    objects: looks.map((look, index) => ({ ...look, ...placed[index]! })),
    background,
    light: {
      slopeX: 2 * random.uniform() - 1,
      slopeY: 2 * random.uniform() - 1,
      spotX: random.uniform(),
      spotY: random.uniform(),
    },
  };
}

/** The part of the frame that a point lies in, such as `top left`, `right` or `centre`; undefined near a border. */
export function zoneOf({ x, y }: { readonly x: number; readonly y: number }): string | undefined {
  const column = third(x, 'left', 'right');
  const line = third(y, 'top', 'bottom');
  if (column === undefined || line === undefined) return undefined;
  return [line, column].filter((part) => part !== '').join(' ') || 'centre';
}

/** Where `a` lies as seen from `b`; undefined where neither direction is clearly the main one. */
export function relationOf(a: SceneObject | Placement, b: SceneObject | Placement): Relation | undefined {
  const right = a.x - b.x;
  const down = a.y - b.y;
  if (Math.abs(right) > 1.6 * Math.abs(down)) return right < 0 ? 'left of' : 'right of';
  if (Math.abs(down) > 1.6 * Math.abs(right)) return down < 0 ? 'above' : 'below';
  return undefined;
}

function third(at: number, low: string, high: string): string | undefined {
  if (at < zoneBounds[0]) return low;
  if (at > zoneBounds[3]) return high;
  return at > zoneBounds[1] && at < zoneBounds[2] ? '' : undefined;
}

type Look = Pick<SceneObject, 'shape' | 'colour' | 'texture' | 'cosine' | 'sine' | 'tint'>;
type Placement = Pick<SceneObject, 'size' | 'x' | 'y' | 'radius'>;

/** No two objects share both shape and colour, so that words can tell them apart. */
function drawLooks(count: number, background: Background, random: Random): Look[] {
  const looks: Look[] = [];
  const visible = colourNames.filter((colour) => standsOut(colour, background));
  while (looks.length < count) {
    const shape = random.pick(shapes);
    const colour = random.pick(visible);
    if (looks.some((other) => other.shape === shape && other.colour === colour)) continue;
    // The tilt's tangent of the half angle, up to 14° each way: the angle by arithmetic that rounds exactly.
    const half = 0.123 * (2 * random.uniform() - 1);
    looks.push({
      shape,
      colour,
      texture: random.uniform() < 0.4 ? 'solid' : random.pick(textures.slice(1)),
      cosine: (1 - half * half) / (1 + half * half),
      sine: (2 * half) / (1 + half * half),
      tint: 2 * random.uniform() - 1,
    });
  }
  return looks;
}

function drawSize(random: Random): Pick<SceneObject, 'size' | 'radius'> {
  const size = random.pick(sizes);
  return { size, radius: radii[size] * (0.93 + 0.14 * random.uniform()) };
}

function inFrame(at: number, radius: number): number {
  return Math.min(Math.max(at, radius + edge), 1 - radius - edge);
}

/** Every zone of the frame is as likely. */
function placeAlone(random: Random): Placement {
  const { size, radius } = drawSize(random);
  const around = (centre: number): number => inFrame(centre + 0.08 * (random.uniform() - 0.5), radius);
  return {
    size,
    radius,
    x: around(random.pick([0.24, 0.5, 0.76])),
    y: around(random.pick([0.24, 0.5, 0.76])),
  };
}

/**
 * Drawn until nothing overlaps, the first two stand in a clear relation and a third in a clear zone. About one
 * draw in ten is kept.
 */
function placeTogether(count: number, random: Random): Placement[] {
  for (;;) {
    const placed: Placement[] = [];
    for (let i = 0; i < count; i++) {
      const { size, radius } = drawSize(random);
      const within = (): number => radius + edge + (1 - 2 * (radius + edge)) * random.uniform();
      placed.push({ size, radius, x: within(), y: within() });
    }
    placed.sort((a, b) => b.radius - a.radius);
    const [main, second, last] = [placed[0]!, placed[1]!, placed[2]];
    if (relationOf(main, second) === undefined) continue;
    if (last !== undefined && zoneOf(last) === undefined) continue;
    if (zoneOf(main) === undefined) continue;
    if (placed.every((a, i) => placed.slice(i + 1).every((b) => areApart(a, b)))) return placed;
  }
}

function areApart(a: Placement, b: Placement): boolean {
  const least = a.radius + b.radius + edge;
  return squaredDistance(a.x, a.y, b.x, b.y) > least * least;
}

/** Of two points; by products, since the rounding of powers is left to the platform. */
export function squaredDistance(x: number, y: number, otherX: number, otherY: number): number {
  return (x - otherX) * (x - otherX) + (y - otherY) * (y - otherY);
}
