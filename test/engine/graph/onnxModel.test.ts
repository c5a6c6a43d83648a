import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph } from '../../../server/engine/graph/graph.ts';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { encodeOnnxModel, writeOnnxModel } from '../../../server/engine/graph/onnxModel.ts';
import { initialParameters } from '../../../server/engine/graph/initialParameters.ts';
import { clipText } from '../../../server/engine/networks/clipText.ts';
import { networkGraph } from '../../../server/engine/networks/network.ts';
import { vit } from '../../../server/engine/networks/vit.ts';
import { dot } from '../../../server/engine/numerics/dot.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import type { TensorValue } from '../../../server/engine/runtime/onnxRuntime.ts';
import { loadSession } from '../../../server/engine/runtime/onnxRuntime.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onnx-model-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** x·W + c for 2 × 3 weights, and the sum of each of its rows. */
function affine(): Graph {
  const builder = new GraphBuilder('affine');
  const x = builder.input('x', 'float32', ['batch', 2]);
  const weight = builder.parameter('weight', [2, 3], { kind: 'normal', deviation: 1 });
  const offset = builder.parameter('offset', [3], { kind: 'constant', value: 0 });
  const y = builder.add(builder.matmul(x, weight), offset);
  builder.output('y', y);
  builder.output('sums', builder.reduceSum(y, [1]));
  return builder.build();
}

const values = new Map([
  ['weight', Float32Array.of(1, 2, 3, 4, 5, 6)],
  ['offset', Float32Array.of(0.5, 0, -0.5)],
]);

async function expectAffine(model: Uint8Array<ArrayBuffer> | string): Promise<void> {
  const session = await loadSession(model, { device: 'cpu', threads: 1 });
  expect(session.inputs.map(({ name }) => name)).toEqual(['x']);
  expect(session.outputs.map(({ name }) => name)).toEqual(['y', 'sums']);
  const { y, sums } = await session.run({ x: { shape: [2, 2], data: Float32Array.of(1, 0, 1, 10) } });
  expect(y).toEqual({ shape: [2, 3], data: Float32Array.of(1.5, 2, 2.5, 41.5, 52, 62.5) });
  expect(sums).toEqual({ shape: [2], data: Float32Array.of(6, 156) });
  await session.dispose();
}

