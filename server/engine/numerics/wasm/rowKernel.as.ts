// AssemblyScript, compiled to WebAssembly with SIMD by `npm run generate`: scales rows to length 1 and sums them, in
// one visit of each row, and hashes their bytes. One instance serves one modality; its memory holds rows, flags and sums where the caller
// lays them out.

let squares: f64 = 0;

/** Σ‖x‖² of the rows that were summed, after scaling. */
export function getSquares(): f64 {
  return squares;
}

/**
 * Divides each row by its L2 norm, in place, and adds flagged rows to the sums. All arithmetic is float64; rows are
 * float32.
 *
 * @param sums address of one float64 a column.
 * @param flags address of one byte a row: 1 for rows to be summed.
 * @returns the first row whose norm is zero or not finite, or −1; rows before it are done.
 */
export function normalizeAndSum(values: usize, rows: i32, columns: i32, sums: usize, flags: usize): i32 {
  const rowBytes = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    const start = values + <usize>row * rowBytes;
    const norm = squaredNorm(start, columns);
    if (!(norm > 0 && norm < Infinity)) return row;
    scale(start, columns, 1 / Math.sqrt(norm));
    if (load<u8>(flags + <usize>row)) {
      squares += squaredNorm(start, columns);
      add(start, columns, sums);
    }
  }
  return -1;
}

function upperHalf(four: v128): v128 {
  return f64x2.promote_low_f32x4(
    i8x16.shuffle(four, four, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7),
  );
}

function squaredNorm(start: usize, columns: i32): f64 {
  const end = start + ((<usize>columns) << 2);
  const vectorEnd = start + ((<usize>(columns & ~3)) << 2);
  let first = f64x2.splat(0);
  let second = f64x2.splat(0);
  let at = start;
  for (; at < vectorEnd; at += 16) {
    const four = v128.load(at);
    const low = f64x2.promote_low_f32x4(four);
    const high = upperHalf(four);
    first = f64x2.add(first, f64x2.mul(low, low));
    second = f64x2.add(second, f64x2.mul(high, high));
  }
  first = f64x2.add(first, second);
  let sum = f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1);
  for (; at < end; at += 4) {
    const value = <f64>load<f32>(at);
    sum += value * value;
  }
  return sum;
}

function scale(start: usize, columns: i32, factor: f64): void {
  const end = start + ((<usize>columns) << 2);
  const vectorEnd = start + ((<usize>(columns & ~3)) << 2);
  const factors = f64x2.splat(factor);
  let at = start;
  for (; at < vectorEnd; at += 16) {
    const four = v128.load(at);
    const low = f32x4.demote_f64x2_zero(f64x2.mul(f64x2.promote_low_f32x4(four), factors));
    const high = f32x4.demote_f64x2_zero(f64x2.mul(upperHalf(four), factors));
    v128.store(at, i8x16.shuffle(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));
  }
  for (; at < end; at += 4) store<f32>(at, <f32>(<f64>load<f32>(at) * factor));
}

function add(start: usize, columns: i32, sums: usize): void {
  const end = start + ((<usize>columns) << 2);
  const vectorEnd = start + ((<usize>(columns & ~3)) << 2);
  let at = start;
  let sum = sums;
  for (; at < vectorEnd; at += 16) {
    const four = v128.load(at);
    v128.store(sum, f64x2.add(v128.load(sum), f64x2.promote_low_f32x4(four)));
    v128.store(sum + 16, f64x2.add(v128.load(sum + 16), upperHalf(four)));
    sum += 32;
  }
  for (; at < end; at += 4) {
    store<f64>(sum, load<f64>(sum) + <f64>load<f32>(at));
    sum += 8;
  }
}

const prime1: u64 = 0x9e3779b185ebca87;
const prime2: u64 = 0xc2b2ae3d27d4eb4f;
const prime3: u64 = 0x165667b19e3779f9;
const prime4: u64 = 0x85ebca77c2b2ae63;
const prime5: u64 = 0x27d4eb2f165667c5;

/**
 * XXH64 (Collet 2012) of the bytes of each row, with seed 0.
 *
 * @param hashes address of 8 bytes a row.
 */
export function hashRows(values: usize, rows: i32, columns: i32, hashes: usize): void {
  const bytes = (<usize>columns) << 2;
  for (let row = 0; row < rows; row++) {
    store<u64>(hashes + ((<usize>row) << 3), hashOf(values + <usize>row * bytes, bytes));
  }
}

function hashOf(start: usize, bytes: usize): u64 {
  const end = start + bytes;
  let at = start;
  let hash: u64 = prime5;
  if (bytes >= 32) {
    let first: u64 = prime1 + prime2;
    let second: u64 = prime2;
    let third: u64 = 0;
    let fourth: u64 = 0 - prime1;
    for (; at + 32 <= end; at += 32) {
      first = round(first, load<u64>(at));
      second = round(second, load<u64>(at, 8));
      third = round(third, load<u64>(at, 16));
      fourth = round(fourth, load<u64>(at, 24));
    }
    hash = rotl<u64>(first, 1) + rotl<u64>(second, 7) + rotl<u64>(third, 12) + rotl<u64>(fourth, 18);
    hash = merge(merge(merge(merge(hash, first), second), third), fourth);
  }
  hash += <u64>bytes;
  for (; at + 8 <= end; at += 8) {
    hash = rotl<u64>(hash ^ round(0, load<u64>(at)), 27) * prime1 + prime4;
  }
  // Rows are of float32: what is left is one value or none.
  if (at < end) hash = rotl<u64>(hash ^ (<u64>load<u32>(at) * prime1), 23) * prime2 + prime3;
  hash = (hash ^ (hash >> 33)) * prime2;
  hash = (hash ^ (hash >> 29)) * prime3;
  return hash ^ (hash >> 32);
}

function round(lane: u64, input: u64): u64 {
  return rotl<u64>(lane + input * prime2, 31) * prime1;
}

function merge(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * prime1 + prime4;
}
