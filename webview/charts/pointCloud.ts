import type { RowGrouping } from '../../server/protocol/runContent.ts';

/** Rows in the plane, many of them: packed, and never an object a point. */
export interface PointCloud {
  /** Row numbers of the run, from 0. */
  readonly rows: Uint32Array;
  readonly modalities: readonly {
    readonly name: string;
    /** x and y of each row, interleaved. */
    readonly xy: Float32Array;
  }[];
  readonly groupings: readonly RowGrouping[];
}

/** The name of the group that the row at a place is in. */
export function groupAt({ groups, ofRow }: RowGrouping, index: number): string {
  return groups[ofRow[index] ?? -1] ?? '';
}

/** A point: a place among the cloud's rows, and a modality. */
export interface CloudPoint {
  readonly index: number;
  readonly modality: number;
}

/** From values to pixels of the canvas, or of an image of it. */
export interface PlaneTransform {
  readonly scaleX: number;
  readonly offsetX: number;
  readonly scaleY: number;
  readonly offsetY: number;
}

/**
 * The visible point nearest to a pixel, among those for which `accept` holds.
 *
 * @param reach Distance beyond which there is none, in pixels.
 */
export function nearestPoint(
  cloud: PointCloud,
  visible: readonly boolean[],
  transform: PlaneTransform,
  x: number,
  y: number,
  reach: number,
  accept: (dx: number, dy: number) => boolean = () => true,
): CloudPoint | null {
  let best: CloudPoint | null = null;
  let least = reach * reach;
  for (const [modality, { xy }] of cloud.modalities.entries()) {
    if (visible[modality] !== true) continue;
    for (let index = 0; index < cloud.rows.length; index += 1) {
      const dx = xy[2 * index]! * transform.scaleX + transform.offsetX - x;
      const dy = xy[2 * index + 1]! * transform.scaleY + transform.offsetY - y;
      const distance = dx * dx + dy * dy;
      if (distance < least && accept(dx, dy)) {
        least = distance;
        best = { index, modality };
      }
    }
  }
  return best;
}

/**
 * Places of the rows that have a visible point inside a polygon, ascending.
 *
 * @param polygon x and y of each corner in pixels, interleaved; even-odd rule.
 */
export function rowsInside(
  cloud: PointCloud,
  visible: readonly boolean[],
  transform: PlaneTransform,
  polygon: readonly number[],
): number[] {
  const xs = polygon.filter((_, place) => place % 2 === 0);
  const ys = polygon.filter((_, place) => place % 2 === 1);
  const [left, right] = [Math.min(...xs), Math.max(...xs)];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys)];
  const inside: number[] = [];
  for (let index = 0; index < cloud.rows.length; index += 1) {
    const isInside = cloud.modalities.some(({ xy }, modality) => {
      if (visible[modality] !== true) return false;
      const x = xy[2 * index]! * transform.scaleX + transform.offsetX;
      const y = xy[2 * index + 1]! * transform.scaleY + transform.offsetY;
      return x >= left && x <= right && y >= top && y <= bottom && contains(xs, ys, x, y);
    });
    if (isInside) inside.push(index);
  }
  return inside;
}

/** Whether a ray from the point to the right crosses the polygon's edges an odd number of times. */
function contains(xs: readonly number[], ys: readonly number[], x: number, y: number): boolean {
  let isInside = false;
  for (let to = 0, from = xs.length - 1; to < xs.length; from = to, to += 1) {
    const crosses = ys[to]! > y !== ys[from]! > y;
    if (crosses && x < ((xs[from]! - xs[to]!) * (y - ys[to]!)) / (ys[from]! - ys[to]!) + xs[to]!) {
      isInside = !isInside;
    }
  }
  return isInside;
}

/**
 * Every number below `count` once, spread out: the first few are an even sample, and rows that stand together in the
 * data are not drawn together. Always the same order.
 */
export function* spreadOrder(count: number): Generator<number> {
  const step = spreadStep(count);
  for (let i = 0, at = 0; i < count; i += 1, at = (at + step) % count) yield at;
}

/** A step near the golden section of the count that meets every number: it shares no divisor with the count. */
export function spreadStep(count: number): number {
  let step = Math.max(1, Math.round(0.618034 * count));
  while (greatestDivisor(step, count) > 1) step += 1;
  return step;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
