import type { Matrix } from '../numerics/matrix.ts';
import type { GapShift } from './contrastiveLosses.ts';
import { dot } from '../numerics/dot.ts';

/**
 * The distance between the centres of paired unit rows after a shift x' = Norm(x − αĝ), y' = Norm(y + βĝ), float64:
 * negative once the centres have passed each other along ĝ.
 *
 * @param direction ĝ, the unit gap vector.
 */
export function shiftedGap(
  x: Matrix,
  y: Matrix,
  direction: Float64Array,
  { first, second }: GapShift,
): number {
  const meanX = shiftedMean(x, direction, -first);
  const meanY = shiftedMean(y, direction, second);
  const gap = meanX.map((value, k) => value - meanY[k]!);
  return Math.sign(dot(gap, direction)) * Math.sqrt(dot(gap, gap));
}

/** The mean of Norm(row + amount·ĝ). */
function shiftedMean(rows: Matrix, direction: Float64Array, amount: number): Float64Array {
  const { columns, data } = rows;
  const sum = new Float64Array(columns);
  for (let row = 0; row < rows.rows; row++) {
    const start = row * columns;
    let squares = 0;
    for (let k = 0; k < columns; k++) squares += (data[start + k]! + amount * direction[k]!) ** 2;
    const scale = 1 / Math.sqrt(squares);
    for (let k = 0; k < columns; k++) sum[k] = sum[k]! + (data[start + k]! + amount * direction[k]!) * scale;
  }
  return sum.map((value) => value / rows.rows);
}
