import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../server/worker/describeModel.ts';
import type { ModelDescription } from '../../server/protocol/worker.ts';
import { changeJson } from '../engine/encoders/clip/clipFixture.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const folder = useTemporaryFolder();

function described(model: string, content: string | null, given: object = {}): Promise<ModelDescription> {
  return describeModel({ model, revision: null, content, given: { ...given }, baseFolder: '.' });
}

async function copyOf(oracle: string): Promise<string> {
  const copy = join(folder(), 'model');
  await cp(resolve('test/oracle', oracle), copy, { recursive: true });
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

describe('what a run would refuse is known before', () => {
  it.each([
    ['siglipCheckpoint', 'text', 'tokenizer.json', 'checkpoint-file'],
    ['siglipCheckpoint', 'image', 'preprocessor_config.json', 'checkpoint-file'],
    ['siglipCheckpoint', 'image', 'model.safetensors', 'model-weights'],
    ['openClip/custom', 'text', 'open_clip_config.json', 'checkpoint-file'],
    ['onnxModels/split', 'text', 'tokenizer.json', 'checkpoint-file'],
    ['onnxModels/dual', 'image', 'preprocessor_config.json', 'checkpoint-file'],
  ])('%s, %s: without %s', async (oracle, content, file, code) => {
    const copy = await copyOf(oracle);
    await described(copy, content);
    await rm(join(copy, file));
    await expect(described(copy, content)).rejects.toMatchObject({ code });
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
