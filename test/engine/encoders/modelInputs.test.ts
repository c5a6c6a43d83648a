import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { GraphProto } from '../../../server/engine/graph/onnx_pb.ts';
import { InputError } from '../../../server/engine/problems.ts';
import { shownNotes, shownProblem } from '../../../server/engine/encoders/encoderProblem.ts';
import { describeOnnxModel } from '../../../server/worker/describeOnnxModel.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import {
  changedModel,
  constantOf,
  elementTypes,
  nodeOf,
  takeOtherwise,
  valueOf,
  type ElementType,
  type Lengths,
} from './changedModel.ts';
import { textItem } from './encoderFixture.ts';
import {
  embedAll,
  expectClose,
  imageParams,
  images,
  loadOnnx,
  modelFile,
  oracle,
  problemOf,
} from './onnxFixture.ts';

const folder = useTemporaryFolder();

type Node = GraphProto['node'][number];
const turn = nodeOf('Transpose', ['image'], ['image.turned'], { perm: [0, 3, 1, 2] });
const cast = (from: string, to: string, type: ElementType): Node =>
  nodeOf('Cast', [from], [to], { to: elementTypes[type] });
const renamed = (from: string, to: string): Node => nodeOf('Identity', [from], [to]);

/** The embedder of images whose PyTorch values are known, with an input that it takes otherwise. */
function ofImages(type: ElementType, lengths: Lengths, nodes: readonly Node[], constants: object[] = []) {
  return changedModel(['single', 'imageOfOne.onnx'], folder(), (graph) => {
    takeOtherwise(graph, 'image', [type, lengths], nodes);
    graph.initializer.push(...(constants as GraphProto['initializer']));
    graph.output = [valueOf('embedding', 'float32', [lengths[0]!, 4])];
  });
}

/** What turns levels into what the embedder takes. */
const levels = (from: string): Node[] => [
  cast(from, 'image.levels', 'float32'),
  nodeOf('Div', ['image.levels', 'image.255'], ['image.fractions']),
  nodeOf('Sub', ['image.fractions', 'image.mean'], ['image.centred']),
  nodeOf('Div', ['image.centred', 'image.std'], ['image.before']),
];
const levelConstants = [
  constantOf('image.255', [1], [255]),
  constantOf('image.mean', [3, 1, 1], imageParams.mean),
  constantOf('image.std', [3, 1, 1], imageParams.std),
];
const turned = [turn, renamed('image.turned', 'image.before')];

describe('images go in as the model takes them', () => {
  it.each<[string, ElementType, Lengths, readonly Node[], object[]]>([
    ['channels last', 'float32', ['n', 8, 8, 3], turned, []],
    ['channels last, of open size', 'float32', ['n', 'height', 'width', 3], turned, []],
    ['channels last, told by their name', 'float32', ['n', 'h', 'w', 'channels'], turned, []],
    ['channels last, told by the fixed size', 'float32', ['n', 8, 8, '?'], turned, []],
    ['channels first, of open axes', 'float32', ['n', 'c', 'h', 'w'], [renamed('image', 'image.before')], []],
    ['float16', 'float16', ['n', 3, 8, 8], [cast('image', 'image.before', 'float32')], []],
    ['float64', 'float64', ['n', 3, 8, 8], [cast('image', 'image.before', 'float32')], []],
    ['bytes, channels first', 'uint8', ['n', 3, 8, 8], levels('image'), levelConstants],
    ['bytes, channels last', 'uint8', ['n', 8, 8, 3], [turn, ...levels('image.turned')], levelConstants],
    [
      'bytes, channels last, one at a time',
      'uint8',
      [1, 8, 8, 3],
      [turn, ...levels('image.turned')],
      levelConstants,
    ],
  ])('%s', async (_, type, lengths, nodes, constants) => {
    const path = await ofImages(type, lengths, nodes, constants);
    const encoder = await loadOnnx(path, 'image', { image: imageParams });
    expectClose(
      (await embedAll(encoder, images)).data,
      oracle.single.image,
      type === 'float16' ? 2e-3 : 1e-4,
    );
    const codes = (encoder.notes ?? []).map(({ code }) => code);
    expect(codes).toEqual(type === 'uint8' ? ['pixel-levels'] : []);
    const entry = { kind: 'onnx', path, image: imageParams };
    const { notes, dimension } = await describeOnnxModel({ entry, content: 'image', baseFolder: folder() });
    expect({ notes, dimension }).toEqual({ notes: shownNotes(encoder.notes ?? [], folder()), dimension: 4 });
  });
});

describe('texts go in as the model takes them', () => {
  it.each<[ElementType, ElementType]>([
    ['int32', 'int32'],
    ['int64', 'bool'],
    ['int64', 'float32'],
    ['int32', 'float16'],
  ])('%s with masks of %s', async (ids, mask) => {
    const lengths = ['n', 'tokens'];
    const path = await changedModel(['split', 'onnx', 'text_model.onnx'], folder(), (graph) => {
      takeOtherwise(graph, 'input_ids', [ids, lengths], [cast('input_ids', 'input_ids.before', 'int64')]);
      const masked = cast('attention_mask', 'attention_mask.before', 'int64');
      takeOtherwise(graph, 'attention_mask', [mask, lengths], [masked]);
    });
    const encoder = await loadOnnx(path, 'text', { processor: modelFile('split') });
    expectClose((await embedAll(encoder, oracle.texts.map(textItem))).data, oracle.split.text);
  });
});

