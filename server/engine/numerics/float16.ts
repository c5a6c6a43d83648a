/** The largest finite value of IEEE 754 binary16. */
export const maxFloat16 = 65_504;

const floatBits = new Uint32Array(1);
const float = new Float32Array(floatBits.buffer);

/**
 * The IEEE 754 binary16 bit patterns nearest to float32 values, ties to the even one, as NumPy's `astype('float16')`
 * has them: what lies beyond the range becomes infinite, and a NaN stays one.
 */
export function toFloat16(values: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    float[0] = values[i]!;
    halves[i] = float16Bits(floatBits[0]!);
  }
  return halves;
}

function float16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00 | ((magnitude >>> 13) & 0x3ff);
  // From halfway between the largest finite value and the one that would follow it.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // From 2⁻¹⁴ on the patterns differ by the exponents' biases and by the 13 bits that are rounded away.
  if (magnitude >= 0x38800000) return sign | rounded(magnitude - 0x38000000, 13);
  // Below 2⁻²⁵ and at it, where the tie goes to even, nothing is left.
  if (magnitude <= 0x33000000) return sign;
  const exponent = magnitude >>> 23;
  return sign | rounded((magnitude & 0x7fffff) | 0x800000, 126 - exponent);
}

/** bits / 2^shift to the nearest integer, ties to even. */
function rounded(bits: number, shift: number): number {
  const half = 2 ** (shift - 1);
  return (bits + half - 1 + ((bits >>> shift) & 1)) >>> shift;
}
