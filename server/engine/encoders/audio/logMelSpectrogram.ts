import { RealFourier } from '../../numerics/realFourier.ts';
import type { MelFilter } from './melFilterBank.ts';

/** Power below it is taken for it, so that silence has a logarithm. */
const floor = 1e-10;

/** Row-major: a row a frame, a column a filter; each the logarithm to the base 10 of a filter's power. */
export interface LogMel {
  readonly frames: number;
  readonly filters: number;
  readonly values: Float64Array;
}

/**
 * The logarithm of a mel spectrogram, as `spectrogram` of Hugging Face's `audio_utils` has it with `center`,
 * `pad_mode="reflect"`, a periodic Hann window and `power=2`: frames of `windowLength` samples around every `hop`th
 * one, from the first on; the sound is mirrored at its ends.
 *
 * @param samples At least one.
 * @param windowLength Even.
 * @returns ⌊length / hop⌋ + 1 frames.
 */
export function logMelSpectrogram(
  samples: Float32Array,
  {
    windowLength,
    hop,
    filters,
  }: { readonly windowLength: number; readonly hop: number; readonly filters: readonly MelFilter[] },
): LogMel {
  const window = Float64Array.from(
    { length: windowLength },
    (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / windowLength),
  );
  const frames = Math.floor(samples.length / hop) + 1;
  const fourier = new RealFourier(windowLength);
  const frame = new Float64Array(windowLength);
  const power = new Float64Array(windowLength / 2 + 1);
  const values = new Float64Array(frames * filters.length).fill(Math.log10(floor));
  for (let i = 0; i < frames; i++) {
    const start = i * hop - windowLength / 2;
    let silent = true;
    for (let k = 0; k < windowLength; k++) {
      const at = start + k;
      const inside = at >= 0 && at < samples.length;
      const sample = samples[inside ? at : mirrored(at, samples.length)]!;
      if (sample !== 0) silent = false;
      frame[k] = sample * window[k]!;
    }
    // Most of what models pad short recordings with.
    if (silent) continue;
    fourier.power(frame, power);
    filters.forEach(({ first, weights }, filter) => {
      let sum = 0;
      for (let k = 0; k < weights.length; k++) sum += weights[k]! * power[first + k]!;
      values[i * filters.length + filter] = Math.log10(Math.max(floor, sum));
    });
  }
  return { frames, filters: filters.length, values };
}

/** The place inside that a place outside is mirrored from; the ends are not repeated. */
function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  const period = 2 * (length - 1);
  const within = ((at % period) + period) % period;
  return within < length ? within : period - within;
}
