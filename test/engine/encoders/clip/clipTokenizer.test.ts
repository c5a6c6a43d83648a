import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readClipTokenizer } from '../../../../server/engine/encoders/clip/clipTokenizer.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { changeJson, checkpointFolder, checkpoints, copyCheckpoint, expected } from './clipFixture.ts';

const folder = useTemporaryFolder();
const context = 12;

describe('the tokenizer', () => {
  it.each(checkpoints)('%s: gives the tokens of an independent implementation', async (name) => {
    const { texts, tokens } = expected(name);
    const tokenizer = await readClipTokenizer(checkpointFolder(name), context, 1000);
    expect(texts.map((text) => [...tokenizer.tokens(text)])).toEqual(tokens);
  });

  it('keeps the end of a text that is too long', async () => {
    const tokenizer = await readClipTokenizer(checkpointFolder('huggingFace'), 5, 1000);
    const fitting = tokenizer.tokens('a b c');
    expect(fitting[4]).toBe(tokenizer.endToken);
    expect(fitting[3]).not.toBe(tokenizer.endToken);
    expect(tokenizer.tokens('a b c d')).toEqual(fitting);
    expect(tokenizer.tokens('a b c d e')).toEqual(fitting);
  });

  it('pads with what the files say, with the end where they say nothing', async () => {
    const copy = await copyCheckpoint('openai', folder());
    const last = async (): Promise<number> =>
      (await readClipTokenizer(copy, context, 1000)).tokens('a')[context - 1]!;
    expect(await last()).toBe(524);
    await changeJson(copy, 'tokenizer.json', { padding: { pad_id: 7 } });
    expect(await last()).toBe(7);
    await changeJson(copy, 'tokenizer.json', { padding: null });
    await rm(join(copy, 'tokenizer_config.json'));
    expect(await last()).toBe(522);
  });

  it('must fit the network', async () => {
    await expect(readClipTokenizer(checkpointFolder('huggingFace'), context, 522)).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('the token 522, but the network knows 522') as string,
    });
  });

  it('must put a start and an end around a text', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await changeJson(copy, 'tokenizer.json', { post_processor: null });
    await expect(readClipTokenizer(copy, context, 1000)).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('an empty text has 0 tokens, expected 2') as string,
    });
  });

  it('must be of a known kind', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await changeJson(copy, 'tokenizer.json', { pre_tokenizer: { type: 'Unheard' } });
    await expect(readClipTokenizer(copy, context, 1000)).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('it is no tokenizer that can be read') as string,
    });
  });
});
