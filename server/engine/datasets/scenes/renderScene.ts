import { backgrounds, colours, mix, type Rgb } from './palette.ts';
import { squaredDistance, type Scene, type SceneObject, type Texture } from './scene.ts';
import { shapeDistance } from './shapeDistance.ts';

/** How far a shape's shadow falls, and over which length it fades; shares of the frame's width. */
const shadow = { x: 0.008, y: 0.014, fade: 0.022, strength: 0.3 };
/** The width of the plain rim around a texture, as a share of the radius: it keeps the outline clear. */
const rim = 0.07;
const black: Rgb = [0, 0, 0];
const white: Rgb = [255, 255, 255];

/**
 * Draws a scene in a square of `resolution × resolution` pixels: RGB, 8 bit, row-major, interleaved.
 *
 * Edges are antialiased by the share of a pixel that the signed distance of its centre says is covered. The same
 * scene gives the same bytes on every platform.
 */
export function renderScene(scene: Scene, resolution: number): Uint8Array {
  const canvas = drawBackground(scene, resolution);
  for (const object of scene.objects) drawObject(canvas, object, resolution);
  // A clamped array rounds halves to even and limits to 0 … 255.
  return new Uint8Array(Uint8ClampedArray.from(canvas).buffer);
}

function drawBackground({ background, light }: Scene, resolution: number): Float32Array {
  const canvas = new Float32Array(3 * resolution * resolution);
  const base = backgrounds[background];
  for (let row = 0, at = 0; row < resolution; row++) {
    const y = (row + 0.5) / resolution;
    for (let column = 0; column < resolution; column++, at += 3) {
      const x = (column + 0.5) / resolution;
      const spot = squaredDistance(x, y, light.spotX, light.spotY);
      const brightness =
        9 * (light.slopeX * (x - 0.5) + light.slopeY * (y - 0.5)) * 2 + 14 / (1 + 8 * spot) - 7;
      for (let channel = 0; channel < 3; channel++) canvas[at + channel] = base[channel]! + brightness;
    }
  }
  return canvas;
}

function drawObject(canvas: Float32Array, object: SceneObject, resolution: number): void {
  const { x: centreX, y: centreY, radius, cosine, sine, texture } = object;
  const distance = shapeDistance[object.shape];
  const pixel = 1 / (resolution * radius);
  const [main, other] = paint(object);
  const reach = 1.1 * radius + shadow.y + shadow.fade;
  const first = (centre: number): number => Math.max(Math.floor((centre - reach) * resolution), 0);
  const last = (centre: number): number => Math.min(Math.ceil((centre + reach) * resolution), resolution);
  for (let row = first(centreY); row < last(centreY); row++) {
    const y = ((row + 0.5) / resolution - centreY) / radius;
    for (let column = first(centreX); column < last(centreX); column++) {
      const x = ((column + 0.5) / resolution - centreX) / radius;
      const at = 3 * (row * resolution + column);
      const u = x * cosine + y * sine;
      const v = y * cosine - x * sine;
      const edge = distance(u, v);
      const covered = share(edge, pixel);
      if (covered < 1) {
        const shadeX = x - shadow.x / radius;
        const shadeY = y - shadow.y / radius;
        const shade = distance(shadeX * cosine + shadeY * sine, shadeY * cosine - shadeX * sine) * radius;
        const light = 1 - shadow.strength * smooth(0.5 - shade / (2 * shadow.fade));
        for (let channel = 0; channel < 3; channel++) canvas[at + channel]! *= light;
      }
      if (covered === 0) continue;
      const patterned = share(edge + rim, pixel) * patternShare(texture, u, v, pixel);
      // Lit from above.
      const gloss = 0.08 * Math.min(Math.abs(y), 1);
      for (let channel = 0; channel < 3; channel++) {
        const flat = main[channel]! + (other[channel]! - main[channel]!) * patterned;
        const lit = flat + ((y < 0 ? 255 : 0) - flat) * gloss;
        canvas[at + channel]! += (lit - canvas[at + channel]!) * covered;
      }
    }
  }
}

/** The colour of an object, and the second one of its texture. */
function paint({ colour, tint }: SceneObject): readonly [Rgb, Rgb] {
  const main = mix(colours[colour], tint < 0 ? black : white, 0.09 * Math.abs(tint));
  const luminance = 0.3 * main[0] + 0.59 * main[1] + 0.11 * main[2];
  return [main, luminance > 140 ? mix(main, black, 0.42) : mix(main, white, 0.55)];
}

/** How much of a pixel shows the second colour of a texture, at a point of the shape's own coordinates. */
function patternShare(texture: Texture, u: number, v: number, pixel: number): number {
  switch (texture) {
    case 'solid':
      return 0;
    case 'striped':
      return share(wave((u + v) / Math.SQRT2, 0.27), pixel);
    case 'dotted': {
      const line = Math.round(v / 0.5);
      const dx = u - 0.58 * (Math.round(u / 0.58 - (line % 2) / 2) + (line % 2) / 2);
      const dy = v - 0.5 * line;
      return share(Math.sqrt(dx * dx + dy * dy) - 0.165, pixel);
    }
    case 'checkered': {
      const across = wave(u, 0.4);
      const down = wave(v, 0.4);
      const nearest = Math.min(Math.abs(across), Math.abs(down));
      return share(across * down < 0 ? -nearest : nearest, pixel);
    }
  }
}

/** The distance to the nearest border of bands of a width, negative in every other band. */
function wave(at: number, width: number): number {
  const phase = at / (2 * width);
  return (Math.abs(phase - Math.floor(phase) - 0.5) - 0.25) * 2 * width;
}

/** The share of a pixel of that size which lies inside, by the signed distance of its centre. */
function share(distance: number, pixel: number): number {
  return Math.min(Math.max(0.5 - distance / pixel, 0), 1);
}

function smooth(at: number): number {
  const t = Math.min(Math.max(at, 0), 1);
  return t * t * (3 - 2 * t);
}
