import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AudioProcessor } from '../../../../server/engine/encoders/audio/audioProcessor.ts';
import { readAudioProcessor } from '../../../../server/engine/encoders/audio/readAudioProcessor.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import oracle from '../../../oracle/audio.json' with { type: 'json' };
import transformersJs from '../../../oracle/audioTransformers.json' with { type: 'json' };
import { floatsOf, largestDifference, testSignal } from './testSignal.ts';

const folder = useTemporaryFolder();

async function processor(config: object, waveformSeconds?: number): Promise<AudioProcessor> {
  await writeFile(join(folder(), 'preprocessor_config.json'), JSON.stringify(config));
  return await readAudioProcessor(folder(), waveformSeconds === undefined ? {} : { waveformSeconds });
}

const whisper = { feature_extractor_type: 'WhisperFeatureExtractor' };
const clap = { feature_extractor_type: 'ClapFeatureExtractor', max_length_s: 1 };
const waveform = { feature_extractor_type: 'Wav2Vec2FeatureExtractor' };

describe('features are those of Hugging Face’s definitions', () => {
  it.each(oracle.features)('$name', async (example) => {
    const { seconds, rate, config, shape, mean, every, values } = example;
    const { samplingRate, inputs } = await processor(config);
    expect(samplingRate).toBe(rate);
    const { input_features, input_values, is_longer } = inputs(testSignal(seconds, rate));
    const { shape: found, data } = (input_features ?? input_values)!;
    expect(found).toEqual(shape);
    const numbers = data as Float32Array;
    expect(largestDifference(numbers, floatsOf(values), every)).toBeLessThan(1e-4);
    expect(numbers.reduce((sum, value) => sum + value, 0) / numbers.length).toBeCloseTo(mean, 4);
    if ('isLonger' in example) {
      expect(is_longer).toEqual({ shape: [1], data: Uint8Array.of(Number(example.isLonger)) });
    }
  });
});

describe('features are those of transformers.js', () => {
  it.each(transformersJs.features)('$name', async ({ seconds, rate, config, shape, every, values }) => {
    const { inputs } = await processor(config);
    const { input_features, input_values } = inputs(testSignal(seconds, rate));
    const { shape: found, data } = (input_features ?? input_values)!;
    expect([1, ...found]).toEqual(shape);
    expect(largestDifference(data as Float32Array, floatsOf(values), every)).toBeLessThan(
      transformersJs.tolerance,
    );
  });
});

describe('how much of a recording counts', () => {
  it.each([
    ['Whisper', whisper, 30],
    ['CLAP with one window', { ...clap, truncation: 'rand_trunc' }, 1],
    ['CLAP with fusion', { ...clap, truncation: 'fusion' }, Infinity],
    ['a waveform', waveform, Infinity],
  ])('%s', async (_, config, seconds) => {
    const { seconds: found } = await processor(config);
    expect(found).toBeGreaterThanOrEqual(seconds);
    if (Number.isFinite(seconds)) expect(found).toBeLessThan(seconds + 1);
  });

  it('what comes after changes nothing', async () => {
    for (const config of [
      { ...whisper, chunk_length: 1 },
      { ...clap, truncation: 'rand_trunc' },
    ]) {
      const { inputs, seconds, samplingRate } = await processor(config);
      const sound = testSignal(2, samplingRate);
      const start = sound.subarray(0, Math.ceil(seconds * samplingRate));
      expect(inputs(start)).toEqual(inputs(sound));
    }
  });
});

describe('waveforms', () => {
  const sound = Float32Array.of(1, 2, 3, 4);
  const spread = Math.sqrt(1.25 + 1e-7);
  const normal = [-1.5, -0.5, 0.5, 1.5].map((value) => value / spread);

  it('are left alone where the file says so', async () => {
    const { inputs } = await processor({ ...waveform, do_normalize: false });
    expect(inputs(sound)).toEqual({ input_values: { shape: [4], data: sound } });
  });

  it('are padded after they are normalised, with a mask', async () => {
    const { inputs } = await processor({ ...waveform, return_attention_mask: true }, 6 / 16_000);
    const { input_values, attention_mask } = inputs(sound);
    expect(input_values).toEqual({ shape: [6], data: Float32Array.of(...normal, 0, 0) });
    expect(attention_mask).toEqual({ shape: [6], data: BigInt64Array.of(1n, 1n, 1n, 1n, 0n, 0n) });
  });

  it('are cut before they are normalised', async () => {
    const { inputs } = await processor(waveform, 4 / 16_000);
    const { input_values } = inputs(Float32Array.of(...sound, 100));
    expect(input_values).toEqual({ shape: [4], data: Float32Array.from(normal) });
  });
});

describe('the description', () => {
  it('tells apart whatever changes the inputs, and nothing else', async () => {
    const describe = async (config: object, seconds?: number) =>
      (await processor(config, seconds)).description;
    const descriptions = [
      await describe(whisper),
      await describe({ ...whisper, feature_size: 128 }),
      await describe({ ...clap, truncation: 'fusion' }),
      await describe({ ...clap, truncation: 'rand_trunc' }),
      await describe(waveform),
      await describe(waveform, 1),
    ];
    expect(new Set(descriptions).size).toBe(descriptions.length);
    expect(await describe({ ...whisper, processor_class: 'WhisperProcessor', feature_size: 80 })).toBe(
      descriptions[0],
    );
  });
});

describe('files that cannot be used', () => {
  const cases: [string, object, RegExp][] = [
    ['without a type', {}, /feature_extractor_type/],
    [
      'another extractor',
      { feature_extractor_type: 'ASTFeatureExtractor' },
      /feature_extractor_type.*ASTFeatureExtractor/,
    ],
    ['an odd window', { ...whisper, n_fft: 401 }, /n_fft.*401/],
    ['noise', { ...whisper, dither: 0.1 }, /dither.*0\.1/],
    ['a length that would not fit into memory', { ...whisper, chunk_length: 1e6 }, /chunk_length/],
    ['frequencies the wrong way round', { ...clap, frequency_min: 15_000 }, /frequency_min.*15000.*14000/],
    ['an unknown truncation', { ...clap, truncation: 'none' }, /truncation.*none/],
    ['several values for a sample', { ...waveform, feature_size: 2 }, /feature_size.*2/],
  ];
  it.each(cases)('%s', async (_, config, message) => {
    await expect(processor(config)).rejects.toMatchObject({
      code: 'checkpoint-config',
      message: expect.stringMatching(message) as string,
    });
  });
});

it.each(['feature_extractor', 'audio_processor'])('is read from a processor_config.json: %s', async (key) => {
  const path = join(folder(), key);
  await mkdir(path);
  await writeFile(join(path, 'processor_config.json'), JSON.stringify({ [key]: clap }));
  expect((await readAudioProcessor(path)).description).toBe((await processor(clap)).description);
  await writeFile(
    join(path, 'processor_config.json'),
    JSON.stringify({ [key]: { ...clap, frequency_min: 9000, frequency_max: 8000 } }),
  );
  await expect(readAudioProcessor(path)).rejects.toMatchObject({
    code: 'checkpoint-config',
    message: expect.stringContaining(`processor_config.json: ${key}.frequency_min: `) as string,
  });
});
