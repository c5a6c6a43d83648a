import { z } from 'zod';
import { cutOrPad, withMargin, type AudioInput, type AudioProcessor } from './audioProcessor.ts';
import { samplingRate } from './processorSchema.ts';

/** Keys and defaults of Hugging Face's `Wav2Vec2FeatureExtractor`. */
export const waveformSchema = z.object({
  feature_extractor_type: z.literal('Wav2Vec2FeatureExtractor'),
  feature_size: z.literal(1).default(1),
  sampling_rate: samplingRate.default(16_000),
  padding_value: z.number().default(0),
  padding_side: z.literal('right').default('right'),
  do_normalize: z.boolean().default(true),
  return_attention_mask: z.boolean().default(false),
});

/**
 * The inputs of an encoder of waveforms: `input_values`, the samples, of zero mean and unit variance where
 * `do_normalize` says so; and `attention_mask`, 1 for sound and 0 for padding, where `return_attention_mask` does.
 *
 * @param length Seconds that every input has: what is longer is cut before it is normalised, what is shorter is padded
 *   after. Null leaves each recording its own length.
 */
export function waveformProcessor(
  config: z.output<typeof waveformSchema>,
  length: number | null,
): AudioProcessor {
  const samples = length === null ? null : Math.round(length * config.sampling_rate);
  return {
    samplingRate: config.sampling_rate,
    seconds: length === null ? Infinity : withMargin(length),
    description: JSON.stringify({ ...config, samples }),
    inputs: (mono) => {
      const count = samples ?? mono.length;
      const sound = mono.subarray(0, count);
      const values = config.do_normalize ? normalised(sound) : sound;
      const shape = [count];
      const inputs: Record<string, AudioInput> = {
        input_values: { shape, data: cutOrPad(values, count, config.padding_value) },
      };
      if (config.return_attention_mask) {
        inputs['attention_mask'] = { shape, data: new BigInt64Array(count).fill(1n, 0, sound.length) };
      }
      return inputs;
    },
  };
}

/** (x − mean) / √(variance + 1e−7). */
function normalised(sound: Float32Array): Float32Array {
  let sum = 0;
  for (const value of sound) sum += value;
  const mean = sum / sound.length;
  let squares = 0;
  for (const value of sound) squares += (value - mean) ** 2;
  const deviation = Math.sqrt(squares / sound.length + 1e-7);
  return sound.map((value) => (value - mean) / deviation);
}
