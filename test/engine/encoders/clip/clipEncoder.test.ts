import { appendFile, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Encoder } from '../../../../server/engine/encoders/encoder.ts';
import { Random } from '../../../../server/engine/numerics/random.ts';
import { InputError } from '../../../../server/engine/problems.ts';
import { embedded, textItem } from '../encoderFixture.ts';
import { useRuns } from '../../useRuns.ts';
import {
  changeHeader,
  changeJson,
  checkpointFolder,
  checkpoints,
  copyCheckpoint,
  expected,
  keepTensors,
  loadClip,
  splitWeights,
} from './clipFixture.ts';

const { folder, run } = useRuns();

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

function expectClose(found: Float32Array, wanted: Float32Array): void {
  expect(found.length).toBe(wanted.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-4);
}

async function fingerprintOf(path: string, content: 'image' | 'text'): Promise<string> {
  return (await loadClip(path, content)).fingerprint;
}

describe.each(checkpoints)('a checkpoint with the names of %s', (name) => {
  const oracle = expected(name);

  it('embeds images as PyTorch does', async () => {
    const encoder = await loadClip(checkpointFolder(name), 'image');
    const pixels = floats(oracle.pixels);
    const items = [0, 1, 2].map((i) => {
      const data = pixels.subarray(i * 3 * 16 * 16, (i + 1) * 3 * 16 * 16);
      return { inputs: { pixel_values: { shape: [3, 16, 16], data } }, isTruncated: false };
    });
    const model = await encoder.open();
    const { data, columns } = await model.embed(items);
    await model.dispose();
    expect(columns).toBe(6);
    expectClose(data, floats(oracle.imageFeatures));
  });

  it('embeds texts as PyTorch does', async () => {
    const encoder = await loadClip(checkpointFolder(name), 'text');
    const { data } = await embedded(encoder, oracle.texts.map(textItem));
    expectClose(data, floats(oracle.textFeatures));
  });

  it('says what it is, with the learned logit scale', async () => {
    const encoder = await loadClip(checkpointFolder(name), 'text');
    expect(encoder.summary).toBe(
      `${name}, CLIP text transformer, logit scale ${oracle.logitScale.toFixed(2)}, 0.01 M parameters, 6 dimensions, on cpu`,
    );
    expect(encoder.logitScale).toBeCloseTo(oracle.logitScale, 4);
  });
});

describe('a tower that was saved alone', () => {
  it.each(['text', 'image'] as const)('%s', async (content) => {
    const tower = content === 'text' ? 'text' : 'vision';
    const copy = await copyCheckpoint('huggingFace', folder());
    const config = JSON.parse(await readFile(join(copy, 'config.json'), 'utf8')) as Record<string, object>;
    const flat = {
      ...config[`${tower}_config`],
      projection_dim: config['projection_dim'],
      model_type: `clip_${tower}_model`,
    };
    await writeFile(join(copy, 'config.json'), JSON.stringify(flat));
    await keepTensors(
      copy,
      (name) => /^(text|vis)/.exec(name)?.[1] === tower.slice(0, tower === 'text' ? 4 : 3),
    );
    const alone = await loadClip(copy, content);
    expect(alone.logitScale).toBeNull();
    if (content === 'image') return;
    const { texts, textFeatures } = expected('huggingFace');
    expectClose((await embedded(alone, texts.map(textItem))).data, floats(textFeatures));
  });
});

describe('a checkpoint in shards', () => {
  it('gives the same embeddings', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await splitWeights(copy);
    const oracle = expected('huggingFace');
    const { data } = await embedded(await loadClip(copy, 'text'), oracle.texts.map(textItem));
    expectClose(data, floats(oracle.textFeatures));
  });

  it('has a fingerprint that covers each of them', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await splitWeights(copy);
    const fingerprints = [await fingerprintOf(copy, 'image')];
    for (const number of [1, 2]) {
      const shard = join(copy, `model-0000${number}-of-00002.safetensors`);
      const bytes = await readFile(shard);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(shard, bytes);
      fingerprints.push(await fingerprintOf(copy, 'image'));
    }
    expect(new Set(fingerprints).size).toBe(3);
  });

  it('is not taken where one tensor is in two of them', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await splitWeights(copy);
    await cp(join(copy, 'model-00001-of-00002.safetensors'), join(copy, 'model-00002-of-00002.safetensors'));
    await expect(loadClip(copy, 'image')).rejects.toMatchObject({
      code: 'checkpoint-tensors',
      message: expect.stringMatching(/00002-of-00002.* logit_scale is in .*00001-of-00002/) as string,
    });
  });
});

describe('the fingerprint', () => {
  it('is that of the weights, the part and the preprocessing', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    const image = await fingerprintOf(copy, 'image');
    const text = await fingerprintOf(copy, 'text');
    expect(image).toMatch(/^[0-9a-f]{64}$/);
    expect(image).not.toBe(text);
    expect(await fingerprintOf(checkpointFolder('huggingFace'), 'image')).toBe(image);

    await changeJson(copy, 'preprocessor_config.json', { resample: 2 });
    const bilinear = await fingerprintOf(copy, 'image');
    expect(bilinear).not.toBe(image);
    expect(await fingerprintOf(copy, 'text')).toBe(text);

    await changeHeader(copy, (header) => ({ ...header }));
    const reordered = await fingerprintOf(copy, 'image');
    expect(reordered).not.toBe(bilinear);

    await appendFile(join(copy, 'tokenizer.json'), '\n');
    expect(await fingerprintOf(copy, 'image')).toBe(reordered);
  });
});

