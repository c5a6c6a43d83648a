/** A chirp up to 0.4 of the rate with noise; `signal` in test/oracle/audio.py draws the same. */
export function testSignal(seconds: number, rate: number): Float32Array {
  let state = 1;
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    state = (state * 16807) % 2147483647;
    const t = i / rate;
    const chirp = Math.sin(2 * Math.PI * (100 * t + ((0.4 * rate - 100) * t * t) / (2 * seconds)));
    return 0.4 * chirp + 0.05 * (state / 2147483647 - 0.5);
  });
}

/** The float32 values of a Base64 text. */
export function floatsOf(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

/** The largest difference between every `every`th of `values`, from the first on, and `expected`. */
export function largestDifference(values: ArrayLike<number>, expected: Float32Array, every: number): number {
  if (expected.length !== Math.ceil(values.length / every)) return Infinity;
  return expected.reduce((max, value, i) => Math.max(max, Math.abs(values[i * every]! - value)), 0);
}
