import { z } from 'zod';
import { readProcessorSettings } from '../checkpoint/processorFile.ts';
import type { AudioProcessor } from './audioProcessor.ts';
import { clapProcessor, clapSchema } from './clapFeatures.ts';
import { waveformProcessor, waveformSchema } from './waveformInput.ts';
import { whisperProcessor, whisperSchema } from './whisperFeatures.ts';

const schema = z.discriminatedUnion('feature_extractor_type', [whisperSchema, clapSchema, waveformSchema]);

/**
 * How a checkpoint wants its sound, as its `preprocessor_config.json` or `processor_config.json` says: that of Whisper, of CLAP, or a waveform.
 *
 * @param waveformSeconds Length that every waveform is brought to, for networks that take no other; null leaves each
 *   its own. Spectrograms have the length that the file says.
 * @throws InputError as `readProcessorSettings`; `checkpoint-config`, which names the key, also for what sound cannot be
 *   prepared with here.
 */
export async function readAudioProcessor(
  folder: string,
  { waveformSeconds = null }: { readonly waveformSeconds?: number | null } = {},
): Promise<AudioProcessor> {
  const { content, problem } = await readProcessorSettings(folder, 'audio', schema);
  switch (content.feature_extractor_type) {
    case 'WhisperFeatureExtractor':
      return whisperProcessor(content);
    case 'Wav2Vec2FeatureExtractor':
      return waveformProcessor(content, waveformSeconds);
    case 'ClapFeatureExtractor':
      if (content.frequency_min >= content.frequency_max) {
        throw problem(
          'frequency_min',
          `found ${content.frequency_min}, expected less than frequency_max, ${content.frequency_max}`,
        );
      }
      return clapProcessor(content);
  }
}
