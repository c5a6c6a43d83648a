import { fromBinary } from '@bufbuild/protobuf';
import type { ByteRange } from '../datasets/byteRange.ts';
import type { Shape } from './graph.ts';
import { ValueInfoProtoSchema, type ValueInfoProto } from './onnx_pb.ts';
import { ProtobufReader, type ProtobufField } from './protobufReader.ts';

/** What an ONNX file says of its model, beside the weights. */
export interface OnnxHeader {
  /** The program that wrote it; empty where it does not say. */
  readonly producer: string;
  /** The name of its graph; empty where it has none. */
  readonly graph: string;
  /** The version of the standard operators; null where it uses none. */
  readonly opset: number | null;
  /** What it is given; with the initialisers, which old writers list here too, left out. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** The operators that its graph uses, those of its functions among them, each once. */
  readonly operators: readonly string[];
  /** Numbers in all initialisers, those in other files too. */
  readonly parameters: number;
  /** Bytes of these; null where one is of a type without a fixed size, or of one that is not known. */
  readonly bytes: number | null;
  /** The files that initialisers are kept in, as the model writes them. */
  readonly dataFiles: readonly string[];
}

/** An input or output of a model. */
export interface OnnxValue {
  readonly name: string;
  /** As `float32`; `not a tensor` for sequences and the like. */
  readonly type: string;
  /** A length that is known only when the model runs is a name, or an empty text. */
  readonly shape: Shape;
}

/** More than the largest models have, whose nodes are a dozen fields each. */
const mostFields = 4_000_000;
const mostAxes = 64;
const longestName = 2 ** 12;
const longestValue = 2 ** 16;
const mostOutputs = 1000;
const mostInputs = 100_000;
const mostDataFiles = 1000;

/** By ONNX's number: what ONNX Runtime calls an element type, and its bits. */
const elementTypes: Readonly<Record<number, readonly [string, number]>> = {
  1: ['float32', 32],
  2: ['uint8', 8],
  3: ['int8', 8],
  4: ['uint16', 16],
  5: ['int16', 16],
  6: ['int32', 32],
  7: ['int64', 64],
  9: ['bool', 8],
  10: ['float16', 16],
  11: ['float64', 64],
  12: ['uint32', 32],
  13: ['uint64', 64],
  14: ['complex64', 64],
  15: ['complex128', 128],
  16: ['bfloat16', 16],
  17: ['float8e4m3fn', 8],
  18: ['float8e4m3fnuz', 8],
  19: ['float8e5m2', 8],
  20: ['float8e5m2fnuz', 8],
  21: ['uint4', 4],
  22: ['int4', 4],
};

/**
 * Reads what an ONNX model says of itself. Weights are passed over, however large they are, and nothing is run.
 * https://onnx.ai/onnx/repo-docs/IR.html
 *
 * @param problem The error for a file that is no such model; `found` continues a sentence about it.
 */
export async function readOnnxHeader(
  bytes: ByteRange,
  problem: (found: string) => Error,
): Promise<OnnxHeader> {
  const reader = new ProtobufReader(bytes, mostFields, problem);
  let producer = '';
  let opset: number | null = null;
  let graph: GraphHeader | null = null;
  const ofFunctions = new Set<string>();
  for await (const field of reader.fields()) {
    if (field.number === 2) producer = await reader.text(field, longestName);
    if (field.number === 7) graph = await readGraph(reader, field, problem);
    if (field.number === 25) await readFunction(reader, field, ofFunctions);
    if (field.number === 8) opset = (await standardOpset(reader, field)) ?? opset;
  }
  if (graph === null) throw problem('has no graph');
  const operators = [...new Set([...graph.operators, ...ofFunctions])];
  return { producer, opset, ...graph, operators };
}

type GraphHeader = Omit<OnnxHeader, 'producer' | 'opset'>;

