/** One item's values for an input of a network, without the dimension of the batch. */
export interface AudioInput {
  readonly shape: readonly number[];
  /** Row-major. Bytes are truth values, big integers those of 64 bits. */
  readonly data: Float32Array | Uint8Array | BigInt64Array;
}

/** From sound to the inputs of a network, as a checkpoint's feature extractor does it. */
export interface AudioProcessor {
  /** In hertz. */
  readonly samplingRate: number;
  /** How much of a recording, from its start on, can change the inputs; Infinity for all of it. */
  readonly seconds: number;
  /** All that the inputs depend on besides the sound, as JSON: for fingerprints. */
  readonly description: string;
  /** @param mono At least one sample, at `samplingRate`. */
  readonly inputs: (mono: Float32Array) => Readonly<Record<string, AudioInput>>;
}

/**
 * Seconds that are needed of a recording of which `seconds` count: a little more, since resampling looks ahead, and
 * since some models are told that there is more.
 */
export function withMargin(seconds: number): number {
  return seconds + 0.1;
}

/** The first `length` samples, and `value` behind them where there are fewer. */
export function cutOrPad(samples: Float32Array, length: number, value: number): Float32Array {
  if (samples.length >= length) return samples.subarray(0, length);
  const padded = new Float32Array(length).fill(value, samples.length);
  padded.set(samples);
  return padded;
}
