import { describe, expect, it } from 'vitest';
import type { PreparedItem } from '../../../server/engine/encoders/encoder.ts';
import { processModel, type ProcessModelOptions } from '../../../server/engine/encoders/processModel.ts';
import { poolTokens } from '../../../server/engine/encoders/pooling.ts';
import type { ModelProcess } from '../../../server/engine/runtime/modelProcess.ts';
import type { TensorInfo, TensorValue } from '../../../server/engine/runtime/onnxRuntime.ts';
import { problemOf } from './onnxFixture.ts';

type Feeds = Readonly<Record<string, TensorValue>>;

/** A process that notes what it is fed, and answers with what `compute` makes of it. */
function fakeProcess(inputs: readonly TensorInfo[], compute: (feeds: Feeds) => TensorValue) {
  const fed: Feeds[] = [];
  let isEnded = false;
  const process: ModelProcess = {
    pid: 0,
    inputs,
    outputs: [],
    run(feeds, [name]) {
      fed.push(feeds);
      return Promise.resolve({ [name!]: compute(feeds) });
    },
    dispose: () => Promise.reject(new Error('Not called')),
    kill() {
      isEnded = true;
      return Promise.resolve();
    },
  };
  return { process, fed, isEnded: () => isEnded };
}

const options: ProcessModelOptions = {
  name: 'a.onnx',
  output: 'embeds',
  pool: (tokens) => poolTokens(tokens, 'mean'),
};

function input(name: string, shape: TensorInfo['shape'], type = 'float32'): TensorInfo {
  return { name, type, shape };
}

/** The first two values of each row of an input. */
function heads(name: string, rows?: number) {
  return (feeds: Feeds): TensorValue => {
    const { shape, data } = feeds[name]!;
    const count = rows ?? shape[0]!;
    const length = data.length / shape[0]!;
    const values = Array.from({ length: count }, (_, r) => [data[r * length], data[r * length + 1]]);
    return { shape: [count, 2], data: Float32Array.from(values.flat().map(Number)) };
  };
}

function tensor(...values: readonly number[]): PreparedItem {
  return {
    inputs: { tensor: { shape: [values.length], data: Float32Array.from(values) } },
    isTruncated: false,
  };
}

function text(...ids: readonly number[]): PreparedItem {
  const shape = [ids.length];
  return {
    inputs: {
      input_ids: { shape, data: Int32Array.from(ids) },
      attention_mask: { shape, data: Int32Array.from(ids, (id) => Number(id !== 0)) },
      token_type_ids: { shape, data: new Int32Array(ids.length) },
    },
    isTruncated: false,
  };
}

function sound(isLonger: boolean): PreparedItem {
  return {
    inputs: {
      input_features: { shape: [1, 2, 2], data: Float32Array.of(1, 2, 3, 4) },
      is_longer: { shape: [1], data: Uint8Array.of(Number(isLonger)) },
    },
    isTruncated: false,
  };
}

