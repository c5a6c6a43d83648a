/** The shapes of scenes; also the classes of the dataset. */
export const shapes = [
  'circle',
  'square',
  'triangle',
  'star',
  'ring',
  'cross',
  'heart',
  'diamond',
  'hexagon',
  'crescent',
] as const;
export type Shape = (typeof shapes)[number];

/**
 * Signed distances from a point to the outlines of shapes that fill the unit circle around the origin: negative
 * inside, x to the right, y downwards. After Inigo Quilez, "2D distance functions". They use only operations that
 * IEEE 754 rounds exactly, so every platform draws the same pixels.
 */
export const shapeDistance: Readonly<Record<Shape, (x: number, y: number) => number>> = {
  circle: (x, y) => length(x, y) - 0.95,
  square(x, y) {
    const outX = Math.abs(x) - 0.82;
    const outY = Math.abs(y) - 0.82;
    return length(Math.max(outX, 0), Math.max(outY, 0)) + Math.min(Math.max(outX, outY), 0);
  },
  triangle,
  star,
  ring: (x, y) => Math.abs(length(x, y) - 0.71) - 0.25,
  cross,
  heart,
  diamond,
  hexagon,
  crescent,
};

const root3 = Math.sqrt(3);

/** Equilateral, pointing up. */
function triangle(x: number, y: number): number {
  const halfSide = 0.92;
  let px = Math.abs(x) - halfSide;
  let py = -y - 0.08 + halfSide / root3;
  if (px + root3 * py > 0) [px, py] = [(px - root3 * py) / 2, (-root3 * px - py) / 2];
  px -= clamp(px, -2 * halfSide, 0);
  return -length(px, py) * Math.sign(py);
}

/** Five points, pointing up; the inner corners lie at 0.45 of the outer radius. */
function star(x: number, y: number): number {
  // Cosine and sine of 36°.
  const kx = 0.809016994375;
  const ky = -0.587785252292;
  let px = Math.abs(x);
  let py = -y;
  const first = 2 * Math.max(kx * px + ky * py, 0);
  px -= first * kx;
  py -= first * ky;
  const second = 2 * Math.max(-kx * px + ky * py, 0);
  px += second * kx;
  py -= second * ky;
  px = Math.abs(px);
  py -= 1;
  const edgeX = 0.45 * -ky;
  const edgeY = 0.45 * kx - 1;
  const along = clamp((px * edgeX + py * edgeY) / (edgeX * edgeX + edgeY * edgeY), 0, 1);
  return length(px - edgeX * along, py - edgeY * along) * Math.sign(py * edgeX - px * edgeY);
}

function cross(x: number, y: number): number {
  const long = 0.95;
  const wide = 0.3;
  const px = Math.max(Math.abs(x), Math.abs(y));
  const py = Math.min(Math.abs(x), Math.abs(y));
  const outX = px - long;
  const outY = py - wide;
  const outside = Math.max(outX, outY);
  const [cornerX, cornerY] = outside > 0 ? [outX, outY] : [wide - px, -outside];
  return Math.sign(outside) * length(Math.max(cornerX, 0), Math.max(cornerY, 0));
}

function heart(x: number, y: number): number {
  const scale = 0.63;
  const px = Math.abs(x) * scale;
  const py = 0.53 - y * scale;
  if (px + py > 1) return (length(px - 0.25, py - 0.75) - Math.SQRT2 / 4) / scale;
  const half = Math.max(px + py, 0) / 2;
  const nearest = Math.min(length(px, py - 1), length(px - half, py - half));
  return (nearest * Math.sign(px - py)) / scale;
}

/** Taller than wide, so that it is no tilted square. */
function diamond(x: number, y: number): number {
  const wide = 0.64;
  const tall = 1;
  const px = Math.abs(x);
  const py = Math.abs(y);
  const along = clamp(((wide - 2 * px) * wide - (tall - 2 * py) * tall) / (wide * wide + tall * tall), -1, 1);
  const distance = length(px - 0.5 * wide * (1 - along), py - 0.5 * tall * (1 + along));
  return distance * Math.sign(px * tall + py * wide - wide * tall);
}

function hexagon(x: number, y: number): number {
  const apothem = 0.85;
  let px = Math.abs(x);
  let py = Math.abs(y);
  const reflection = 2 * Math.min((-root3 / 2) * px + 0.5 * py, 0);
  px += (reflection * root3) / 2;
  py -= reflection * 0.5;
  const halfSide = apothem / root3;
  return length(px - clamp(px, -halfSide, halfSide), py - apothem) * Math.sign(py - apothem);
}

/** Open to the right. */
function crescent(x: number, y: number): number {
  const between = 0.48;
  const outer = 0.95;
  const inner = 0.78;
  const px = x + 0.12;
  const py = Math.abs(y);
  const hornX = (outer * outer - inner * inner + between * between) / (2 * between);
  const hornY = Math.sqrt(outer * outer - hornX * hornX);
  if (between * (px * hornY - py * hornX) > between * between * Math.max(hornY - py, 0)) {
    return length(px - hornX, py - hornY);
  }
  return Math.max(length(px, py) - outer, inner - length(px - between, py));
}

/** Not `Math.hypot`, whose rounding is left to the platform. */
function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
