// AssemblyScript, compiled to WebAssembly with SIMD by `npm run generate`: Pillow's two passes over 8-bit RGB pixels
// (row-major, interleaved), for the output pixels that are asked for.
//
// Weights are integers of `precision` fractional bits. A product of one with a level does not fit into 16 bits, which
// is what the fast multiply-and-add takes, so that a weight w is given as high = w >> 12 and low = w & 4095, two taps
// at a time: [high₀, high₁, low₀, low₁], 8 bytes. Σ high·level · 4096 + Σ low·level is the integer sum to the bit.
//
// A span says what an output pixel is made of: three 32-bit numbers, its first input pixel, the number of its pairs of
// taps, and the number of its first pair among all.

const precision: i32 = 22;
const lowBits: i32 = 12;
const spanBytes: usize = 12;
const pairBytes: usize = 8;

/** Sums of weights in fixed point to levels 0 to 255, rounded half up, in the lowest byte of each 16-bit lane. */
function levels(high: v128, low: v128): v128 {
  const sum = i32x4.add(i32x4.shl(high, lowBits), low);
  return i32x4.shr_s(i32x4.add(sum, i32x4.splat(1 << (precision - 1))), precision);
}

/**
 * Resamples rows: each output pixel is a weighted sum of input pixels of its row. Reads up to 8 bytes after the last
 * input row and writes one byte after the last output row.
 *
 * @param stride bytes from one input row to the next.
 * @param columns output pixels a row; there is a span for each.
 */
export function resampleRows(
  input: usize,
  stride: i32,
  rows: i32,
  output: usize,
  columns: i32,
  spans: usize,
  pairs: usize,
): void {
  const spansEnd = spans + <usize>columns * spanBytes;
  let to = output;
  for (let row = 0; row < rows; row++) {
    const start = input + <usize>row * <usize>stride;
    for (let span = spans; span < spansEnd; span += spanBytes) {
      let from = start + <usize>load<i32>(span) * 3;
      let pair = pairs + <usize>load<i32>(span, 8) * pairBytes;
      const end = pair + <usize>load<i32>(span, 4) * pairBytes;
      let high = i32x4.splat(0);
      let low = i32x4.splat(0);
      for (; pair < end; pair += pairBytes) {
        // Red of two pixels, then green, then blue, each level in 16 bits.
        const two = i8x16.shuffle(
          v128.load64_zero(from),
          i32x4.splat(0),
          0,
          16,
          3,
          16,
          1,
          16,
          4,
          16,
          2,
          16,
          5,
          16,
          16,
          16,
          16,
          16,
        );
        high = i32x4.add(high, i32x4.dot_i16x8_s(two, v128.load32_splat(pair)));
        low = i32x4.add(low, i32x4.dot_i16x8_s(two, v128.load32_splat(pair, 4)));
        from += 6;
      }
      const sum = levels(high, low);
      const narrow = i16x8.narrow_i32x4_s(sum, sum);
      v128.store32_lane(to, i8x16.narrow_i16x8_u(narrow, narrow), 0);
      to += 3;
    }
  }
}

/**
 * Resamples columns: each output row is a weighted sum of input rows. Rows follow each other without a gap; up to one
 * row and 16 bytes are read after the last input row, and up to 15 bytes written after the last output row.
 *
 * @param rowBytes bytes a row, of the input and of the output.
 * @param rows output rows; there is a span for each.
 */
export function resampleColumns(
  input: usize,
  rowBytes: i32,
  output: usize,
  rows: i32,
  spans: usize,
  pairs: usize,
): void {
  const stride = <usize>rowBytes;
  for (let row = 0; row < rows; row++) {
    const span = spans + <usize>row * spanBytes;
    const firstPair = pairs + <usize>load<i32>(span, 8) * pairBytes;
    const end = firstPair + <usize>load<i32>(span, 4) * pairBytes;
    const start = input + <usize>load<i32>(span) * stride;
    const to = output + <usize>row * stride;
    for (let at: usize = 0; at < stride; at += 16) {
      let from = start + at;
      let high0 = i32x4.splat(0);
      let high1 = i32x4.splat(0);
      let high2 = i32x4.splat(0);
      let high3 = i32x4.splat(0);
      let low0 = i32x4.splat(0);
      let low1 = i32x4.splat(0);
      let low2 = i32x4.splat(0);
      let low3 = i32x4.splat(0);
      for (let pair = firstPair; pair < end; pair += pairBytes) {
        const upper = v128.load(from);
        const lower = v128.load(from + stride);
        const first = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        const last = i8x16.shuffle(
          upper,
          lower,
          8,
          24,
          9,
          25,
          10,
          26,
          11,
          27,
          12,
          28,
          13,
          29,
          14,
          30,
          15,
          31,
        );
        const levels0 = i16x8.extend_low_i8x16_u(first);
        const levels1 = i16x8.extend_high_i8x16_u(first);
        const levels2 = i16x8.extend_low_i8x16_u(last);
        const levels3 = i16x8.extend_high_i8x16_u(last);
        const highs = v128.load32_splat(pair);
        const lows = v128.load32_splat(pair, 4);
        high0 = i32x4.add(high0, i32x4.dot_i16x8_s(levels0, highs));
        high1 = i32x4.add(high1, i32x4.dot_i16x8_s(levels1, highs));
        high2 = i32x4.add(high2, i32x4.dot_i16x8_s(levels2, highs));
        high3 = i32x4.add(high3, i32x4.dot_i16x8_s(levels3, highs));
        low0 = i32x4.add(low0, i32x4.dot_i16x8_s(levels0, lows));
        low1 = i32x4.add(low1, i32x4.dot_i16x8_s(levels1, lows));
        low2 = i32x4.add(low2, i32x4.dot_i16x8_s(levels2, lows));
        low3 = i32x4.add(low3, i32x4.dot_i16x8_s(levels3, lows));
        from += 2 * stride;
      }
      const left = i16x8.narrow_i32x4_s(levels(high0, low0), levels(high1, low1));
      const right = i16x8.narrow_i32x4_s(levels(high2, low2), levels(high3, low3));
      v128.store(to + at, i8x16.narrow_i16x8_u(left, right));
    }
  }
}
