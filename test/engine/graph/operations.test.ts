import { describe, expect, it } from 'vitest';
import { gelu, leakyRelu, quickGelu } from '../../../server/engine/graph/activations.ts';
import type { Tensor } from '../../../server/engine/graph/graph.ts';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { encodeOnnxModel } from '../../../server/engine/graph/onnxModel.ts';
import type { TensorValue } from '../../../server/engine/runtime/onnxRuntime.ts';
import { loadSession } from '../../../server/engine/runtime/onnxRuntime.ts';

/** What an operation gives for constants, run by ONNX Runtime; the builder's shape must be the runtime's. */
async function valueOf(write: (builder: GraphBuilder) => Tensor): Promise<TensorValue> {
  const builder = new GraphBuilder('test');
  const result = write(builder);
  builder.output('result', result);
  const session = await loadSession(encodeOnnxModel(builder.build(), new Map()), {
    device: 'cpu',
    threads: 1,
  });
  const outputs = await session.run({});
  await session.dispose();
  expect(outputs['result']!.shape).toEqual(result.shape);
  return outputs['result']!;
}

async function expectValues(
  write: (builder: GraphBuilder) => Tensor,
  expected: readonly number[],
): Promise<void> {
  const { data } = await valueOf(write);
  expect(data).toHaveLength(expected.length);
  expected.forEach((value, index) => {
    expect(Number(data[index])).toBeCloseTo(value, 5);
  });
}

function floats(builder: GraphBuilder, values: readonly number[], shape: readonly number[]): Tensor {
  return builder.constant(Float32Array.from(values), shape);
}

const xs = [-2, -0.5, 0, 0.5, 2];

describe('elementwise operations', () => {
  it.each<[string, (b: GraphBuilder, x: Tensor) => Tensor, (x: number) => number]>([
    ['exp', (b, x) => b.exp(x), Math.exp],
    ['log', (b, x) => b.log(b.exp(x)), (x) => x],
    ['sqrt', (b, x) => b.sqrt(b.multiply(x, x)), Math.abs],
    ['tanh', (b, x) => b.tanh(x), Math.tanh],
    ['sigmoid', (b, x) => b.sigmoid(x), (x) => 1 / (1 + Math.exp(-x))],
    ['relu', (b, x) => b.relu(x), (x) => Math.max(0, x)],
    ['leaky relu', (b, x) => leakyRelu(b, x, 0.1), (x) => (x > 0 ? x : 0.1 * x)],
    ['quick gelu', quickGelu, (x) => x / (1 + Math.exp(-1.702 * x))],
    ['add', (b, x) => b.add(x, 3), (x) => x + 3],
    ['subtract', (b, x) => b.subtract(x, 3), (x) => x - 3],
    ['multiply', (b, x) => b.multiply(x, 3), (x) => x * 3],
    ['divide', (b, x) => b.divide(x, 4), (x) => x / 4],
    ['maximum', (b, x) => b.maximum(x, 0.25), (x) => Math.max(x, 0.25)],
    ['minimum', (b, x) => b.minimum(x, 0.25), (x) => Math.min(x, 0.25)],
    ['equal', (b, x) => b.cast(b.equal(x, 0.5), 'float32'), (x) => (x === 0.5 ? 1 : 0)],
    ['greater', (b, x) => b.cast(b.greater(x, 0), 'float32'), (x) => (x > 0 ? 1 : 0)],
    ['where', (b, x) => b.where(b.greater(x, 0), x, b.scalar(7)), (x) => (x > 0 ? x : 7)],
    ['cast', (b, x) => b.cast(x, 'int32'), Math.trunc],
  ])('%s', async (_, write, expected) => {
    await expectValues((builder) => write(builder, floats(builder, xs, [5])), xs.map(expected));
  });

  it('erf and gelu at values of Abramowitz & Stegun, table 7.1 and 26.1', async () => {
    await expectValues((b) => b.erf(floats(b, [-1, 0, 0.5], [3])), [-0.8427007929, 0, 0.5204998778]);
    await expectValues((b) => gelu(b, floats(b, [-1, 0, 2], [3])), [-0.1586552539, 0, 2 * 0.9772498681]);
  });

  it('broadcasts', async () => {
    await expectValues(
      (b) => b.add(floats(b, [1, 2], [2, 1]), floats(b, [10, 20, 30], [3])),
      [11, 21, 31, 12, 22, 32],
    );
    await expectValues(
      (b) => b.broadcast(floats(b, [1, 2], [2]), floats(b, Array(6).fill(0), [3, 1, 2])),
      [1, 2, 1, 2, 1, 2],
    );
  });
});

