import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  readTokenizer,
  type TokenizerOptions,
} from '../../../../server/engine/encoders/checkpoint/checkpointTokenizer.ts';
import { files } from '../../../oracle/tokenizers/files.mjs';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { changeJson, checkpointFolder, checkpoints, copyCheckpoint, expected } from '../clip/clipFixture.ts';

const folder = useTemporaryFolder();
const context = 12;

function fixed(length: number, vocabulary = 1000): TokenizerOptions {
  return { length, padding: 'full', vocabulary };
}

it.each([['vocab.json', 'merges.txt'], ['vocab.txt'], ['spiece.model'], ['tokenizer.model']])(
  'without tokenizer.json, with %s: says what makes it',
  async (...names) => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await rm(join(copy, 'tokenizer.json'));
    await expect(readTokenizer(copy, fixed(5))).rejects.toThrow(/is not there, .*; expected it in/);
    for (const name of names) await writeFile(join(copy, name), '');
    await expect(readTokenizer(copy, fixed(5))).rejects.toMatchObject({
      code: 'checkpoint-file',
      message: expect.stringContaining(
        `AutoTokenizer.from_pretrained("${copy}", use_fast=True).save_pretrained("${copy}")`,
      ) as string,
    });
  },
);

describe('the tokenizer', () => {
  it.each(checkpoints)('%s: gives the tokens of an independent implementation', async (name) => {
    const { texts, tokens } = expected(name);
    const tokenizer = await readTokenizer(checkpointFolder(name), fixed(context, 1000));
    expect(texts.map((text) => [...tokenizer.tokens(text).ids])).toEqual(tokens);
  });

  it('keeps the end of a text that is too long, and says that it was', async () => {
    const tokenizer = await readTokenizer(checkpointFolder('huggingFace'), fixed(5));
    const fitting = tokenizer.tokens('a b c');
    const [end] = tokenizer.suffix;
    expect([...fitting.ids].indexOf(end!)).toBe(4);
    expect(fitting.isTruncated).toBe(false);
    for (const text of ['a b c d', 'a b c d e']) {
      expect(tokenizer.tokens(text)).toEqual({ ...fitting, isTruncated: true });
    }
  });

  it('pads to a multiple of 16 where that is asked for, and masks the padding', async () => {
    const tokenizer = await readTokenizer(checkpointFolder('huggingFace'), {
      length: 40,
      padding: 'multiple',
      vocabulary: null,
    });
    const lengths = ['a', 'a b c d e f g h i j k l m n', 'a b c d e f g h i j k l m n o'].map((text) => {
      const { ids, attentionMask } = tokenizer.tokens(text);
      expect(attentionMask.length).toBe(ids.length);
      return [ids.length, attentionMask.reduce((sum, each) => sum + each, 0)];
    });
    expect(lengths).toEqual([
      [16, 3],
      [16, 16],
      [32, 17],
    ]);
  });

  it('pads with what the files say, with the end where they say nothing', async () => {
    const copy = await copyCheckpoint('openai', folder());
    const last = async (): Promise<number> =>
      (await readTokenizer(copy, fixed(context, 1000))).tokens('a').ids[context - 1]!;
    expect(await last()).toBe(523);
    await changeJson(copy, 'tokenizer.json', { padding: { pad_id: 7 } });
    expect(await last()).toBe(523);
    await rm(join(copy, 'tokenizer_config.json'));
    expect(await last()).toBe(7);
    await changeJson(copy, 'tokenizer.json', { padding: null });
    expect(await last()).toBe(522);
  });

  it('cuts and pads on the side that the files say', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await changeJson(copy, 'tokenizer.json', { truncation: { max_length: 9, direction: 'Left' } });
    const left = await readTokenizer(copy, fixed(5));
    expect(left.tokens('x a b c').ids).toEqual(left.tokens('a b c').ids);
    await changeJson(copy, 'tokenizer_config.json', { truncation_side: 'right', padding_side: 'left' });
    const right = await readTokenizer(copy, fixed(5));
    expect(right.tokens('a b c x').ids).toEqual(right.tokens('a b c').ids);
    expect([...right.tokens('a').attentionMask]).toEqual([0, 0, 1, 1, 1]);
  });

  it('lowers the case of BERT where its settings say so, whatever the tokenizer does', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await writeFile(join(copy, 'tokenizer.json'), JSON.stringify(files['bertCased']));
    const settings = { tokenizer_class: 'BertTokenizer', do_lower_case: true };
    const read = async (): Promise<number[]> => [...(await readTokenizer(copy, fixed(8))).tokens('Cat').ids];
    await writeFile(join(copy, 'tokenizer_config.json'), JSON.stringify({}));
    const cased = await read();
    await writeFile(join(copy, 'tokenizer_config.json'), JSON.stringify(settings));
    expect(await read()).not.toEqual(cased);
    expect(await read()).toEqual([...(await readTokenizer(copy, fixed(8))).tokens('cat').ids]);
  });

  it('must fit the network', async () => {
    await expect(readTokenizer(checkpointFolder('huggingFace'), fixed(context, 522))).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('the token 522, but the network knows 522') as string,
    });
  });

  it('must be of a known kind', async () => {
    const copy = await copyCheckpoint('huggingFace', folder());
    await changeJson(copy, 'tokenizer.json', { pre_tokenizer: { type: 'Unheard' } });
    await expect(readTokenizer(copy, fixed(context, 1000))).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('it is no tokenizer that can be read') as string,
    });
  });
});
