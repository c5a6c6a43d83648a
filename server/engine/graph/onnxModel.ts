import { open, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import type { Graph, ParameterValues, Tensor } from './graph.ts';
import { elementCount, formatShape } from './graph.ts';
import type { TensorProto, ValueInfoProto } from './onnx_pb.ts';
import {
  ModelProtoSchema,
  NodeProtoSchema,
  TensorProto_DataLocation,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from './onnx_pb.ts';
import { onnxElementTypes, onnxNodes } from './onnxNodes.ts';

/** Operator set 20 and version 9 of the file format belong to one release, ONNX 1.15. */
const operatorSet = 20n;
const irVersion = 9n;

/** Where parameters lie in a file beside the model: tensors start at multiples of a memory page, so that they can be mapped. */
const alignment = 4096;

/**
 * Writes a graph with its parameters as one ONNX model in memory. Protocol buffers end at 2 GiB: larger models go to
 * a file, by `writeOnnxModel`.
 *
 * @throws RangeError when a parameter's value is missing or has another number of entries.
 */
export function encodeOnnxModel(graph: Graph, values: ParameterValues): Uint8Array<ArrayBuffer> {
  const parameters = graph.parameters.map((parameter) =>
    create(TensorProtoSchema, { ...tensorHeader(parameter), rawData: bytesOf(valueOf(parameter, values)) }),
  );
  return encodeModel(graph, parameters);
}

/**
 * Writes a graph with its parameters as an ONNX file. The parameters go to `<path>.data` beside it, which has no
 * limit in size. When it fails, neither file is left.
 *
 * @throws RangeError when a parameter's value is missing or has another number of entries.
 */
export async function writeOnnxModel(graph: Graph, values: ParameterValues, path: string): Promise<void> {
  const dataPath = `${path}.data`;
  try {
    const parameters: TensorProto[] = [];
    const file = await open(dataPath, 'w');
    try {
      let offset = 0;
      for (const parameter of graph.parameters) {
        const bytes = bytesOf(valueOf(parameter, values));
        await file.write(bytes, 0, bytes.length, offset);
        parameters.push(
          create(TensorProtoSchema, {
            ...tensorHeader(parameter),
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
    await writeFile(path, encodeModel(graph, parameters));
  } catch (error) {
    await Promise.all([path, dataPath].map((written) => rm(written, { force: true })));
    throw error;
  }
}

function encodeModel(graph: Graph, parameters: TensorProto[]): Uint8Array<ArrayBuffer> {
  const translated = graph.nodes.map(onnxNodes);
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
          create(TensorProtoSchema, { ...tensorHeader(constant), rawData: bytesOf(constant.data) }),
        ),
        ...translated.flatMap(({ initializers }) => initializers),
      ],
      node: [
        ...translated.flatMap(({ nodes }) => nodes),
        ...graph.outputs.map(({ name, tensor }) =>
          create(NodeProtoSchema, { opType: 'Identity', name, input: [tensor.name], output: [name] }),
        ),
      ],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function tensorHeader({ name, elementType, shape }: Tensor): {
  name: string;
  dataType: number;
  dims: bigint[];
} {
  return { name, dataType: onnxElementTypes[elementType], dims: shape.map(BigInt) };
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
      value: { case: 'tensorType', value: { elemType: onnxElementTypes[elementType], shape: { dim } } },
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

/** ONNX files are little-endian, as is every machine that ONNX Runtime has a Node.js build for. */
function bytesOf(values: Float32Array | Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
