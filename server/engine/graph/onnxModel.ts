import { open, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { maxFloat16, toFloat16 } from '../numerics/float16.ts';
import { InputError } from '../problems.ts';
import type { Constant, Graph, Parameter, ParameterValues, Tensor } from './graph.ts';
import { elementCount, formatShape } from './graph.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from './onnx_pb.ts';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.ts';
import type { Precision } from './onnxNodes.ts';
import { castNode, onnxElementTypes, onnxNodes } from './onnxNodes.ts';

/** Operator set 20 and version 9 of the file format belong to one release, ONNX 1.15. */
const operatorSet = 20n;
const irVersion = 9n;

/** Where parameters lie in a file beside the model: tensors start at multiples of a memory page, so that they can be mapped. */
const alignment = 4096;

export interface OnnxOptions {
  /**
   * With `fp16`, what is float32 in the graph is float16 within the model; inputs and outputs stay float32. Constants
   * beyond the range of float16, as masks are, become its ends. `fp32` unless given.
   */
  readonly precision?: Precision | undefined;
}

/**
 * Writes a graph with its parameters as one ONNX model in memory. Protocol buffers end at 2 GiB: larger models go to
 * a file, by `writeOnnxModel`.
 *
 * @throws RangeError when a parameter's value is missing or has another number of entries.
 * @throws InputError `weights-float16` when a parameter does not fit into the range of float16.
 */
export function encodeOnnxModel(
  graph: Graph,
  values: ParameterValues,
  { precision = 'fp32' }: OnnxOptions = {},
): Uint8Array<ArrayBuffer> {
  const parameters = graph.parameters.map((parameter) =>
    create(TensorProtoSchema, {
      ...tensorHeader(parameter, precision),
      rawData: parameterBytes(parameter, values, precision),
    }),
  );
  return encodeModel(graph, parameters, precision);
}

/**
 * Writes a graph with its parameters as an ONNX file. The parameters go to `<path>.data` beside it, which has no
 * limit in size. When it fails, neither file is left.
 *
 * @throws RangeError when a parameter's value is missing or has another number of entries.
 * @throws InputError `weights-float16` when a parameter does not fit into the range of float16.
 */
export async function writeOnnxModel(
  graph: Graph,
  values: ParameterValues,
  path: string,
  { precision = 'fp32' }: OnnxOptions = {},
): Promise<void> {
  const dataPath = `${path}.data`;
  try {
    const parameters: TensorProto[] = [];
    const file = await open(dataPath, 'w');
    try {
      let offset = 0;
      for (const parameter of graph.parameters) {
        const bytes = parameterBytes(parameter, values, precision);
        await file.write(bytes, 0, bytes.length, offset);
        parameters.push(
          create(TensorProtoSchema, {
            ...tensorHeader(parameter, precision),
            dataLocation: TensorProto_DataLocation.EXTERNAL,
            externalData: [
              { key: 'location', value: basename(dataPath) },
              { key: 'offset', value: String(offset) },
              { key: 'length', value: String(bytes.length) },
            ],
          }),
        );
        offset += Math.ceil(bytes.length / alignment) * alignment;
      }
    } finally {
      await file.close();
    }
    await writeFile(path, encodeModel(graph, parameters, precision));
  } catch (error) {
    await Promise.all([path, dataPath].map((written) => rm(written, { force: true })));
    throw error;
  }
}

function encodeModel(graph: Graph, parameters: TensorProto[], precision: Precision): Uint8Array<ArrayBuffer> {
  const border = crossBorder(graph, precision);
  const translated = graph.nodes.map((node) =>
    onnxNodes({ ...node, inputs: node.inputs.map(border.inside) }, precision),
  );
  const model = create(ModelProtoSchema, {
    irVersion,
    opsetImport: [{ domain: '', version: operatorSet }],
    producerName: 'modality-gap',
    graph: {
      name: graph.name,
      input: graph.inputs.map((tensor) => valueInfo(tensor.name, tensor)),
      output: graph.outputs.map(({ name, tensor }) => valueInfo(name, tensor)),
      initializer: [
        ...parameters,
        ...graph.constants.map((constant) =>
          create(TensorProtoSchema, {
            ...tensorHeader(constant, precision),
            rawData: constantBytes(constant, precision),
          }),
        ),
        ...translated.flatMap(({ initializers }) => initializers),
      ],
      node: [...border.inputNodes, ...translated.flatMap(({ nodes }) => nodes), ...border.outputNodes],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** How tensors come from the inputs of a model into its graph, and out of it. */
function crossBorder(
  graph: Graph,
  precision: Precision,
): { inside: (tensor: Tensor) => Tensor; inputNodes: NodeProto[]; outputNodes: NodeProto[] } {
  const isCast = ({ elementType }: Tensor): boolean => precision === 'fp16' && elementType === 'float32';
  const castInputs = new Map(
    graph.inputs.filter(isCast).map(({ name }) => [name, `${name}/${precision}`] as const),
  );
  const inside = (tensor: Tensor): Tensor => ({
    ...tensor,
    name: castInputs.get(tensor.name) ?? tensor.name,
  });
  return {
    inside,
    inputNodes: [...castInputs].map(([name, cast]) =>
      castNode(name, cast, onnxElementTypes[precision].float32),
    ),
    outputNodes: graph.outputs.map(({ name, tensor }) =>
      isCast(tensor)
        ? castNode(inside(tensor).name, name, onnxElementTypes.fp32.float32)
        : create(NodeProtoSchema, { opType: 'Identity', name, input: [tensor.name], output: [name] }),
    ),
  };
}

function tensorHeader(
  { name, elementType, shape }: Parameter | Constant,
  precision: Precision,
): {
  name: string;
  dataType: number;
  dims: bigint[];
} {
  return { name, dataType: onnxElementTypes[precision][elementType], dims: shape.map(BigInt) };
}

function valueInfo(name: string, { elementType, shape }: Tensor): ValueInfoProto {
  const dim = shape.map((length) => ({
    value:
      typeof length === 'string'
        ? { case: 'dimParam' as const, value: length }
        : { case: 'dimValue' as const, value: BigInt(length) },
  }));
  return create(ValueInfoProtoSchema, {
    name,
    type: {
      value: { case: 'tensorType', value: { elemType: onnxElementTypes.fp32[elementType], shape: { dim } } },
    },
  });
}

function valueOf({ name, shape }: Graph['parameters'][number], values: ParameterValues): Float32Array {
  const value = values.get(name);
  if (!value) throw new RangeError(`The parameter ${name} has no value`);
  if (value.length !== elementCount(shape)) {
    throw new RangeError(
      `The parameter ${name} has shape ${formatShape(shape)}, found ${value.length} values`,
    );
  }
  return value;
}

function parameterBytes(parameter: Parameter, values: ParameterValues, precision: Precision): Uint8Array {
  const value = valueOf(parameter, values);
  if (precision === 'fp32') return bytesOf(value);
  const beyond = value.find((entry) => Math.abs(entry) > maxFloat16);
  if (beyond !== undefined) {
    throw new InputError(
      'weights-float16',
      `The weights ${parameter.name} have a value of ${beyond}; float16 ends at ${maxFloat16}. Use fp32`,
    );
  }
  return bytesOf(toFloat16(value));
}

function constantBytes({ data }: Constant, precision: Precision): Uint8Array {
  if (precision === 'fp32' || data instanceof Int32Array) return bytesOf(data);
  return bytesOf(toFloat16(data.map((value) => Math.max(-maxFloat16, Math.min(maxFloat16, value)))));
}

/** ONNX files are little-endian, as is every machine that ONNX Runtime has a Node.js build for. */
function bytesOf(values: Float32Array | Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