describe('operations on axes', () => {
  const six = [1, 2, 3, 4, 5, 6];

  it.each<[string, (b: GraphBuilder, x: Tensor) => Tensor, number[]]>([
    ['sum of columns', (b, x) => b.reduceSum(x, [0]), [5, 7, 9]],
    ['sum of everything', (b, x) => b.reduceSum(x), [21]],
    ['mean of rows', (b, x) => b.reduceMean(x, [-1], true), [2, 5]],
    ['maximum of rows', (b, x) => b.reduceMax(x, [1]), [3, 6]],
    ['argmax of columns', (b, x) => b.argmax(x, 0), [1, 1, 1]],
    ['transpose', (b, x) => b.transpose(x), [1, 4, 2, 5, 3, 6]],
    ['reshape', (b, x) => b.transpose(b.reshape(x, [3, 2])), [1, 3, 5, 2, 4, 6]],
    ['concatenate', (b, x) => b.concatenate([x, x], 1), [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]],
    ['slice', (b, x) => b.slice(x, 1, 1, 3), [2, 3, 5, 6]],
    [
      'gather rows',
      (b, x) => b.gather(x, b.constant(Int32Array.of(1, 1, 0), [3])),
      [4, 5, 6, 4, 5, 6, 1, 2, 3],
    ],
    ['gather columns', (b, x) => b.gather(x, b.constant(Int32Array.of(2), [1]), 1), [3, 6]],
    ['product with its transpose', (b, x) => b.matmul(x, b.transpose(x)), [14, 32, 32, 77]],
    [
      'softmax of rows',
      (b, x) => b.softmax(x, -1),
      [0.0900305732, 0.2447284711, 0.6652409558, 0.0900305732, 0.2447284711, 0.6652409558],
    ],
    [
      'layer normalisation',
      (b, x) => b.layerNormalisation(x, floats(b, [1, 1, 2], [3]), floats(b, [0, 5, 0], [3]), 0),
      [-1.2247448714, 5, 2.4494897428, -1.2247448714, 5, 2.4494897428],
    ],
  ])('%s', async (_, write, expected) => {
    await expectValues((builder) => write(builder, floats(builder, six, [2, 3])), expected);
  });

  it('transposes axes in any order', async () => {
    const eight = [0, 1, 2, 3, 4, 5, 6, 7];
    await expectValues((b) => b.transpose(floats(b, eight, [2, 2, 2]), [2, 0, 1]), [0, 2, 4, 6, 1, 3, 5, 7]);
  });

  it('multiplies batches of matrices', async () => {
    await expectValues(
      (b) => b.matmul(floats(b, [1, 2, 3, 4], [2, 1, 2]), floats(b, [1, 10, 100, 1000], [2, 2])),
      [201, 2010, 403, 4030],
    );
  });
});

describe('operations on images', () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9];

  it('convolution', async () => {
    const filter = [1, 0, 0, 10];
    await expectValues(
      (b) => b.convolution(floats(b, image, [1, 1, 3, 3]), floats(b, filter, [1, 1, 2, 2])),
      [51, 62, 84, 95],
    );
    await expectValues(
      (b) =>
        b.convolution(floats(b, image, [1, 1, 3, 3]), floats(b, filter, [1, 1, 2, 2]), {
          stride: 2,
          padding: 1,
        }),
      [10, 30, 70, 95],
    );
  });

  it('max pooling, where padding never wins', async () => {
    await expectValues(
      (b) =>
        b.maxPool(
          floats(
            b,
            image.map((x) => -x),
            [1, 1, 3, 3],
          ),
          3,
          { stride: 2, padding: 1 },
        ),
      [-1, -2, -4, -5],
    );
  });

  it('batch normalisation', async () => {
    await expectValues(
      (b) =>
        b.batchNormalisation(
          floats(b, [1, 2, 3, 4], [1, 2, 1, 2]),
          {
            scale: floats(b, [1, 2], [2]),
            offset: floats(b, [0, 1], [2]),
            mean: floats(b, [1, 3], [2]),
            variance: floats(b, [1, 4], [2]),
          },
          0,
        ),
      [0, 1, 1, 2],
    );
  });
});
