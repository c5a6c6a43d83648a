import { readFileSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  readTextTokenizer,
  type TextInputs,
} from '../../../../server/engine/encoders/checkpoint/textTokenizer.ts';
import { ModelProtoSchema } from '../../../../server/engine/graph/onnx_pb.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { textItem } from '../encoderFixture.ts';
import { embedAll, expectClose, loadOnnx, loadPretrained } from '../onnxFixture.ts';

/** Texts as SigLIP and SigLIP 2 prepare them, and what a tower makes of them: see test/oracle/siglipTexts.py. */
const oracleFolder = resolve('test/oracle/siglipTexts');
type Way = 'siglip' | 'siglipCased' | 'siglip2' | 'other';
const oracle = JSON.parse(readFileSync(join(oracleFolder, 'expected.json'), 'utf8')) as {
  readonly texts: readonly string[];
  readonly tokens: Readonly<Record<Way, readonly (readonly number[])[]>>;
  readonly features: Readonly<Record<Way, string>>;
};
const length = 12;
const folder = useTemporaryFolder();

interface Files {
  readonly tokenizer: 'unigram' | 'bpe';
  readonly config?: object;
  readonly settings?: object;
  readonly processor?: object;
}

/** A folder with these files, and the tower as `transformers.js` lays it out. */
async function modelFolder({ tokenizer, config, settings, processor }: Files): Promise<string> {
  const path = join(folder(), 'model');
  await mkdir(join(path, 'onnx'), { recursive: true });
  await copyFile(join(oracleFolder, `${tokenizer}.json`), join(path, 'tokenizer.json'));
  await copyFile(join(oracleFolder, 'text_model.onnx'), join(path, 'onnx', 'text_model.onnx'));
  const contents = {
    'config.json': config,
    'tokenizer_config.json': settings,
    'preprocessor_config.json': processor,
  };
  for (const [name, content] of Object.entries(contents)) {
    if (content !== undefined) await writeFile(join(path, name), JSON.stringify(content));
  }
  return path;
}

const max = { model_max_length: length, pad_token: '<pad>' };
const whole = { model_type: 'siglip', text_config: { max_position_embeddings: length } };
const tower = { model_type: 'siglip_text_model', max_position_embeddings: length };

