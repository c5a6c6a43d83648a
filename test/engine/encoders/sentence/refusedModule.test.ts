import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeModel } from '../../../../server/worker/describeModel.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { textItem } from '../encoderFixture.ts';
import { embedAll, loadPretrained, problemOf } from '../onnxFixture.ts';
import { caseOf, oracle, writeSentenceModel } from './sentenceFixture.ts';

const folder = useTemporaryFolder();
const old = 'sentence_transformers.models';
const since5 = 'sentence_transformers.sentence_transformer.modules';
const sparse = 'sentence_transformers.sparse_encoder.models';

const listed = (...types: readonly string[]) =>
  types.map((type, idx) => ({
    idx,
    name: String(idx),
    path: idx === 0 ? '' : `${idx}_${type.split('.').at(-1)!}`,
    type,
  }));

describe.each([
  ['CNN', `${old}.CNN`, 'convolutions'],
  ['CNN', `${since5}.cnn.CNN`, 'convolutions'],
  ['LSTM', `${old}.LSTM`, 'a recurrent network'],
  ['WeightedLayerPooling', `${old}.WeightedLayerPooling`, 'a weighted sum of the layers'],
  ['WordWeights', `${old}.WordWeights`, 'a weight for each word'],
  ['SpladePooling', `${sparse}.SpladePooling`, 'sparse embeddings'],
])('a model that goes on with %s (%s)', (name, type, purpose) => {
  it('is refused by its name, with what can be done', async () => {
    const path = await writeSentenceModel(caseOf('pooling mean'), folder());
    await writeFile(
      join(path, 'modules.json'),
      JSON.stringify(listed(`${old}.Transformer`, type, `${old}.Pooling`)),
    );
    const { code, message } = await problemOf(loadPretrained(path, 'text'));
    expect(code).toBe('model-module');
    expect(message).toContain(`modules.json: it has the module ${name} in 1_${name}: ${purpose}`);
    expect(message).toContain(`np.save("text.npy", SentenceTransformer("${path}").encode(texts))`);
  });
});

describe.each([
  ['BoW', 'counts of words', 'encode('],
  ['WordEmbeddings', 'a table of word vectors', 'encode('],
  ['StaticEmbedding', 'a table of token vectors', 'encode('],
  ['Router', 'other modules for queries', 'encode_document('],
  ['Asym', 'other modules for some texts', 'encode_document('],
])('a model that begins with %s', (name, purpose, way) => {
  it.each([
    ['', 'model.safetensors'],
    [`0_${name}`, `0_${name}/model.safetensors`],
    ['', `0_${name}/pytorch_model.bin`],
  ])('in %j, with its weights in %s, is refused by that, and not for its weights', async (path, weights) => {
    const model = join(folder(), 'model');
    await mkdir(join(model, `0_${name}`), { recursive: true });
    await writeFile(
      join(model, 'modules.json'),
      JSON.stringify([{ idx: 0, name: '0', path, type: `${old}.${name}` }]),
    );
    await writeFile(join(model, weights), '');
    for (const work of [
      () => loadPretrained(model, 'text'),
      () =>
        describeModel({
          model,
          revision: null,
          content: 'text',
          given: { weights: 'onnx' },
          baseFolder: '.',
        }),
    ]) {
      const { code, message } = await problemOf(work());
      expect(code).toBe('model-module');
      expect(message).toContain(`the module ${name}${path === '' ? '' : ` in ${path}`}: ${purpose}`);
      expect(message).toContain(way);
    }
  });
});

it('Dropout changes nothing, wherever it is', async () => {
  const model = caseOf('pooling mean');
  const texts = oracle.texts.map(textItem);
  const plain = await embedAll(
    await loadPretrained(await writeSentenceModel(model, folder(), 'plain'), 'text'),
    texts,
  );
  const types = [`${old}.Transformer`, `${old}.Pooling`, `${old}.Dropout`];
  for (const config of [null, { dropout: 0.2 }]) {
    const path = await writeSentenceModel(model, folder(), 'dropped');
    await writeFile(join(path, 'modules.json'), JSON.stringify(listed(...types)));
    await mkdir(join(path, '2_Dropout'), { recursive: true });
    if (config !== null) await writeFile(join(path, '2_Dropout', 'config.json'), JSON.stringify(config));
    expect(await embedAll(await loadPretrained(path, 'text'), texts)).toEqual(plain);
    await rm(path, { recursive: true });
  }
});
