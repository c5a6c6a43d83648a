// AssemblyScript, compiled to WebAssembly with SIMD by `npm run generate`: the loops that statistics of all pairs
// spend their time in. One instance serves one distribution; its memory holds the values, then the counts.

let low: f32 = 0;
let high: f32 = 0;
let sum: f64 = 0;
let squares: f64 = 0;

export function getLow(): f32 {
  return low;
}

export function getHigh(): f32 {
  return high;
}

export function getSum(): f64 {
  return sum;
}

export function getSquares(): f64 {
  return squares;
}

/** Extremes of `count` float32 values at an address, and their sums of deviations from a pivot, in float64. */
export function scan(values: usize, count: i32, pivot: f32): void {
  const end = values + ((<usize>count) << 2);
  const vectorEnd = values + ((<usize>(count & ~3)) << 2);
  const pivots = f64x2.splat(<f64>pivot);
  let lows = f32x4.splat(Infinity);
  let highs = f32x4.splat(-Infinity);
  let sums = f64x2.splat(0);
  let otherSums = f64x2.splat(0);
  let squareSums = f64x2.splat(0);
  let otherSquareSums = f64x2.splat(0);
  let at = values;
  for (; at < vectorEnd; at += 16) {
    const four = v128.load(at);
    lows = f32x4.pmin(lows, four);
    highs = f32x4.pmax(highs, four);
    const first = f64x2.sub(f64x2.promote_low_f32x4(four), pivots);
    const upper = i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    const second = f64x2.sub(f64x2.promote_low_f32x4(upper), pivots);
    sums = f64x2.add(sums, first);
    otherSums = f64x2.add(otherSums, second);
    squareSums = f64x2.add(squareSums, f64x2.mul(first, first));
    otherSquareSums = f64x2.add(otherSquareSums, f64x2.mul(second, second));
  }
  sums = f64x2.add(sums, otherSums);
  squareSums = f64x2.add(squareSums, otherSquareSums);
  sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  squares = f64x2.extract_lane(squareSums, 0) + f64x2.extract_lane(squareSums, 1);
  low = min(
    min(f32x4.extract_lane(lows, 0), f32x4.extract_lane(lows, 1)),
    min(f32x4.extract_lane(lows, 2), f32x4.extract_lane(lows, 3)),
  );
  high = max(
    max(f32x4.extract_lane(highs, 0), f32x4.extract_lane(highs, 1)),
    max(f32x4.extract_lane(highs, 2), f32x4.extract_lane(highs, 3)),
  );
  for (; at < end; at += 4) {
    const value = load<f32>(at);
    low = min(low, value);
    high = max(high, value);
    const deviation = <f64>value - <f64>pivot;
    sum += deviation;
    squares += deviation * deviation;
  }
}

/**
 * Counts values in bins of equal width, all of which must lie within the counted range.
 *
 * @param counts address of the 32-bit counts.
 * @param scale bins per unit, a power of two: multiplying by it is exact.
 * @param firstBin number of the bin that the first count is for.
 */
export function bin(values: usize, count: i32, counts: usize, scale: f32, firstBin: i32): void {
  const end = values + ((<usize>count) << 2);
  const vectorEnd = values + ((<usize>(count & ~3)) << 2);
  const scales = f32x4.splat(scale);
  const base = counts - ((<usize>firstBin) << 2);
  let at = values;
  for (; at < vectorEnd; at += 16) {
    const bins = i32x4.shl(i32x4.trunc_sat_f32x4_s(f32x4.floor(f32x4.mul(v128.load(at), scales))), 2);
    increment(base + <usize>i32x4.extract_lane(bins, 0));
    increment(base + <usize>i32x4.extract_lane(bins, 1));
    increment(base + <usize>i32x4.extract_lane(bins, 2));
    increment(base + <usize>i32x4.extract_lane(bins, 3));
  }
  for (; at < end; at += 4) increment(base + ((<usize>(<i32>floor<f32>(load<f32>(at) * scale))) << 2));
}

function increment(count: usize): void {
  store<u32>(count, load<u32>(count) + 1);
}
