import { describe, expect, it } from 'vitest';
import type { GraphProto } from '../../../server/engine/graph/onnx_pb.ts';
import { shownNotes } from '../../../server/engine/encoders/encoderProblem.ts';
import { describeOnnxModel } from '../../../server/worker/describeOnnxModel.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { changedModel, constantOf, nodeOf, takeOtherwise, valueOf } from './changedModel.ts';
import { expectSameRowsInBatches, loadOnnx, prepareAll, signals, tensorItem } from './onnxFixture.ts';

const folder = useTemporaryFolder();

type Node = GraphProto['node'][number];

/** The embedder of signals behind nodes that make `signal.before` of `signal`. */
const behind = (...nodes: Node[]) =>
  changedModel(['single', 'tensor.onnx'], folder(), (graph) => {
    takeOtherwise(graph, 'signal', ['float32', ['n', 3, 5]], nodes);
  });

const quantised = () =>
  behind(
    nodeOf('DynamicQuantizeLinear', ['signal'], ['bytes', 'scale', 'zero']),
    nodeOf('DequantizeLinear', ['bytes', 'scale', 'zero'], ['signal.before']),
  );

/** Less the mean of its batch. */
const centred = () =>
  behind(
    nodeOf('ReduceMean', ['signal'], ['mean'], { axes: [0], keepdims: 1 }),
    nodeOf('Sub', ['signal', 'mean'], ['signal.before']),
  );

const [channels, length] = [80, 300];
const wave = (count: number, pace: number) =>
  Array.from({ length: count }, (_, i) => Math.sin(i * pace) + Math.sin(i * i * 0.01));

/** A convolution over time and a mean over it. */
const convolved = () =>
  changedModel(['single', 'tensor.onnx'], folder(), (graph) => {
    graph.input = [valueOf('signal', 'float32', ['n', channels, length])];
    graph.output = [valueOf('embedding', 'float32', ['n', 96])];
    graph.initializer = [constantOf('weight', [96, channels, 3], wave(96 * channels * 3, 0.7))];
    graph.node = [
      nodeOf('Conv', ['signal', 'weight'], ['map'], { kernel_shape: [3], pads: [1, 1], strides: [1] }),
      nodeOf('ReduceMean', ['map'], ['embedding'], { axes: [2], keepdims: 0 }),
    ];
  });
const sounds = Array.from({ length: 5 }, (_, i) =>
  tensorItem(`sound ${i}`, [channels, length], Float32Array.from(wave(channels * length, 0.3 + i))),
);

describe('a row does not depend on its batch', () => {
  it.each([
    ['quantised dynamically', quantised, signals, 'quantised-model'],
    ['less the mean of its batch', centred, signals, undefined],
    ['convolved over time', convolved, sounds, undefined],
  ])('%s', async (_, write, items, code) => {
    const path = await write();
    const encoder = await loadOnnx(path, 'tensor');
    await expectSameRowsInBatches(encoder, items);
    expect(encoder.notes?.map((note) => note.code)).toEqual(code === undefined ? [] : [code]);
    const entry = { kind: 'onnx', path };
    const { notes } = await describeOnnxModel({ entry, content: 'tensor', baseFolder: folder() });
    expect(notes).toEqual(shownNotes(encoder.notes ?? [], folder()));
  });
});

it('is said of a model that does otherwise, once it was found', async () => {
  const encoder = await loadOnnx(await centred(), 'tensor');
  const model = await encoder.open();
  try {
    await model.embed(await prepareAll(encoder, signals));
    expect(model.dependsOnBatch).toBe(true);
  } finally {
    await model.dispose();
  }
});
