import { dot } from './dot.ts';

/** Cosine of the angle between two vectors, in float64; NaN where one of them is 0. */
export function cosine(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