describe('the texts of SigLIP', () => {
  it.each<[string, Way, Files]>([
    [
      'a whole model',
      'siglip',
      {
        tokenizer: 'unigram',
        config: whole,
        settings: { tokenizer_class: 'SiglipTokenizer', pad_token: '<pad>' },
      },
    ],
    ['a tower alone', 'siglip', { tokenizer: 'unigram', config: tower, settings: { pad_token: '<pad>' } }],
    [
      'a class of a model alone',
      'siglip',
      { tokenizer: 'unigram', config: { architectures: ['SiglipTextModel'] }, settings: max },
    ],
    [
      'a class of a tokenizer alone',
      'siglip',
      { tokenizer: 'unigram', settings: { ...max, tokenizer_class: 'SiglipTokenizer' } },
    ],
    [
      'a class of a fast tokenizer',
      'siglip',
      { tokenizer: 'unigram', settings: { ...max, tokenizer_class: 'SiglipTokenizerFast' } },
    ],
    [
      'a class of a processor alone',
      'siglip',
      { tokenizer: 'unigram', settings: max, processor: { processor_class: 'SiglipProcessor' } },
    ],
    [
      'T5’s tokenizer, whose vocabulary it has',
      'siglip',
      { tokenizer: 'unigram', config: whole, settings: { ...max, tokenizer_class: 'T5Tokenizer' } },
    ],
    [
      'no name, but its looks',
      'siglip',
      { tokenizer: 'unigram', config: { max_position_embeddings: length }, settings: { pad_token: '<pad>' } },
    ],
    ['no configuration at all', 'siglip', { tokenizer: 'unigram', settings: max }],
    [
      'case as it is',
      'siglipCased',
      { tokenizer: 'unigram', config: whole, settings: { ...max, do_lower_case: false } },
    ],
    [
      'SigLIP 2 by its tokenizer',
      'siglip2',
      { tokenizer: 'bpe', config: whole, settings: { ...max, tokenizer_class: 'Siglip2Tokenizer' } },
    ],
    [
      'SigLIP 2 by its tokenizer alone',
      'siglip2',
      { tokenizer: 'bpe', settings: { ...max, tokenizer_class: 'Siglip2Tokenizer' } },
    ],
    [
      'SigLIP 2 by Gemma’s tokenizer',
      'siglip2',
      {
        tokenizer: 'bpe',
        config: whole,
        settings: { model_max_length: 1e30, pad_token: '<pad>', tokenizer_class: 'GemmaTokenizer' },
      },
    ],
    [
      'SigLIP 2, a tower alone',
      'siglip2',
      {
        tokenizer: 'bpe',
        config: { ...tower, model_type: 'siglip2_text_model' },
        settings: { pad_token: '<pad>' },
      },
    ],
    [
      'SigLIP with a tokenizer of somebody else',
      'other',
      { tokenizer: 'bpe', config: whole, settings: { ...max, tokenizer_class: 'BertTokenizer' } },
    ],
  ])('%s', async (_, way, files) => {
    const path = await modelFolder(files);
    const tokenizer = await readTextTokenizer(path, { length: null, takesMask: false });
    expect(oracle.texts.map((text) => [...tokenizer.tokens(text).ids])).toEqual(oracle.tokens[way]);
    expect(oracle.texts.every((text) => tokenizer.tokens(text).attentionMask.every((of) => of === 1))).toBe(
      true,
    );
  });

  it('are padded to what it was trained with where no file says it', async () => {
    const path = await modelFolder({ tokenizer: 'unigram', config: { model_type: 'siglip' } });
    expect((await readTextTokenizer(path, null)).tokens('a').ids.length).toBe(64);
  });

  it.each<[Way, Files]>([
    ['siglip', { tokenizer: 'unigram', config: tower, settings: { pad_token: '<pad>' } }],
    ['siglip', { tokenizer: 'unigram', settings: max }],
    [
      'siglip2',
      { tokenizer: 'bpe', config: whole, settings: { ...max, tokenizer_class: 'Siglip2Tokenizer' } },
    ],
  ])('%s: a tower embeds as PyTorch does', async (way, files) => {
    const path = await modelFolder(files);
    const items = oracle.texts.map(textItem);
    const encoder = await loadPretrained(path, 'text');
    expectClose((await embedAll(encoder, items)).data, oracle.features[way]);
    const single = await loadOnnx(join(path, 'onnx', 'text_model.onnx'), 'text', { processor: path });
    expectClose((await embedAll(single, items)).data, oracle.features[way]);
  });
});

describe('the texts of other models', () => {
  const files: Files = {
    tokenizer: 'bpe',
    config: { model_type: 'bert' },
    settings: { model_max_length: 512, pad_token: '<pad>' },
  };
  const lengthOf = async (inputs: TextInputs, settings = files.settings!): Promise<number> => {
    const tokenizer = await readTextTokenizer(await modelFolder({ ...files, settings }), inputs);
    return tokenizer.tokens('A thing').ids.length;
  };

  it('are padded where the model is told what is padding, or takes one length', async () => {
    expect(await lengthOf({ length: null, takesMask: true })).toBe(16);
    expect(await lengthOf({ length: 20, takesMask: true })).toBe(20);
    expect(await lengthOf({ length: 20, takesMask: false })).toBe(20);
  });

  it('are as long as they are where it would be embedded', async () => {
    expect(await lengthOf({ length: null, takesMask: false })).toBe(8);
  });

  it('have the length that an ONNX model says', async () => {
    const path = await modelFolder({ tokenizer: 'unigram', settings: { pad_token: '<pad>' } });
    const file = join(path, 'onnx', 'text_model.onnx');
    const proto = fromBinary(ModelProtoSchema, await readFile(file));
    const { value } = proto.graph!.input.find(({ name }) => name === 'input_ids')!.type!;
    if (value.case !== 'tensorType') throw new Error('The fixture has changed');
    value.value.shape!.dim[1]!.value = { case: 'dimValue', value: BigInt(length) };
    await writeFile(file, toBinary(ModelProtoSchema, proto));
    const { data } = await embedAll(await loadPretrained(path, 'text'), oracle.texts.map(textItem));
    expectClose(data, oracle.features.siglip);
  });
});
