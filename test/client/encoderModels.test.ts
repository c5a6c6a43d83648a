import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EncoderChoice } from '../../client/flow/choices.ts';
import { lookIntoModels, placedEncoders } from '../../client/flow/encoderModels.ts';
import { askModel, modelQuestion } from '../../server/facts/modelQuestion.ts';
import type { InputError } from '../../server/engine/problems.ts';
import type { DataDescription, ModelDescription } from '../../server/protocol/worker.ts';
import { describeModel } from '../../server/worker/describeModel.ts';

const captions: DataDescription = {
  reader: 'table',
  title: 'Table',
  data: { kind: 'table', path: 'pairs.csv' },
  rows: 12,
  notes: [],
  modalities: [
    { name: 'image', content: 'image', dimension: null },
    { name: 'text', content: 'text', dimension: null },
  ],
};
const oracle = (name: string): EncoderChoice => ({
  kind: 'pretrained',
  model: resolve('test/oracle', name),
});

/** As the server's worker answers. */
async function described(encoder: EncoderChoice, content: string): Promise<ModelDescription | null> {
  const question = modelQuestion({ ...encoder }, content);
  if (question === undefined) return null;
  const ask = (_: string, params: object) => describeModel(params as never);
  return askModel({ ask: ask }, question, resolve('.'), new AbortController().signal);
}

describe('models that were chosen', () => {
  it('are described before anything runs', async () => {
    const model = oracle('siglipCheckpoint');
    expect(await lookIntoModels(captions, { image: model, text: model }, described)).toEqual({
      kind: 'usable',
      description: expect.stringMatching(/^image: SiglipModel.* · text: SiglipModel/) as string,
    });
  });

  it('that a run would refuse are refused with its reason', async () => {
    const folder: EncoderChoice = { kind: 'pretrained', model: resolve('docs') };
    const found = await lookIntoModels(captions, { image: folder, text: folder }, described);
    const reason = await described(folder, 'image').catch((error: unknown) => (error as InputError).message);
    expect(found).toEqual({ kind: 'unusable', problem: 'This model cannot embed image', reason });
  });

  it('of different dimensions are refused', async () => {
    const sized = (dimension: number | null): ModelDescription => ({
      architecture: 'X',
      parameters: null,
      size: null,
      dimension,
      logitScale: null,
      isPresent: true,
    });
    const models = { image: oracle('a'), text: oracle('b') };
    const of = (text: number | null) =>
      lookIntoModels(captions, models, (_, content) =>
        Promise.resolve(sized(content === 'image' ? 512 : text)),
      );
    expect(await of(768)).toEqual({
      kind: 'unusable',
      problem: 'These models do not embed into one space',
      reason: 'image to 512 dimensions, text to 768 dimensions; expected the same',
    });
    expect(await of(null)).toEqual({ kind: 'usable', description: 'image: X, 512 dimensions · text: X' });
    expect((await of(512)).kind).toBe('usable');
  });

  it('that are not here yet are said to be downloaded', async () => {
    const encoder: EncoderChoice = { kind: 'pretrained', model: 'nobody/nothing-at-all' };
    expect(await lookIntoModels(captions, { text: encoder }, described)).toEqual({
      kind: 'usable',
      description: 'text: a model that is downloaded first',
    });
  });
});

describe('places of models', () => {
  it('are relative where they are below the folder of the configuration', () => {
    const folder = resolve('photos');
    const inside: EncoderChoice = { kind: 'pretrained', model: join(folder, 'models', 'clip') };
    const outside: EncoderChoice = { kind: 'onnx', path: resolve('elsewhere', 'model.onnx') };
    const hub: EncoderChoice = { kind: 'pretrained', model: 'openai/clip-vit-base-patch32' };
    expect(placedEncoders({ inside, outside, hub, random: { kind: 'random' } }, folder)).toEqual({
      inside: { kind: 'pretrained', model: './models/clip' },
      outside,
      hub,
      random: { kind: 'random' },
    });
  });
});
