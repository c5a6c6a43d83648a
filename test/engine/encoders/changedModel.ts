import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType,
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
  type GraphProto,
} from '../../../server/engine/graph/onnx_pb.ts';
import { modelFile } from './onnxFixture.ts';

/** By ONNX's names in ONNX Runtime. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

export type ElementType = keyof typeof elementTypes;
export type Lengths = readonly (number | string)[];

/** Writes one of the tiny models with another graph into a folder; gives the file. */
export async function changedModel(
  source: readonly string[],
  folder: string,
  change: (graph: GraphProto) => void,
): Promise<string> {
  const model = fromBinary(ModelProtoSchema, await readFile(modelFile(...source)));
  change(model.graph!);
  const file = join(folder, 'changed.onnx');
  await writeFile(file, toBinary(ModelProtoSchema, model));
  return file;
}

type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** NodeProto. */
export function nodeOf(
  opType: string,
  input: string[],
  output: string[],
  attributes: Attributes = {},
): GraphProto['node'][number] {
  return create(NodeProtoSchema, {
    opType,
    input,
    output,
    attribute: Object.entries(attributes).map(([name, value]) =>
      create(
        AttributeProtoSchema,
        typeof value === 'number'
          ? { name, i: BigInt(value), type: AttributeProto_AttributeType.INT }
          : { name, ints: value.map(BigInt), type: AttributeProto_AttributeType.INTS },
      ),
    ),
  });
}

/** TensorProto of float32. */
export function constantOf(name: string, dims: readonly number[], values: readonly number[]) {
  return create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: elementTypes.float32,
    rawData: new Uint8Array(Float32Array.from(values).buffer),
  });
}

/** ValueInfoProto of a tensor. */
export function valueOf(name: string, type: ElementType, lengths: Lengths) {
  const dim = lengths.map((length) => ({
    value:
      typeof length === 'number'
        ? { case: 'dimValue' as const, value: BigInt(length) }
        : { case: 'dimParam' as const, value: length },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: elementTypes[type], shape: { dim } } } },
  });
}

/**
 * Has a graph take an input in another way: of another type and shape, and through nodes, which make `<name>.before` of
 * `<name>`.
 */
export function takeOtherwise(
  graph: GraphProto,
  name: string,
  [type, lengths]: readonly [ElementType, Lengths],
  nodes: readonly GraphProto['node'][number][],
): void {
  for (const node of graph.node) {
    node.input = node.input.map((input) => (input === name ? `${name}.before` : input));
  }
  graph.node = [...nodes, ...graph.node];
  graph.input = graph.input.map((input) => (input.name === name ? valueOf(name, type, lengths) : input));
}
