import { decodeAudio } from '../../datasets/decodeAudio.ts';
import type { AudioProcessor } from '../audio/audioProcessor.ts';
import { mixToMono } from '../audio/mixToMono.ts';
import { resample } from '../audio/resample.ts';
import type { Preparation } from './preparation.ts';
import { itemOf } from './preparation.ts';

/** Sound as the processor makes it: `input_features` of a spectrogram, or `input_values` of a waveform. */
export function audioInput(processor: AudioProcessor): Preparation {
  const { samplingRate, seconds, description } = processor;
  return {
    identity: { audio: description },
    preparesCheaply: false,
    async prepare(item) {
      const { bytes, name } = itemOf(item, 'audio');
      const { sampleRate, channels } = await decodeAudio(bytes, name, { seconds });
      const mono = resample(mixToMono(channels), sampleRate, samplingRate);
      return { inputs: processor.inputs(mono), isTruncated: false };
    },
  };
}
