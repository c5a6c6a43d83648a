// Feature extractors of @huggingface/transformers on the signal of audio.py; writes audioTransformers.json.
// Run where that package is installed: node audioTransformers.mjs <path of test/oracle/audioTransformers.json>
import { writeFileSync } from 'node:fs';
import {
  ClapFeatureExtractor,
  env,
  Wav2Vec2FeatureExtractor,
  WhisperFeatureExtractor,
} from '@huggingface/transformers';

/** As in audio.py. */
function signal(seconds, rate) {
  let state = 1;
  return Float32Array.from({ length: Math.round(seconds * rate) }, (_, i) => {
    state = (state * 16807) % 2147483647;
    const t = i / rate;
    const chirp = Math.sin(2 * Math.PI * (100 * t + ((0.4 * rate - 100) * t * t) / (2 * seconds)));
    return 0.4 * chirp + 0.05 * (state / 2147483647 - 0.5);
  });
}

const whisper = {
  feature_extractor_type: 'WhisperFeatureExtractor',
  feature_size: 80,
  sampling_rate: 16000,
  hop_length: 160,
  n_fft: 400,
  chunk_length: 30,
  n_samples: 480000,
  nb_max_frames: 3000,
};
const clap = {
  feature_extractor_type: 'ClapFeatureExtractor',
  feature_size: 64,
  sampling_rate: 48000,
  hop_length: 480,
  fft_window_size: 1024,
  nb_frequency_bins: 513,
  frequency_min: 50,
  frequency_max: 14000,
  max_length_s: 2,
  nb_max_samples: 96000,
  padding: 'repeatpad',
  truncation: 'rand_trunc',
};
const waveform = {
  feature_extractor_type: 'Wav2Vec2FeatureExtractor',
  sampling_rate: 16000,
  feature_size: 1,
  do_normalize: true,
};
const cases = [
  ['Whisper, 80 mels', WhisperFeatureExtractor, whisper, 1.5],
  ['Whisper, 128 mels', WhisperFeatureExtractor, { ...whisper, feature_size: 128 }, 1.5],
  ['CLAP, repeated and padded', ClapFeatureExtractor, clap, 0.7],
  ['CLAP, of the right length', ClapFeatureExtractor, clap, 2],
  ['Wav2Vec2', Wav2Vec2FeatureExtractor, waveform, 0.2],
];
const features = [];
for (const [name, Extractor, config, seconds] of cases) {
  const rate = config.sampling_rate;
  const { input_features, input_values } = await new Extractor({ ...config })._call(signal(seconds, rate));
  const { dims, data } = input_features ?? input_values;
  const every = Math.max(1, Math.floor(data.length / 1500)) | 1;
  const values = Float32Array.from({ length: Math.ceil(data.length / every) }, (_, i) => data[i * every]);
  features.push({
    name,
    seconds,
    rate,
    config,
    shape: dims,
    every,
    values: Buffer.from(values.buffer).toString('base64'),
  });
}
const result = { transformers: env.version, tolerance: 1e-4, features };
writeFileSync(process.argv[2], `${JSON.stringify(result, null, 1)}\n`);
