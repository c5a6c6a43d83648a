import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxParts } from '../../../../server/engine/encoders/onnxParts.ts';
import type { TokenEmbeddings } from '../../../../server/engine/encoders/pooling.ts';
import { processModel } from '../../../../server/engine/encoders/processModel.ts';
import { sentenceHead } from '../../../../server/engine/encoders/sentence/sentenceHead.ts';
import { readSentenceModel } from '../../../../server/engine/encoders/sentence/sentenceModel.ts';
import type { ModelProcess } from '../../../../server/engine/runtime/modelProcess.ts';
import { startModel } from '../../../../server/engine/runtime/modelProcess.ts';
import { describeModel } from '../../../../server/worker/describeModel.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { encoderContext, textItem } from '../encoderFixture.ts';
import {
  embedAll,
  embedPrepared,
  expectClose,
  expectSameRowsInBatches,
  loadOnnx,
  loadPretrained,
  modelFile as otherModel,
  prepareAll,
  problemOf,
} from '../onnxFixture.ts';
import {
  caseOf,
  oracle,
  transformerFile,
  writeSentenceModel,
  type SentenceFiles,
} from './sentenceFixture.ts';

const folder = useTemporaryFolder();
const texts = oracle.texts.map(textItem);
const context = encoderContext('text');

describe('embeddings are those of PyTorch', () => {
  const processes: Record<string, ModelProcess> = {};
  let models: string;
  beforeAll(async () => {
    models = await mkdtemp(join(tmpdir(), 'sentence-models-'));
    for (const model of ['tokens', 'whole'] as const) {
      const file = transformerFile(model);
      processes[model] = await startModel(file, { name: file, device: 'cpu', signal: context.signal });
    }
  });
  afterAll(async () => {
    await Promise.all(Object.values(processes).map((process) => process.kill()));
    await rm(models, { recursive: true });
  });

  it.each(oracle.cases.map((each, number) => ({ ...each, number })))('$name', async (given) => {
    const path = await writeSentenceModel(given, models, String(given.number));
    const modelFile = join(path, 'onnx', 'model.onnx');
    const sentence = await readSentenceModel(path);
    const parts = await onnxParts(path, sentence, { ...given.given, modelFile, isWhole: true }, context);
    const process = processes[given.model]!;
    const chosen = parts.head.choose(modelFile, process.outputs);
    expect(chosen.finish).toBeNull();
    const encoder = {
      ...parts.preparation,
      ...{ fingerprint: '', summary: '', logitScale: null, batchSize: null },
      open: () =>
        Promise.resolve({
          ...processModel(process, { name: path, ...chosen }),
          dispose: () => Promise.resolve(),
        }),
    };
    const before = parts.prompt?.text ?? '';
    const items = await prepareAll(
      encoder,
      oracle.texts.map((text) => textItem(before + text)),
    );
    const { data, columns } = await embedPrepared(encoder, items);
    expect(columns).toBe(given.columns);
    expectClose(data, given.embeddings, 2e-5);
  });
});