describe('feeding a model', () => {
  it('gives its one input, whatever its name, the items', async () => {
    const { process, fed } = fakeProcess([input('x', ['n', 3])], heads('x'));
    const { data } = await processModel(process, options).embed([tensor(1, 2, 3), tensor(4, 5, 6)]);
    expect([...data]).toEqual([1, 2, 4, 5]);
    expect(fed).toEqual([{ x: { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) } }]);
    const ofText = fakeProcess([input('tokens', ['n', 'length'], 'int64')], heads('tokens'));
    await processModel(ofText.process, options).embed([text(5, 6, 0)]);
    expect(ofText.fed).toEqual([{ tokens: { shape: [1, 3], data: Int32Array.of(5, 6, 0) } }]);
  });

  it('gives what it takes of images or sounds, beside a text, zeros', async () => {
    const { process, fed } = fakeProcess(
      [
        input('input_ids', ['texts', 'length'], 'int64'),
        input('pixel_values', ['images', 3, 'height', 'width'], 'float16'),
        input('input_features', ['sounds', 'channels', 2, 'filters']),
        input('is_longer', ['sounds', 1], 'bool'),
      ],
      heads('input_ids'),
    );
    const otherShapes = { pixel_values: [3, 2, 1] };
    await processModel(process, { ...options, otherShapes }).embed([text(5, 6), text(7, 8)]);
    expect(fed).toEqual([
      {
        input_ids: { shape: [2, 2], data: Int32Array.of(5, 6, 7, 8) },
        pixel_values: { shape: [1, 3, 2, 1], data: new Float32Array(6) },
        input_features: { shape: [1, 1, 2, 1], data: new Float32Array(2) },
        is_longer: { shape: [1, 1], data: new Uint8Array(1) },
      },
    ]);
  });

  it('gives what it takes of texts, beside a sound, one token that counts', async () => {
    const { process, fed } = fakeProcess(
      [
        input('input_ids', ['texts', 'length'], 'int64'),
        input('attention_mask', ['texts', 'length'], 'int64'),
        input('input_features', ['sounds', 1, 2, 2]),
      ],
      heads('input_features'),
    );
    await processModel(process, options).embed([sound(true)]);
    expect(fed).toEqual([
      {
        input_ids: { shape: [1, 1], data: Int32Array.of(0) },
        attention_mask: { shape: [1, 1], data: Int32Array.of(1) },
        input_features: { shape: [1, 1, 2, 2], data: Float32Array.of(1, 2, 3, 4) },
      },
    ]);
  });

  it.each([
    ['with an axis of its own', ['n', 1], [2, 1]],
    ['without', ['n'], [2]],
  ] as const)('says of sounds whether they are longer, %s', async (_, shape, wanted) => {
    const { process, fed } = fakeProcess(
      [input('input_features', ['n', 1, 2, 2]), input('is_longer', shape, 'bool')],
      heads('input_features'),
    );
    const { rows } = await processModel(process, options).embed([sound(true), sound(false)]);
    expect(rows).toBe(2);
    expect(fed[0]).toEqual({
      input_features: { shape: [2, 1, 2, 2], data: Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4) },
      is_longer: { shape: wanted, data: Uint8Array.of(1, 0) },
    });
  });

  it.each([
    ['another name beside', [input('tensor', ['n', 3]), input('state', ['n', 3])]],
    ['only inputs of the other modality', [input('input_ids', ['n', 3]), input('attention_mask', ['n', 3])]],
    ['no inputs', []],
  ])('refuses %s', async (_, inputs) => {
    const { process } = fakeProcess(inputs, heads('tensor'));
    const { code, message } = await problemOf(processModel(process, options).embed([tensor(1, 2, 3)]));
    expect(code).toBe('model-inputs');
    expect(message).toBe(
      `a.onnx: it takes ${inputs.map(({ name }) => name).join(', ') || 'nothing'}; the items give tensor`,
    );
  });
});

describe('batches', () => {
  const items = Array.from({ length: 5 }, (_, i) => tensor(i, 10 * i));

  it.each([
    ['one at a time', 1, 5],
    ['two at a time, the last filled up', 2, 3],
    ['eight at a time, filled up', 8, 1],
  ])('of a fixed size: %s', async (_, size, runs) => {
    const { process, fed } = fakeProcess([input('x', [size, 2])], heads('x'));
    const { rows, data } = await processModel(process, options).embed(items);
    expect(rows).toBe(5);
    expect([...data]).toEqual([0, 0, 1, 10, 2, 20, 3, 30, 4, 40]);
    expect(fed.map(({ x }) => x!.shape)).toEqual(Array.from({ length: runs }, () => [size, 2]));
  });

  it('are of two at least, and the first of them are tried in others, where rows may depend on them', async () => {
    const { process, fed } = fakeProcess([input('x', ['n', 2])], heads('x'));
    const model = processModel(process, { ...options, independence: 'probed' });
    expect([...(await model.embed(items.slice(3, 4))).data]).toEqual([3, 30]);
    expect((await model.embed(items)).rows).toBe(5);
    expect(fed.map(({ x }) => x!.shape[0])).toEqual([2, 3, 3, 5]);
    expect(model.dependsOnBatch).toBe(false);
  });

  it.each<[string, (values: number[], at: number) => number]>([
    ['its largest value', (values, at) => values[at]! / Math.max(1, ...values)],
    ['its size', (values, at) => values[at]! + values.length],
    ['the place in it', (values, at) => values[at]! + at],
  ])('that rows depend on, on %s, have one item each', async (_, compute) => {
    for (const [size, first] of [
      ['n', 1],
      ['n', 2],
      ['n', 5],
      [4, 5],
    ] as const) {
      const { process } = fakeProcess([input('x', [size, 2])], (feeds) => {
        const { shape, data } = feeds['x']!;
        const values = Array.from({ length: shape[0]! }, (_, r) => Number(data[2 * r + 1]));
        return { shape: [shape[0]!, 1], data: Float32Array.from(values, (_, r) => compute(values, r)) };
      });
      const model = processModel(process, { ...options, independence: 'probed' });
      const alone = items.map((item) => {
        const value = Number(item.inputs['tensor']!.data[1]);
        return Math.fround(compute(Array<number>(size === 'n' ? 1 : size).fill(value), 0));
      });
      expect([...(await model.embed(items.slice(-first))).data]).toEqual(alone.slice(-first));
      expect([...(await model.embed(items)).data]).toEqual(alone);
      // Where all batches have one size, none depends on it.
      if (size === 'n') expect(model.dependsOnBatch).toBe(true);
    }
  });
});

