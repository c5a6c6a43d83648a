import { readFileSync } from 'node:fs';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pretrained } from '../../../../server/engine/encoders/pretrained.ts';
import { loadItem } from '../../../../server/engine/encoders/loadedItem.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { changeHeader, changeJson, keepTensors } from '../clip/clipFixture.ts';
import { embedded, encoderContext, textItem } from '../encoderFixture.ts';

/** A thin checkpoint, and what PyTorch makes of it: see test/oracle/siglipCheckpoint.py. */
const checkpoint = resolve('test/oracle/siglipCheckpoint');
const oracle = JSON.parse(readFileSync(join(checkpoint, 'expected.json'), 'utf8')) as {
  readonly pixels: string;
  readonly imageFeatures: string;
  readonly texts: readonly string[];
  readonly tokens: readonly (readonly number[])[];
  readonly textFeatures: string;
};
const folder = useTemporaryFolder();

function load(content: 'image' | 'text', model = checkpoint): ReturnType<typeof pretrained.load> {
  return pretrained.load(pretrained.params.parse({ model }), encoderContext(content));
}

function floats(base64: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(base64, 'base64')).buffer);
}

function expectClose(found: Float32Array, wanted: Float32Array): void {
  expect(found.length).toBe(wanted.length);
  expect(Math.max(...found.map((value, i) => Math.abs(value - wanted[i]!)))).toBeLessThan(1e-4);
}

async function damaged(damage: (copy: string) => Promise<void>): Promise<string> {
  const copy = join(folder(), 'checkpoint');
  await cp(checkpoint, copy, { recursive: true });
  await damage(copy);
  return copy;
}

describe('a SigLIP checkpoint', () => {
  it('embeds images as PyTorch does', async () => {
    const encoder = await load('image');
    const pixels = floats(oracle.pixels);
    const items = [0, 1, 2].map((i) => {
      const data = pixels.subarray(i * 3 * 20 * 20, (i + 1) * 3 * 20 * 20);
      return { inputs: { pixel_values: { shape: [3, 20, 20], data } }, isTruncated: false };
    });
    const model = await encoder.open();
    const { data, columns } = await model.embed(items);
    await model.dispose();
    expect(columns).toBe(16);
    expectClose(data, floats(oracle.imageFeatures));
  });

  it('embeds texts as PyTorch does, padded with the end token', async () => {
    const encoder = await load('text');
    for (const [i, text] of oracle.texts.entries()) {
      const { inputs, isTruncated } = await encoder.prepare(await loadItem(textItem(text)));
      expect([...inputs['input_ids']!.data]).toEqual(oracle.tokens[i]);
      expect(isTruncated).toBe(text.length > 9);
    }
    const { data } = await embedded(encoder, oracle.texts.map(textItem));
    expectClose(data, floats(oracle.textFeatures));
  });

  it('says what it is, with what it has learned beside the weights', async () => {
    const encoder = await load('text');
    expect(encoder.summary).toBe(
      'siglipCheckpoint, SigLIP text transformer, logit scale 115.58, logit bias -12.50, 0.01 M parameters, 16 dimensions, on cpu',
    );
    expect(encoder.logitScale).toBeCloseTo(Math.exp(4.75), 4);
  });
});

describe('a SigLIP checkpoint that cannot be used', () => {
  it('without the bias, or with tensors that it does not know', async () => {
    const copy = await damaged((path) =>
      changeHeader(path, ({ logit_bias: bias, ...kept }) => ({ ...kept, surprise: bias! })),
    );
    await expect(load('image', copy)).rejects.toMatchObject({
      code: 'checkpoint-tensors',
      message: expect.stringMatching(
        /does not hold this SigLIP: logit_bias \[\] is missing; surprise \[1\] is not part/,
      ) as string,
    });
  });

  it.each([
    ['vision_config.vision_use_head', { vision_config: { vision_use_head: false } }],
    ['vision_config: The patch size', { vision_config: { image_size: 8, patch_size: 9 } }],
    ['text_config: The width', { text_config: { num_attention_heads: 7 } }],
    ['text_config.hidden_act', { text_config: { hidden_act: 'relu' } }],
  ])('with %s', async (key, changes) => {
    const copy = await damaged((path) => changeJson(path, 'config.json', changes));
    await expect(load('image', copy)).rejects.toMatchObject({
      code: 'checkpoint-config',
      message: expect.stringContaining(`config.json: ${key}`) as string,
    });
  });
});

describe('a tower of SigLIP that was saved alone', () => {
  const towerOf = (tower: 'text' | 'vision'): Promise<string> =>
    damaged(async (path) => {
      const config = JSON.parse(await readFile(join(path, 'config.json'), 'utf8')) as Record<string, object>;
      const architectures = [tower === 'text' ? 'SiglipTextModel' : 'SiglipVisionModel'];
      await writeFile(
        join(path, 'config.json'),
        JSON.stringify({ ...config[`${tower}_config`], architectures, model_type: `siglip_${tower}_model` }),
      );
      await keepTensors(path, (name) => name.startsWith(`${tower}_model.`));
    });

  it('embeds as the whole does, and has learned no temperature', async () => {
    const encoder = await load('text', await towerOf('text'));
    expect(encoder.logitScale).toBeNull();
    const { data } = await embedded(encoder, oracle.texts.map(textItem));
    expectClose(data, floats(oracle.textFeatures));
    expect((await load('image', await towerOf('vision'))).summary).toMatch(
      /^checkpoint, SigLIP vision transformer, 0.\d+ M parameters, 16 dimensions, on cpu$/,
    );
  });

  it('embeds nothing else', async () => {
    await expect(load('image', await towerOf('text'))).rejects.toMatchObject({
      code: 'model-type',
      message: expect.stringContaining(
        'found siglip_text_model, which embeds texts alone, expected a model for image',
      ) as string,
    });
  });
});

describe('models whose safetensors cannot be loaded are named', () => {
  it.each([
    [{ model_type: 'siglip2' }, 'SigLIP 2 for pictures of any shape (NaFlex)'],
    [
      { model_type: 'nomic_bert', auto_map: { AutoModel: 'a.B' } },
      'found nomic_bert, whose code comes with it, and is not run here; the',
    ],
    [
      { model_type: 'bert' },
      'found bert; the safetensors of clip and siglip can be loaded; other models take an ONNX export',
    ],
  ])('%o', async (config, reason) => {
    const copy = await damaged((path) => writeFile(join(path, 'config.json'), JSON.stringify(config)));
    await expect(load('text', copy)).rejects.toMatchObject({
      code: 'model-type',
      message: expect.stringContaining(reason) as string,
    });
  });
});
