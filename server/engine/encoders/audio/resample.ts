/** Zero crossings of the sinc on each side. */
const lowpassFilterWidth = 6;
/** The cut-off, as a part of the lower rate's highest frequency. */
const rolloff = 0.99;

/** For one place between two input samples: what the inputs around it are weighted with. */
interface Phase {
  /** The first input that counts, relative to the last one at or before the place's period. */
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * Resamples sound to another rate with a band-limited sinc: `torchaudio.functional.resample`'s defaults, which are
 * `sinc_interp_hann` with a `lowpass_filter_width` of 6 and a `rolloff` of 0.99. Before and after the sound is silence.
 * A tone far above the new highest frequency is lowered by about 55 dB.
 *
 * The weight of an input at the time u from an output, in periods of the cut-off, is sinc(u)·cos²(π·u / 12) for
 * |u| < 6, times the ratio of the cut-off to the input's rate (J. O. Smith, Digital Audio Resampling).
 *
 * @param samples At `from` samples a second.
 * @param from Hertz, a positive integer; `to` likewise.
 * @returns ⌈length · to / from⌉ samples; `samples` itself where the rates are equal.
 */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  if (from === to) return samples;
  const divisor = greatestCommonDivisor(from, to);
  const [period, outputsOfPeriod] = [from / divisor, to / divisor];
  const resampled = new Float32Array(Math.ceil((samples.length * outputsOfPeriod) / period));
  const phases = Array.from({ length: Math.min(outputsOfPeriod, resampled.length) }, (_, output) =>
    phaseOf(output, period, outputsOfPeriod),
  );
  for (let i = 0; i < resampled.length; i++) {
    const { first, weights } = phases[i % outputsOfPeriod]!;
    const start = Math.floor(i / outputsOfPeriod) * period + first;
    const end = Math.min(weights.length, samples.length - start);
    let sum = 0;
    for (let k = Math.max(0, -start); k < end; k++) sum += samples[start + k]! * weights[k]!;
    resampled[i] = sum;
  }
  return resampled;
}

function phaseOf(output: number, period: number, outputsOfPeriod: number): Phase {
  const cutOff = Math.min(period, outputsOfPeriod) * rolloff;
  /** Of an input, in periods of the cut-off. */
  const distance = (input: number) => (input / period - output / outputsOfPeriod) * cutOff;
  const place = (output * period) / outputsOfPeriod;
  const reach = (lowpassFilterWidth * period) / cutOff;
  const first = Math.ceil(place - reach);
  const weights = Float64Array.from({ length: Math.floor(place + reach) - first + 1 }, (_, k) => {
    const u = distance(first + k);
    const window = Math.cos((u * Math.PI) / lowpassFilterWidth / 2) ** 2;
    return (sinc(u) * window * cutOff) / period;
  });
  return { first, weights };
}

function sinc(u: number): number {
  return u === 0 ? 1 : Math.sin(Math.PI * u) / (Math.PI * u);
}

function greatestCommonDivisor(a: number, b: number): number {
  while (b !== 0) [a, b] = [b, a % b];
  return a;
}