describe('a checkpoint that cannot be used', () => {
  async function failure(
    content: 'image' | 'text',
    damage: (copy: string) => Promise<void>,
  ): Promise<InputError> {
    const copy = await copyCheckpoint('huggingFace', folder());
    await damage(copy);
    const loaded: Encoder | InputError = await loadClip(copy, content).catch((error: unknown) => {
      if (error instanceof InputError) return error;
      throw error;
    });
    if (loaded instanceof InputError) return loaded;
    throw new Error('It was loaded');
  }

  it.each([
    ['image', 'config.json'],
    ['image', 'preprocessor_config.json'],
    ['text', 'tokenizer.json'],
  ] as const)('%s: without %s', async (content, file) => {
    const { code, message } = await failure(content, (copy) => rm(join(copy, file)));
    expect(code).toBe('checkpoint-file');
    expect(message).toContain(`${file} is not there`);
  });

  it.each([
    ['image', 'config.json'],
    ['image', 'preprocessor_config.json'],
    ['text', 'tokenizer.json'],
    ['text', 'tokenizer_config.json'],
  ] as const)('%s: with a broken %s', async (content, file) => {
    const { code, message } = await failure(content, (copy) => writeFile(join(copy, file), '{"a": '));
    expect(code).toBe('checkpoint-json');
    expect(message).toContain(`${file} is not JSON`);
  });

  it('needs no file of the other part', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await rm(join(copy, 'tokenizer.json'));
    await loadClip(copy, 'image');
  });

  it('names every missing tensor, wrong shape, wrong type and unknown tensor', async () => {
    const { code, message } = await failure('image', (copy) =>
      changeHeader(copy, (header) => {
        const { 'vision_model.post_layernorm.bias': gone, ...kept } = header;
        kept['surprise'] = gone!;
        kept['vision_model.pre_layrnorm.bias']!.shape = [4, 4];
        kept['visual_projection.weight']!.dtype = 'I32';
        return kept;
      }),
    );
    expect(code).toBe('checkpoint-tensors');
    for (const part of [
      'vision_model.post_layernorm.bias [16] is missing',
      'vision_model.pre_layrnorm.bias has the shape [4, 4], expected [16]',
      'visual_projection.weight holds I32, expected F16, BF16, F32 or F64',
      'surprise [16] is not part of the architecture',
    ]) {
      expect(message).toContain(part);
    }
  });

  it('names the layers beyond those of config.json', async () => {
    const config = { hidden_size: 8, intermediate_size: 32, num_attention_heads: 2, num_hidden_layers: 1 };
    const { code, message } = await failure('text', (copy) =>
      changeJson(copy, 'config.json', {
        text_config: { ...config, vocab_size: 523, max_position_embeddings: 12, eos_token_id: 2 },
      }),
    );
    expect(code).toBe('checkpoint-tensors');
    expect(message).toContain('text_model.encoder.layers.1.self_attn.k_proj.bias [8] is not part');
    expect(message).not.toContain('text_model.encoder.layers.0');
    expect(message).not.toContain('vision_model');
  });

  it('of another kind of model', async () => {
    const { code, message } = await failure('image', (copy) =>
      changeJson(copy, 'config.json', { model_type: 'blip' }),
    );
    expect(code).toBe('model-type');
    expect(message).toMatch(/config\.json: model_type: found blip; .* of clip and siglip .* ONNX export/);
  });
});

describe('a run', () => {
  it('embeds images and captions with both parts', async () => {
    const random = new Random(3);
    await mkdir(join(folder(), 'photos'));
    for (const [i, caption] of ['a red photo', 'photo of a thing', 'ring', 'a thing'].entries()) {
      const rgb = Uint8Array.from({ length: 24 * 20 * 3 }, () => random.integer(0, 256));
      await sharp(rgb, { raw: { width: 24, height: 20, channels: 3 } })
        .png()
        .toFile(join(folder(), 'photos', `${i}.png`));
      await writeFile(join(folder(), 'photos', `${i}.txt`), caption);
    }
    await copyCheckpoint('huggingFace', folder());
    const { report, embeddings } = await run({
      data: { kind: 'folder', path: 'photos', layout: 'pairs' },
      encoders: {
        image: { kind: 'pretrained', model: './checkpoint' },
        text: { kind: 'pretrained', model: './checkpoint' },
      },
      experiments: [{ kind: 'modality-gap', metrics: ['gap-distance', 'recall-at-1'] }],
    });
    expect(report.modalities).toMatchObject([
      { name: 'image', rows: 4, dimension: 6 },
      { name: 'text', rows: 4, dimension: 6 },
    ]);
    expect(report.modalities[0]!.source).toMatch(
      /^checkpoint, CLIP vision transformer, logit scale 33\.12, .* on cpu$/,
    );
    expect(report.modalities[1]!.source).toMatch(/^checkpoint, CLIP text transformer/);
    expect(report.notes.filter(({ code }) => code !== 'device')).toEqual([]);
    expect(report.results.map(({ metric }) => metric)).toContain('gap-distance');

    // The text's rows are what the encoder gives alone.
    const encoder = await loadClip(join(folder(), 'checkpoint'), 'text');
    const alone = await embedded(encoder, [textItem('a red photo')]);
    expectClose(embeddings![1]!.matrix.data.subarray(0, 6), alone.data);
  });
});