async function readGraph(
  reader: ProtobufReader,
  message: ProtobufField,
  problem: (found: string) => Error,
): Promise<GraphHeader> {
  let graph = '';
  let parameters = 0;
  let bits = 0;
  const inputs: OnnxValue[] = [];
  const outputs: OnnxValue[] = [];
  const initialisers = new Set<string>();
  const operators = new Set<string>();
  const dataFiles = new Set<string>();
  for await (const field of reader.fields(message)) {
    if (field.number === 1) await readOperator(reader, field, operators);
    if (field.number === 2) graph = await reader.text(field, longestName);
    if (field.number === 5) {
      const tensor = await readTensor(reader, field);
      const count = tensor.shape.reduce((product, length) => product * length, 1);
      parameters += count;
      bits += count * (elementTypes[tensor.type]?.[1] ?? NaN);
      initialisers.add(tensor.name);
      if (tensor.file !== null) dataFiles.add(tensor.file);
      if (!Number.isSafeInteger(parameters) || dataFiles.size > mostDataFiles) {
        throw problem(`has a tensor of the shape (${tensor.shape.join(', ')}), or tensors in too many files`);
      }
    }
    if (field.number === 11) {
      inputs.push(valueOf(await reader.content(field, longestValue), problem));
      if (inputs.length > mostInputs) throw problem(`has more than ${mostInputs} inputs`);
    }
    if (field.number === 12) {
      outputs.push(valueOf(await reader.content(field, longestValue), problem));
      if (outputs.length > mostOutputs) throw problem(`has more than ${mostOutputs} outputs`);
    }
  }
  const bytes = Number.isNaN(bits) ? null : Math.ceil(bits / 8);
  const given = inputs.filter(({ name }) => !initialisers.has(name));
  return {
    graph,
    inputs: given,
    outputs,
    operators: [...operators],
    parameters,
    bytes,
    dataFiles: [...dataFiles],
  };
}

/** Adds the operator of a node to others. */
async function readOperator(
  reader: ProtobufReader,
  node: ProtobufField,
  operators: Set<string>,
): Promise<void> {
  for await (const field of reader.fields(node)) {
    if (field.number === 4) operators.add(await reader.text(field, longestName));
  }
}

/** Adds the operators of a function's nodes to others. */
async function readFunction(
  reader: ProtobufReader,
  message: ProtobufField,
  operators: Set<string>,
): Promise<void> {
  for await (const field of reader.fields(message)) {
    if (field.number === 7) await readOperator(reader, field, operators);
  }
}

/** The version of an operator set, where it is that of the standard. */
async function standardOpset(reader: ProtobufReader, message: ProtobufField): Promise<number | null> {
  let domain = '';
  let version: number | null = null;
  for await (const field of reader.fields(message)) {
    if (field.number === 1) domain = await reader.text(field, longestName);
    if (field.number === 2) version = field.value;
  }
  return domain === '' || domain === 'ai.onnx' ? version : null;
}

interface TensorHeader {
  readonly name: string;
  readonly shape: readonly number[];
  /** ONNX's number of the element type. */
  readonly type: number;
  /** Null where the values are in the model itself. */
  readonly file: string | null;
}

async function readTensor(reader: ProtobufReader, message: ProtobufField): Promise<TensorHeader> {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let file: string | null = null;
  for await (const field of reader.fields(message)) {
    if (field.number === 1) {
      // Some writers give each length a field of its own.
      shape.push(...(field.value === null ? await reader.packed(field, mostAxes) : [field.value]));
    }
    if (field.number === 2) type = field.value ?? 0;
    if (field.number === 8) name = await reader.text(field, longestName);
    if (field.number === 13) file = (await locationIn(reader, field)) ?? file;
  }
  return { name, shape, type, file };
}

/** The file that an entry of a tensor's external data names; null for entries that say something else. */
async function locationIn(reader: ProtobufReader, message: ProtobufField): Promise<string | null> {
  let key = '';
  let value = '';
  for await (const field of reader.fields(message)) {
    if (field.number === 1) key = await reader.text(field, longestName);
    if (field.number === 2) value = await reader.text(field, longestName);
  }
  return key === 'location' ? value : null;
}

function valueOf(content: Uint8Array, problem: (found: string) => Error): OnnxValue {
  let info: ValueInfoProto;
  try {
    info = fromBinary(ValueInfoProtoSchema, content);
  } catch (error) {
    throw problem(`has an input or output that cannot be read: ${(error as Error).message}`);
  }
  const { name, type } = info;
  if (type?.value.case !== 'tensorType') return { name, type: 'not a tensor', shape: [] };
  const { elemType, shape } = type.value.value;
  return {
    name,
    type: elementTypes[elemType]?.[0] ?? `element type ${elemType}`,
    shape: (shape?.dim ?? []).map(({ value }) => {
      if (value.case === 'dimParam') return value.value;
      return value.case === 'dimValue' && value.value > 0n ? Number(value.value) : '';
    }),
  };
}