describe('an encoder', () => {
  it('follows the modules, by a folder and by an ONNX file with that folder beside it', async () => {
    const { embeddings, ...files } = caseOf('two dense layers, then normalised');
    const path = await writeSentenceModel(files, folder());
    const encoder = await loadPretrained(path, 'text');
    expect(encoder.summary).toBe(
      'model, onnx/model.onnx, mean of tokens, dense 6 → 6 with Tanh, dense 6 → 3, normalised, 24 tokens at most, on cpu',
    );
    expectClose((await embedAll(encoder, texts)).data, embeddings, 2e-5);
    const alone = await loadOnnx(join(path, 'onnx', 'model.onnx'), 'text', { processor: path });
    expectClose((await embedAll(alone, texts)).data, embeddings, 2e-5);
    await expectSameRowsInBatches(encoder, texts.slice(0, 3));
  });

  it('puts the default prompt before every text, and says so', async () => {
    const { embeddings, ...files } = caseOf('the prompt left out, mean, old');
    const encoder = await loadPretrained(await writeSentenceModel(files, folder()), 'text');
    expect(encoder.summary).toMatch(
      /, mean of tokens without the prompt, 24 tokens at most, on cpu, prompt query \("query: "\)$/,
    );
    expect(encoder.notes).toEqual([
      { code: 'default-prompt', message: expect.stringContaining('prompt: ""') as string },
    ]);
    expectClose((await embedAll(encoder, texts)).data, embeddings, 2e-5);
  });

  it('says what a pooling that is asked for replaces', async () => {
    const files = caseOf('every pooling');
    const path = await writeSentenceModel(files, folder());
    const { notes, summary } = await loadPretrained(path, 'text', { pooling: 'max' });
    expect(summary).toContain('max of tokens');
    expect(notes!.map(({ code }) => code)).toEqual(['pooling-replaced']);
    const same = await loadPretrained(
      await writeSentenceModel(caseOf('pooling cls'), folder(), 'b'),
      'text',
      { pooling: 'first' },
    );
    expect(same.notes).toEqual([]);
  });

  it('has the fingerprint of what it does', async () => {
    const path = await writeSentenceModel(caseOf('the prompt left out, mean, old'), folder());
    const fingerprint = async (given = {}) => (await loadPretrained(path, 'text', given)).fingerprint;
    const prints = [
      await fingerprint(),
      await fingerprint({ prompt: '' }),
      await fingerprint({ prompt: 'passage' }),
    ];
    await writeFile(join(path, '1_Pooling', 'config.json'), JSON.stringify({ pooling_mode: 'max' }));
    prints.push(await fingerprint());
    await writeFile(join(path, 'sentence_bert_config.json'), JSON.stringify({ max_seq_length: 5 }));
    prints.push(await fingerprint());
    expect(new Set(prints).size).toBe(prints.length);
  });

  it('puts a prompt before texts of models without modules too', async () => {
    const plain = await loadPretrained(otherModel('sentence'), 'text');
    const prompted = await loadPretrained(otherModel('sentence'), 'text', { prompt: 'a photo of ' });
    const [found, wanted] = await Promise.all([
      embedAll(prompted, [textItem('a red thing')]),
      embedAll(plain, [textItem('a photo of a red thing')]),
    ]);
    expect(found.data).toEqual(wanted.data);
  });

  it('takes a CLIP from the folder that older versions keep it in', async () => {
    const path = join(folder(), 'clip');
    await mkdir(path);
    await cp(otherModel('split'), join(path, '0_CLIPModel'), { recursive: true });
    await writeFile(
      join(path, 'modules.json'),
      JSON.stringify([
        { idx: 0, name: '0', path: '0_CLIPModel', type: 'sentence_transformers.models.CLIPModel' },
      ]),
    );
    const [found, wanted] = await Promise.all(
      [path, otherModel('split')].map(async (model) =>
        embedAll(await loadPretrained(model, 'text'), [textItem('a red photo')]),
      ),
    );
    expect(found!.data).toEqual(wanted!.data);
    expect((await loadPretrained(path, 'image')).summary).toBe('clip, onnx/vision_model.onnx, on cpu');
  });
});

