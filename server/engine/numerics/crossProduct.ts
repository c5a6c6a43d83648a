import type { Matrix } from './matrix.ts';

/**
 * XᵀY with the means taken off first: Σ_r (x_r − meanX)(y_r − meanY)ᵀ, summed in float64.
 *
 * @param into columns × columns, row-major; the products are added to what it holds.
 */
export function addCrossProduct(
  into: Float64Array,
  x: Matrix,
  y: Matrix,
  meanX?: Float64Array,
  meanY?: Float64Array,
): Float64Array {
  const n = x.columns;
  const left = new Float64Array(n);
  const right = new Float64Array(n);
  for (let r = 0; r < x.rows; r++) {
    const start = r * n;
    for (let c = 0; c < n; c++) {
      left[c] = x.data[start + c]! - (meanX?.[c] ?? 0);
      right[c] = y.data[start + c]! - (meanY?.[c] ?? 0);
    }
    for (let a = 0; a < n; a++) {
      const scale = left[a]!;
      for (let b = 0, at = a * n; b < n; b++, at++) into[at]! += scale * right[b]!;
    }
  }
  return into;
}