describe('a graph as ONNX', () => {
  it('runs from memory, with several outputs and any batch', async () => {
    await expectAffine(encodeOnnxModel(affine(), values));
  });

  it('runs from a file with its parameters beside it', async () => {
    const path = join(folder, 'model.onnx');
    await writeOnnxModel(affine(), values, path);
    expect((await readdir(folder)).sort()).toEqual(['model.onnx', 'model.onnx.data']);
    expect((await stat(`${path}.data`)).size).toBe(4096 + 3 * 4);
    await expectAffine(path);
  });

  it('is the same, byte for byte, each time', () => {
    expect(encodeOnnxModel(affine(), values)).toEqual(encodeOnnxModel(affine(), values));
  });

  it('may give an input or a parameter as an output', async () => {
    const builder = new GraphBuilder('identity');
    const x = builder.input('x', 'int32', [2]);
    builder.output('same', x);
    const session = await loadSession(encodeOnnxModel(builder.build(), new Map()), { device: 'cpu' });
    const { same } = await session.run({ x: { shape: [2], data: Int32Array.of(3, 4) } });
    expect(same).toEqual({ shape: [2], data: Int32Array.of(3, 4) });
    await session.dispose();
  });

  it.each<[string, Map<string, Float32Array>, string]>([
    ['missing', new Map([['offset', new Float32Array(3)]]), 'The parameter weight has no value'],
    [
      'of another size',
      new Map([...values, ['offset', new Float32Array(2)]]),
      'The parameter offset has shape [3], found 2 values',
    ],
  ])('refuses a parameter that is %s and leaves no file', async (_, wrong, message) => {
    expect(() => encodeOnnxModel(affine(), wrong)).toThrow(message);
    await expect(writeOnnxModel(affine(), wrong, join(folder, 'model.onnx'))).rejects.toThrow(message);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('a graph as ONNX in float16', () => {
  const size = { width: 64, layers: 2, heads: 2, dimension: 16 };
  const random = new Random(0);
  const images = networkGraph(vit, vit.params.parse({ ...size, imageSize: 32, patchSize: 8 }));
  const texts = networkGraph(clipText, clipText.params.parse({ ...size, vocabulary: 40, context: 12 }));

  async function outputOf(
    model: Uint8Array<ArrayBuffer> | string,
    input: TensorValue,
    name = 'embedding',
  ): Promise<Float32Array> {
    const session = await loadSession(model, { device: 'cpu', threads: 1 });
    const { [name]: output } = await session.run({ input });
    await session.dispose();
    return output!.data as Float32Array;
  }

  it.each([
    [
      'images',
      images,
      { shape: [3, 3, 32, 32], data: random.stream('pixels').fillNormal(new Float32Array(3 * 3 * 32 * 32)) },
    ],
    ['texts', texts, { shape: [3, 12], data: Int32Array.from({ length: 36 }, (_, at) => (at * 23) % 40) }],
  ])('embeds %s nearly as in float32, from half of the bytes', async (_, graph, input) => {
    const values = initialParameters(graph, random);
    const [full, half] = [
      encodeOnnxModel(graph, values),
      encodeOnnxModel(graph, values, { precision: 'fp16' }),
    ];
    expect(half.length).toBeLessThan(0.6 * full.length);
    const [expected, found] = [await outputOf(full, input), await outputOf(half, input)];
    expect(found).not.toEqual(expected);
    for (let row = 0; row < 3; row++) {
      const [a, b] = [expected, found].map((all) => all.subarray(row * 16, (row + 1) * 16));
      expect(dot(a!, b!) / Math.sqrt(dot(a!, a!) * dot(b!, b!))).toBeGreaterThan(1 - 1e-4);
    }
  });

  it('has float16 between inputs and outputs in float32', async () => {
    const builder = new GraphBuilder('rounding');
    const input = builder.input('input', 'float32', [3]);
    builder.output('same', input);
    builder.output('cast', builder.multiply(builder.cast(builder.cast(input, 'int32'), 'float32'), 0.1));
    const model = encodeOnnxModel(builder.build(), new Map(), { precision: 'fp16' });
    const x = { shape: [3], data: Float32Array.of(1, 2, 1 / 3) };
    expect(await outputOf(model, x, 'same')).toEqual(Float32Array.of(1, 2, 0.333251953125));
    expect(await outputOf(model, x, 'cast')).toEqual(Float32Array.of(0.0999755859375, 0.199951171875, 0));
  });

  it('makes the ends of the range of constants beyond it, and refuses such parameters', async () => {
    const masked = new GraphBuilder('masked');
    const input = masked.input('input', 'float32', [1, 4]);
    const mask = masked.constant(Float32Array.of(0, -3.4e38, -1e9, -Infinity), [1, 4]);
    masked.output('embedding', masked.softmax(masked.add(input, mask), 1));
    const model = encodeOnnxModel(masked.build(), new Map(), { precision: 'fp16' });
    const x = { shape: [1, 4], data: Float32Array.of(-9, 9, 9, 9) };
    expect(await outputOf(model, x)).toEqual(Float32Array.of(1, 0, 0, 0));

    const large = new Map([...values, ['offset', Float32Array.of(0, 70_000, 0)]]);
    expect(() => encodeOnnxModel(affine(), large, { precision: 'fp16' })).toThrow(
      expect.objectContaining({
        code: 'weights-float16',
        message: 'The weights offset have a value of 70000; float16 ends at 65504. Use fp32',
      }) as Error,
    );
  });

  it('runs from a file with its parameters beside it', async () => {
    const path = join(folder, 'model.onnx');
    await writeOnnxModel(affine(), values, path, { precision: 'fp16' });
    expect((await stat(`${path}.data`)).size).toBe(4096 + 3 * 2);
    await expectAffine(path);
  });
});