describe('embeddings of further axes', () => {
  /** The embedder with the axes of its map as they are, or an axis more. */
  const ofMap = (change: (graph: GraphProto) => void, lengths: Lengths) =>
    changedModel(['single', 'imageOfOne.onnx'], folder(), (graph) => {
      change(graph);
      graph.output = [valueOf('embedding', 'float32', lengths)];
    });
  const keepAxes = (graph: GraphProto): void => {
    graph.node[1]!.attribute.find(({ name }) => name === 'keepdims')!.i = 1n;
  };
  const turnAxes =
    (perm: readonly number[]) =>
    (graph: GraphProto): void => {
      keepAxes(graph);
      graph.node[1]!.output = ['pooled'];
      graph.node.push(nodeOf('Transpose', ['pooled'], ['embedding'], { perm }));
    };

  it.each<[string, (graph: GraphProto) => void, Lengths]>([
    ['rows × dimension × 1 × 1', keepAxes, [1, 4, 1, 1]],
    ['rows × 1 × 1 × dimension', turnAxes([0, 2, 3, 1]), [1, 1, 1, 4]],
    ['lengths that are not told', keepAxes, ['n', 'a', 'b', 'c']],
  ])('that have the length 1: %s', async (_, change, lengths) => {
    const encoder = await loadOnnx(await ofMap(change, lengths), 'image', { image: imageParams });
    expectClose((await embedAll(encoder, images)).data, oracle.single.image);
  });

  it.each<[string, Lengths, RegExp]>([
    [
      'told',
      [1, 4, 2, 2],
      /^.*changed\.onnx: its output embedding has the shape 1×4×2×2, expected rows × dim.*name another/,
    ],
    [
      'not told',
      ['n', 4, 'h', 'w'],
      /^.*changed\.onnx: its output embedding has the shape n×4×2×2, expected rows × dim/,
    ],
  ])('that were not pooled are refused, %s', async (_, lengths, reason) => {
    const path = await changedModel(['single', 'imageOfOne.onnx'], folder(), (graph) => {
      graph.node.splice(1, 1);
      graph.node[0]!.output = ['embedding'];
      takeOtherwise(graph, 'image', ['float32', ['n', 3, 8, 8]], [renamed('image', 'image.before')]);
      graph.output = [valueOf('embedding', 'float32', lengths)];
    });
    const encoder = await loadOnnx(path, 'image', { image: imageParams });
    const { code, message } = await problemOf(embedAll(encoder, images));
    expect(code).toBe('model-output');
    expect(message).toMatch(reason);
  });
});

describe('what cannot go in is refused before anything runs, by validate too', () => {
  it.each<[string, ElementType, Lengths, object, string]>([
    [
      'another size',
      'float32',
      ['n', 3, 16, 12],
      {},
      'has the shape n × 3 × 16 × 12, and images are prepared at 8 × 8 (height × width); expected the model’s size, as in image: { height: 16, width: 12 }',
    ],
    [
      'another size, channels last',
      'uint8',
      [1, 4, 4, 3],
      {},
      'has the shape 1 × 4 × 4 × 3, and images are prepared at 8 × 8',
    ],
    [
      'one channel',
      'float32',
      ['n', 1, 8, 8],
      {},
      'has the shape n × 1 × 8 × 8, in which no axis has the 3 channels of an image',
    ],
    [
      'no batch',
      'float32',
      [3, 8, 8],
      {},
      'has the shape 3 × 8 × 8, expected 4 axes: batch × 3 × height × width',
    ],
    [
      'whole numbers',
      'int32',
      ['n', 3, 8, 8],
      {},
      'is of int32, expected one of float32, float16, float64, uint8',
    ],
  ])('%s', async (_, type, lengths, given, reason) => {
    const path = await ofImages(type, lengths, [cast('image', 'image.before', 'float32')]);
    const image = { ...imageParams, ...given };
    const { code, message } = await problemOf(loadOnnx(path, 'image', { image }));
    expect(code).toBe('model-inputs');
    expect(message).toContain(`changed.onnx: its input image ${reason}`);
    const entry = { kind: 'onnx', path, image };
    const described = problemOf(describeOnnxModel({ entry, content: 'image', baseFolder: folder() }));
    const problem = new InputError(code, message, { file: path });
    expect(await described).toEqual(shownProblem(problem, folder()));
  });

  it('numbers of tokens with a fraction', async () => {
    const path = await changedModel(['split', 'onnx', 'text_model.onnx'], folder(), (graph) => {
      const casted = cast('input_ids', 'input_ids.before', 'int64');
      takeOtherwise(graph, 'input_ids', ['float32', ['n', 'tokens']], [casted]);
    });
    const { code, message } = await problemOf(loadOnnx(path, 'text', { processor: modelFile('split') }));
    expect({ code, message }).toEqual({
      code: 'model-inputs',
      message: `${join(folder(), 'changed.onnx')}: its input input_ids is of float32, expected one of int64, int32; export the model with that`,
    });
  });
});