describe('items of several parts', () => {
  const parts: PreparedItem = {
    inputs: { tensor: { shape: [2, 2], data: Float32Array.of(3, 4, 0, 2) } },
    isTruncated: false,
  };

  it.each([
    ['any', 'n'],
    ['one', 1],
    ['three', 3],
  ])('are embedded each, and the unit vectors averaged, by a model that takes %s', async (_, batch) => {
    const { process } = fakeProcess([input('x', [batch, 2])], heads('x'));
    const { rows, data } = await processModel(process, options).embed([parts, parts]);
    expect(rows).toBe(2);
    const wanted = Float32Array.of(0.3, 0.9, 0.3, 0.9);
    expect(data).toEqual(wanted);
  });

  it('that have one part have its direction', async () => {
    const { process } = fakeProcess([input('x', ['n', 2])], heads('x'));
    const one = { ...parts, inputs: { tensor: { shape: [1, 2], data: Float32Array.of(3, 4) } } };
    expect((await processModel(process, options).embed([one])).data).toEqual(Float32Array.of(0.6, 0.8));
  });

  it('are one item for a model that has an axis for them', async () => {
    const { process, fed } = fakeProcess([input('x', ['n', 'frames', 2])], heads('x'));
    expect([...(await processModel(process, options).embed([parts])).data]).toEqual([3, 4]);
    expect(fed[0]!['x']!.shape).toEqual([1, 2, 2]);
  });

  it('that are zero stay zero', async () => {
    const { process } = fakeProcess([input('x', ['n', 2])], heads('x'));
    const zero = { ...parts, inputs: { tensor: { shape: [2, 2], data: new Float32Array(4) } } };
    expect([...(await processModel(process, options).embed([zero])).data]).toEqual([0, 0]);
  });
});

describe('the output', () => {
  it('of tokens is pooled without those of padding', async () => {
    const ids = [input('input_ids', ['n', 'length'], 'int64')];
    const { process } = fakeProcess(
      ids,
      ({ input_ids: { shape, data } = { shape: [], data: new Int32Array() } }) => ({
        shape: [...shape, 1],
        data: Float32Array.from(data as Int32Array, (id) => (id === 0 ? 99 : id)),
      }),
    );
    const items = [text(1, 2, 3, 0), text(8, 0, 0, 0)];
    for (const [pooling, wanted] of [
      ['mean', [2, 8]],
      ['first', [1, 8]],
      ['last', [3, 8]],
    ] as const) {
      const { data } = await processModel(process, {
        ...options,
        pool: (tokens) => poolTokens(tokens, pooling),
      }).embed(items);
      expect([...data]).toEqual(wanted);
    }
  });

  it.each<[string, TensorValue, string]>([
    ['whole numbers', { shape: [2, 1], data: new Int32Array(2) }, 'holds no numbers with a fraction'],
    [
      'no axis for the dimension',
      { shape: [2], data: new Float32Array(2) },
      'has the shape 2, expected rows',
    ],
    ['too many axes', { shape: [2, 3, 1, 2], data: new Float32Array(12) }, 'has the shape 2×3×1×2'],
    [
      'other rows',
      { shape: [1, 2], data: new Float32Array(2) },
      'has 1 rows for a batch of 2, expected one each',
    ],
  ])('must not have %s', async (_, value, reason) => {
    const { process } = fakeProcess([input('x', ['n', 2])], () => value);
    const embedding = processModel(process, options).embed([tensor(1, 2), tensor(3, 4)]);
    const { code, message } = await problemOf(embedding);
    expect(code).toBe('model-output');
    expect(message).toContain(`a.onnx: its output embeds ${reason}`);
  });
});

it('ends the process at once when it is disposed of', async () => {
  const { process, isEnded } = fakeProcess([], heads('x'));
  await processModel(process, options).dispose();
  expect(isEnded()).toBe(true);
});
