import { z } from 'zod';
import { cutOrPad, withMargin, type AudioProcessor } from './audioProcessor.ts';
import { logMelSpectrogram } from './logMelSpectrogram.ts';
import { melFilterBank } from './melFilterBank.ts';
import { filterCount, hopLength, samplingRate, seconds, windowLength } from './processorSchema.ts';

/** Keys and defaults of Hugging Face's `WhisperFeatureExtractor`, which always makes its mel filters anew. */
export const whisperSchema = z.object({
  feature_extractor_type: z.literal('WhisperFeatureExtractor'),
  feature_size: filterCount.default(80),
  sampling_rate: samplingRate.default(16_000),
  hop_length: hopLength.default(160),
  chunk_length: seconds.default(30),
  n_fft: windowLength.default(400),
  padding_value: z.number().default(0),
  // Noise that is added before the transform.
  dither: z.literal(0).default(0),
});

/**
 * The input of a Whisper encoder: `input_features`, mel filters × frames, of the first `chunk_length` seconds; what is
 * shorter is padded. Values are logarithms to the base 10, no less than the largest one minus 8, plus 4, over 4.
 */
export function whisperProcessor(config: z.output<typeof whisperSchema>): AudioProcessor {
  const { feature_size: count, sampling_rate: rate, n_fft: fft, hop_length: hop } = config;
  const filters = melFilterBank({
    scale: 'slaney',
    filters: count,
    bins: fft / 2 + 1,
    samplingRate: rate,
    frequencies: [0, 8000],
  });
  return {
    samplingRate: rate,
    seconds: withMargin(config.chunk_length),
    description: JSON.stringify(config),
    inputs: (mono) => {
      const samples = cutOrPad(mono, config.chunk_length * rate, config.padding_value);
      const { frames, values } = logMelSpectrogram(samples, { windowLength: fft, hop, filters });
      // The last frame, whose second half is beyond the end, is dropped.
      const kept = frames - 1;
      const loudest = values.subarray(0, kept * count).reduce((a, b) => Math.max(a, b), -Infinity);
      const data = new Float32Array(count * kept);
      for (let frame = 0; frame < kept; frame++) {
        for (let filter = 0; filter < count; filter++) {
          data[filter * kept + frame] = (Math.max(values[frame * count + filter]!, loudest - 8) + 4) / 4;
        }
      }
      return { input_features: { shape: [count, kept], data } };
    },
  };
}