describe('the head', () => {
  it('takes no notice of padding, to the bit, whatever the modules', async () => {
    const names = [
      'every pooling',
      'dense of the tokens',
      'tokens normalised',
      'layer norm',
      'the prompt left out, weightedmean, old',
    ];
    const models = await Promise.all(
      names.map(
        async (name, i) =>
          (await readSentenceModel(await writeSentenceModel(caseOf(name), folder(), String(i))))!,
      ),
    );
    const outputs = [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', 'tokens', 6] }];
    const value = fc.double({ min: -1e3, max: 1e3, noNaN: true }).map(Math.fround);
    fc.assert(
      fc.property(
        fc.constantFrom(...models),
        fc.array(fc.array(value, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 7 }),
        fc.nat(9),
        fc.nat(3),
        (model, rows, padding, promptTokens) => {
          const head = sentenceHead(model, { output: undefined, promptTokens, isChanged: false });
          const { pool } = head.choose('a.onnx', outputs);
          const given = (more: number): TokenEmbeddings => ({
            rows: 1,
            tokens: rows.length + more,
            columns: 6,
            data: Float32Array.from([...rows.flat(), ...new Array<number>(6 * more).fill(7e4)]),
            mask: new Int32Array(rows.length + more).fill(1, 0, rows.length),
          });
          expect(pool(given(padding))).toEqual(pool(given(0)));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses tokens that are not those of its input', async () => {
    const model = await readSentenceModel(await writeSentenceModel(caseOf('pooling mean'), folder()));
    const { pool } = sentenceHead(model!, { output: undefined, promptTokens: 0, isChanged: false }).choose(
      'a.onnx',
      [{ name: 'last_hidden_state', type: 'float32', shape: ['batch', 'tokens', 6] }],
    );
    const tokens = { rows: 1, tokens: 2, columns: 6, data: new Float32Array(12), mask: null };
    expect(() => pool(tokens)).toThrow(/padding cannot be told/);
  });
});

const mean = { '1_Pooling/config.json': { pooling_mode: 'mean', embedding_dimension: 6 } };
const listed = (...types: readonly string[]) =>
  types.map((type, idx) => ({
    idx,
    name: String(idx),
    path: idx === 0 ? '' : `${idx}_${type.split('.').at(-1)!}`,
    type,
  }));
const old = (name: string): string => `sentence_transformers.models.${name}`;
const transformer = old('Transformer');
const pooled = listed(transformer, old('Pooling'));
const denseModules = listed(transformer, old('Pooling'), old('Dense'));
const denseConfig = {
  in_features: 6,
  out_features: 3,
  bias: true,
  activation_function: 'torch.nn.modules.activation.Tanh',
};
const denseWeights = { '2_Dense/model.safetensors': 'linear.safetensors' };

describe('what is not computed here is refused, by validate too', () => {
  it.each<[string, Partial<SentenceFiles>, Readonly<Record<string, unknown>>, string, RegExp]>([
    [
      'a module of the library',
      { files: { 'modules.json': listed(transformer, old('WeightedLayerPooling')) } },
      {},
      'model-module',
      /module WeightedLayerPooling in 1_WeightedLayerPooling: a weighted sum of the layers .*\.encode\(texts\)/,
    ],
    [
      'code of the model’s own',
      { files: { ...mean, 'modules.json': [...pooled, { path: '2_X', type: 'custom.Twist' }] } },
      {},
      'model-module',
      /custom\.Twist in 2_X: code of the model’s own, which is not run/,
    ],
    [
      'another beginning',
      { files: { 'modules.json': listed(old('BoW'), old('Dense')) } },
      {},
      'model-module',
      /module BoW: counts of words, which is not computed here \(Transformer, CLIPModel are\)/,
    ],
    [
      'a sparse model',
      {
        files: {
          'modules.json': listed(transformer, 'sentence_transformers.sparse_encoder.models.SpladePooling'),
        },
      },
      {},
      'model-module',
      /module SpladePooling in 1_SpladePooling: sparse embeddings, /,
    ],
    [
      'a cross-encoder',
      {
        files: {
          ...mean,
          'modules.json': pooled,
          'config_sentence_transformers.json': { model_type: 'CrossEncoder' },
        },
      },
      {},
      'model-module',
      /found CrossEncoder/,
    ],
    [
      'no pooling',
      { files: { 'modules.json': listed(transformer) } },
      {},
      'model-module',
      /expected Pooling/,
    ],
    [
      'code that gives tokens',
      { files: { ...mean, 'modules.json': listed('custom_st.Transformer', old('Pooling')) } },
      {},
      'model-module',
      /takes token_embeddings, which nothing before it gives/,
    ],
    [
      'a folder outside',
      { files: { 'modules.json': [{ path: '../x', type: transformer }] } },
      {},
      'checkpoint-config',
      /expected a folder within/,
    ],
    [
      'no file of a module',
      { files: { 'modules.json': pooled } },
      {},
      'checkpoint-file',
      /1_Pooling.config\.json is not there/,
    ],
    [
      'a mode',
      { files: { 'modules.json': pooled, '1_Pooling/config.json': { pooling_mode: 'median' } } },
      {},
      'checkpoint-config',
      /pooling_mode/,
    ],
    [
      'modes that versions read in different ways',
      { files: { 'modules.json': pooled, '1_Pooling/config.json': { pooling_mode_cls_token: true } } },
      {},
      'checkpoint-config',
      /pooling_mode_mean_tokens: found nothing/,
    ],
    [
      'an activation',
      {
        files: {
          ...mean,
          'modules.json': denseModules,
          '2_Dense/config.json': { ...denseConfig, activation_function: 'os.system' },
        },
        weights: denseWeights,
      },
      {},
      'checkpoint-config',
      /found os\.system; known are/,
    ],
    [
      'one that has learned',
      {
        files: {
          ...mean,
          'modules.json': denseModules,
          '2_Dense/config.json': { ...denseConfig, activation_function: 'torch.nn.modules.activation.PReLU' },
        },
        weights: denseWeights,
      },
      {},
      'checkpoint-config',
      /PReLU/,
    ],
    [
      'columns that do not fit',
      {
        files: {
          ...mean,
          'modules.json': denseModules,
          '2_Dense/config.json': { ...denseConfig, in_features: 12, out_features: 4 },
        },
        weights: { '2_Dense/model.safetensors': 'wide.safetensors' },
      },
      {},
      'model-module',
      /2_Dense \(Dense\) takes 12 columns, and is given 6/,
    ],
    [
      'weights that do not fit',
      {
        files: {
          ...mean,
          'modules.json': denseModules,
          '2_Dense/config.json': { ...denseConfig, bias: false },
        },
        weights: denseWeights,
      },
      {},
      'checkpoint-tensors',
      /has a tensor linear\.bias/,
    ],
    [
      'weights of another shape',
      {
        files: {
          ...mean,
          'modules.json': denseModules,
          '2_Dense/config.json': { ...denseConfig, out_features: 4 },
        },
        weights: denseWeights,
      },
      {},
      'checkpoint-tensors',
      /linear\.weight has the shape/,
    ],
    [
      'no weights',
      { files: { ...mean, 'modules.json': denseModules, '2_Dense/config.json': denseConfig } },
      {},
      'checkpoint-file',
      /2_Dense.model\.safetensors is not there/,
    ],
    [
      'a setting of the transformer',
      {
        files: {
          ...mean,
          'modules.json': pooled,
          'sentence_bert_config.json': { query_expansion: { strategy: 'fixed' } },
        },
      },
      {},
      'checkpoint-config',
      /query_expansion/,
    ],
    [
      'another task',
      {
        files: {
          ...mean,
          'modules.json': pooled,
          'sentence_bert_config.json': { transformer_task: 'fill-mask' },
        },
      },
      {},
      'checkpoint-config',
      /transformer_task/,
    ],
    [
      'a default prompt that is none',
      {
        files: {
          ...mean,
          'modules.json': pooled,
          'config_sentence_transformers.json': { prompts: { query: 'q: ' }, default_prompt_name: 'other' },
        },
      },
      {},
      'checkpoint-config',
      /found other, which is none of the prompts; expected query/,
    ],
    [
      'the name of a prompt',
      {
        files: {
          ...mean,
          'modules.json': pooled,
          'config_sentence_transformers.json': { prompts: { query: 'q: ', passage: 'p: ' } },
        },
      },
      { prompt: 'qeury' },
      'model-prompt',
      /no prompt of the name qeury; did you mean query\? It names query, passage/,
    ],
    [
      'a pooling that what comes after cannot take',
      {
        files: {
          'modules.json': denseModules,
          '1_Pooling/config.json': { pooling_mode: ['cls', 'mean'], embedding_dimension: 6 },
          '2_Dense/config.json': { ...denseConfig, in_features: 12, out_features: 4 },
        },
        weights: { '2_Dense/model.safetensors': 'wide.safetensors' },
      },
      { pooling: 'mean' },
      'model-pooling',
      /takes 12 columns, and is given 6/,
    ],
    [
      'an export of other columns, without tokens',
      {
        model: 'whole',
        files: {
          ...mean,
          'modules.json': denseModules,
          '2_Dense/config.json': { ...denseConfig, out_features: 6 },
        },
        weights: { '2_Dense/model.safetensors': 'square.safetensors' },
      },
      { output: 'nothing' },
      'model-output',
      /no output "nothing"/,
    ],
  ])('%s', async (_, files, given, code, message) => {
    const path = await writeSentenceModel({ model: 'tokens', files: {}, weights: {}, ...files }, folder());
    const problem = await problemOf(loadPretrained(path, 'text', given));
    expect(problem.code).toBe(code);
    expect(problem.message).toMatch(message);
    expect(problem.message.length).toBeLessThan(1000);
    const described = await problemOf(
      describeModel({ model: path, revision: null, baseFolder: '.', content: 'text', given }),
    );
    expect(described.message).toBe(problem.message);
  });

  it('a prompt where there are no texts', async () => {
    const { code } = await problemOf(loadPretrained(otherModel('split'), 'image', { prompt: 'a ' }));
    expect(code).toBe('model-prompt');
  });

  it('a pooling of a model that gives embeddings of items', async () => {
    const encoder = await loadPretrained(otherModel('split'), 'text', { pooling: 'first' });
    const { code, message } = await problemOf(encoder.open());
    expect(code).toBe('model-pooling');
    expect(message).toContain('name an output of tokens as output: last_hidden_state');
  });

  it('an export that pools in a way that modules.json does not say', async () => {
    const path = await writeSentenceModel(caseOf('pooling mean'), folder());
    await rename(join(path, 'onnx', 'model.onnx'), join(path, 'onnx', 'old.onnx'));
    await writeFile(
      join(path, 'onnx', 'model.onnx'),
      await readFile(join(otherModel('split'), 'onnx', 'vision_model_fp16.onnx')),
    );
    const { code, message } = await problemOf(loadPretrained(path, 'text'));
    expect(code).toBe('model-output');
    expect(message).toContain('image_embeds');
  });
});

describe('validate and hovers say what a run does', () => {
  it.each([
    [
      'two dense layers, then normalised',
      {},
      ['mean of tokens', 'dense 6 → 6 with Tanh', 'dense 6 → 3', 'normalised', '24 tokens at most'],
      3,
    ],
    ['short, the last token', {}, ['last of tokens', '6 tokens at most'], 6],
    ['the default prompt', {}, ['mean of tokens', '24 tokens at most', 'prompt query: "query: "'], 6],
    ['exported with its modules', {}, ['its sentence_embedding', '24 tokens at most'], 3],
    [
      'lower-cased',
      { prompt: 'so: ' },
      ['mean of tokens', 'lower-cased', '24 tokens at most', 'prompt: "so: "'],
      6,
    ],
  ] as const)('%s', async (name, given, details, dimension) => {
    const model = await writeSentenceModel(caseOf(name), folder());
    const described = await describeModel({ model, revision: null, baseFolder: '.', content: 'text', given });
    expect(described).toMatchObject({ details, dimension });
  });

  it('of a model without modules', async () => {
    const described = await describeModel({
      ...{ model: otherModel('sentence'), revision: null, baseFolder: '.', content: 'text', given: {} },
    });
    expect(described.details).toEqual(['mean of tokens']);
  });
});
