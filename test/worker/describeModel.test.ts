import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../server/worker/describeModel.ts';
import { describeOnnxModel } from '../../server/worker/describeOnnxModel.ts';
import type { ModelDescription } from '../../server/protocol/worker.ts';
import { changeJson } from '../engine/encoders/clip/clipFixture.ts';
import { oracle, writeSentenceModel } from '../engine/encoders/sentence/sentenceFixture.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const folder = useTemporaryFolder();

function described(model: string, content: string | null, given: object = {}): Promise<ModelDescription> {
  return describeModel({ model, revision: null, content, given: { ...given }, baseFolder: '.' });
}

async function copyOf(model: string): Promise<string> {
  const copy = join(folder(), 'model');
  await cp(resolve('test/oracle', model), copy, { recursive: true });
  return copy;
}

describe('a trained model in a folder', () => {
  it('of open_clip is described by its own files', async () => {
    expect(await described(resolve('test/oracle/openClip/siglip'), 'text')).toMatchObject({
      architecture: 'open_clip',
      dimension: 24,
      logitScale: expect.closeTo(Math.exp(4.5), 3) as number,
    });
  });

  it('that has its weights for two libraries has them once', async () => {
    const copy = await copyOf('siglipCheckpoint');
    const alone = await described(copy, 'text');
    await cp(join(copy, 'model.safetensors'), join(copy, 'open_clip_model.safetensors'));
    expect(await described(copy, 'text')).toEqual(alone);
  });
});

describe('the dimension of its embeddings is known before a run', () => {
  it.each([
    ['clipCheckpoint/huggingFace', 'image', {}, 6],
    ['clipCheckpoint/huggingFace', null, {}, 6],
    ['siglipCheckpoint', 'image', {}, 16],
    ['siglipCheckpoint', 'text', {}, 16],
    ['siglipCheckpoint', null, {}, 16],
    ['openClip/custom', 'image', {}, 8],
    ['openClip/siglip', 'text', {}, 24],
    ['onnxModels/split', 'image', {}, 8],
    ['onnxModels/split', 'text', {}, 8],
    ['onnxModels/audio', 'audio', {}, 8],
    ['onnxModels/sentence', 'text', {}, 8],
    // Its length is open, and what is usual need not be right for it.
    ['onnxModels/split', 'image', { output: 'last_hidden_state' }, null],
  ] as const)('%s, %s, %o', async (model, content, given, dimension) => {
    expect((await described(resolve('test/oracle', model), content, given)).dimension).toBe(dimension);
  });

  it('of each tower of a SigLIP, where they differ', async () => {
    const copy = await copyOf('siglipCheckpoint');
    const { text_config: text } = JSON.parse(await readFile(join(copy, 'config.json'), 'utf8')) as {
      text_config: object;
    };
    await changeJson(copy, 'config.json', { text_config: { ...text, projection_size: 9 } });
    expect((await described(copy, null)).dimension).toBeNull();
  });

  it('of CLAP and of SigLIP by their configuration, where it is not known what is embedded', async () => {
    await writeFile(join(folder(), 'config.json'), '{"model_type":"clap","projection_dim":512}');
    expect((await described(folder(), null)).dimension).toBe(512);
    await writeFile(
      join(folder(), 'config.json'),
      '{"model_type":"siglip","text_config":{"hidden_size":768},"vision_config":{"hidden_size":768}}',
    );
    expect((await described(folder(), null)).dimension).toBe(768);
  });

  it('after the modules of a sentence model', async () => {
    for (const { name, ...model } of oracle.cases) {
      if (model.given.output !== undefined) continue;
      const path = await writeSentenceModel(model, folder(), name.replaceAll(/\W/g, '-'));
      expect([name, (await described(path, 'text', model.given)).dimension]).toEqual([name, model.columns]);
      const onnx = await describeOnnxModel({
        entry: { kind: 'onnx', path: join(path, 'onnx/model.onnx'), processor: path, ...model.given },
        content: 'text',
        baseFolder: '.',
      });
      expect([name, onnx.dimension]).toEqual([name, model.columns]);
    }
  });
});

describe('what a run would refuse is known before', () => {
  it.each([
    ['siglipCheckpoint', 'text', 'tokenizer.json', 'checkpoint-file'],
    ['siglipCheckpoint', 'image', 'preprocessor_config.json', 'checkpoint-file'],
    ['siglipCheckpoint', 'image', 'model.safetensors', 'model-weights'],
    ['openClip/custom', 'text', 'open_clip_config.json', 'checkpoint-file'],
    ['onnxModels/split', 'text', 'tokenizer.json', 'checkpoint-file'],
    ['onnxModels/dual', 'image', 'preprocessor_config.json', 'checkpoint-file'],
  ])('%s, %s: without %s', async (model, content, file, code) => {
    const copy = await copyOf(model);
    await described(copy, content);
    await rm(join(copy, file));
    await expect(described(copy, content)).rejects.toMatchObject({ code });
  });

  it('a pooling of what was trained with its own', async () => {
    await expect(
      described(resolve('test/oracle/siglipCheckpoint'), 'text', { pooling: 'mean' }),
    ).rejects.toMatchObject({ code: 'model-pooling' });
  });

  it('types, towers and outputs too, where it is known what is embedded', async () => {
    const copy = await copyOf('siglipCheckpoint');
    await changeJson(copy, 'config.json', { model_type: 'siglip2' });
    await expect(described(copy, 'image')).rejects.toMatchObject({ code: 'model-type' });
    expect((await described(copy, null)).architecture).toBe('SiglipModel');
    const split = resolve('test/oracle/onnxModels/split');
    await expect(described(split, 'image', { output: 'surprise' })).rejects.toMatchObject({
      code: 'model-output',
    });
  });
});
