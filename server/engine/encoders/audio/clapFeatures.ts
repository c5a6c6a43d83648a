import { z } from 'zod';
import { cutOrPad, withMargin, type AudioProcessor } from './audioProcessor.ts';
import { logMelSpectrogram, type LogMel } from './logMelSpectrogram.ts';
import { melFilterBank } from './melFilterBank.ts';
import { filterCount, frequency, hopLength, samplingRate, seconds, windowLength } from './processorSchema.ts';

/** Keys and defaults of Hugging Face's `ClapFeatureExtractor`, which never uses its `top_db`. */
export const clapSchema = z.object({
  feature_extractor_type: z.literal('ClapFeatureExtractor'),
  feature_size: filterCount.default(64),
  sampling_rate: samplingRate.default(48_000),
  hop_length: hopLength.default(480),
  max_length_s: seconds.default(10),
  fft_window_size: windowLength.default(1024),
  padding_value: z.number().default(0),
  frequency_min: frequency.default(0),
  frequency_max: frequency.default(14_000),
  truncation: z.enum(['fusion', 'rand_trunc']).default('fusion'),
  padding: z.enum(['repeatpad', 'repeat', 'pad']).default('repeatpad'),
});

type ClapConfig = z.output<typeof clapSchema>;

/** Which window of a longer recording stands for the random one; part of the description, since inputs depend on it. */
const windows = { rand_trunc: 'first', fusion: 'first, middle and last' } as const;

/**
 * The inputs of a CLAP audio encoder: `input_features`, 1 (`rand_trunc`) or 4 (`fusion`) × frames × mel filters, in
 * decibels, and `is_longer`, whether the recording is longer than `max_length_s`.
 *
 * Where Hugging Face's extractor draws at random, this one is deterministic. `rand_trunc` takes the first window, so
 * that no more of a file need be decoded. `fusion` takes the first window, the one in the middle of the second third,
 * and the last one, behind the whole shrunk to the length of one; and where no recording of a batch is longer, none is
 * said to be.
 */
export function clapProcessor(config: ClapConfig): AudioProcessor {
  const fuses = config.truncation === 'fusion';
  const windowSamples = config.max_length_s * config.sampling_rate;
  const filters = melFilterBank({
    scale: fuses ? 'htk' : 'slaney',
    filters: config.feature_size,
    bins: config.fft_window_size / 2 + 1,
    samplingRate: config.sampling_rate,
    frequencies: [config.frequency_min, config.frequency_max],
  });
  const layout = { windowLength: config.fft_window_size, hop: config.hop_length, filters };
  const decibels = (samples: Float32Array): LogMel => {
    const mel = logMelSpectrogram(samples, layout);
    return { ...mel, values: mel.values.map((value) => 10 * value) };
  };
  const windowFrames = Math.floor(windowSamples / config.hop_length) + 1;
  return {
    samplingRate: config.sampling_rate,
    seconds: fuses ? Infinity : withMargin(config.max_length_s),
    description: JSON.stringify({ ...config, windows: windows[config.truncation] }),
    inputs: (mono) => {
      const longer = mono.length > windowSamples;
      const samples = longer
        ? mono.subarray(0, fuses ? mono.length : windowSamples)
        : lengthened(mono, windowSamples, config);
      const mel = decibels(samples);
      const cut = mel.frames > windowFrames;
      const { values } = mel;
      const repeated = fuses ? [values, values, values, values] : [values];
      const parts = cut ? fused(mel, windowFrames) : repeated;
      const data = new Float32Array(parts.length * windowFrames * mel.filters);
      parts.forEach((part, i) => {
        data.set(part, i * windowFrames * mel.filters);
      });
      return {
        input_features: { shape: [parts.length, windowFrames, mel.filters], data },
        // As there, a recording that is longer by less than a frame is not longer to a model that fuses.
        is_longer: { shape: [1], data: Uint8Array.of(Number(fuses ? cut : longer)) },
      };
    },
  };
}

/** Repeated, if so configured, and padded. */
function lengthened(
  mono: Float32Array,
  length: number,
  { padding, padding_value }: ClapConfig,
): Float32Array {
  const whole = Math.floor(length / mono.length);
  const repetitions = { pad: 1, repeatpad: whole, repeat: whole + 1 }[padding];
  const repeated = new Float32Array(Math.min(length, repetitions * mono.length));
  for (let at = 0; at < repeated.length; at += mono.length) {
    repeated.set(mono.subarray(0, repeated.length - at), at);
  }
  return cutOrPad(repeated, length, padding_value);
}

/** The whole, shrunk to a window's frames, and three windows of it. */
function fused(mel: LogMel, windowFrames: number): Float64Array[] {
  const { frames, filters, values } = mel;
  const starts = frames - windowFrames + 1;
  // Thirds as `numpy.array_split` makes them: earlier ones are longer by one where they differ.
  const [first, second] = [Math.ceil(starts / 3), Math.ceil((starts - 1) / 3)];
  const last = starts >= 3 ? starts - 1 : 0;
  return [
    shrunk(mel, windowFrames),
    ...[0, first + Math.floor(second / 2), last].map((start) =>
      values.subarray(start * filters, (start + windowFrames) * filters),
    ),
  ];
}

/** Linearly interpolated along time, as `torch.nn.functional.interpolate` does it without `align_corners`. */
function shrunk({ frames, filters, values }: LogMel, length: number): Float64Array {
  const result = new Float64Array(length * filters);
  for (let i = 0; i < length; i++) {
    const place = Math.max(0, ((i + 0.5) * frames) / length - 0.5);
    const before = Math.floor(place);
    const after = Math.min(frames - 1, before + 1);
    for (let k = 0; k < filters; k++) {
      const [left, right] = [values[before * filters + k]!, values[after * filters + k]!];
      result[i * filters + k] = left + (right - left) * (place - before);
    }
  }
  return result;
}
