/** Full-range YCbCr, interleaved, to RGB in Pillow's rounding (ConvertYCbCr.c: tables in 64ths, cut below). */
export function pillowYccToRgb(ycc: Uint8Array): Uint8Array {
  const rgb = new Uint8ClampedArray(ycc.length);
  for (let i = 0; i < ycc.length; i += 3) {
    const y = ycc[i]!;
    const blue = ycc[i + 1]! - 128;
    const red = ycc[i + 2]! - 128;
    rgb[i] = y + (in64ths(1.402, red) >> 6);
    rgb[i + 1] = y + ((in64ths(-0.34414, blue) + in64ths(-0.71414, red)) >> 6);
    rgb[i + 2] = y + (in64ths(1.772, blue) >> 6);
  }
  return new Uint8Array(rgb.buffer);
}

function in64ths(factor: number, value: number): number {
  return Math.trunc(factor * 64 * value + 0.5);
}
