import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Graph } from '../../../server/engine/graph/graph.ts';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { encodeOnnxModel, writeOnnxModel } from '../../../server/engine/graph/onnxModel.ts';
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
  expect([session.inputs, session.outputs]).toEqual([['x'], ['y', 'sums']]);
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
