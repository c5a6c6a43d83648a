import { create } from '@bufbuild/protobuf';
import type { ElementType, GraphNode, Operation } from './graph.ts';
import type { AttributeProto, NodeProto, TensorProto } from './onnx_pb.ts';
import {
  AttributeProto_AttributeType,
  AttributeProtoSchema,
  NodeProtoSchema,
  TensorProto_DataType,
  TensorProtoSchema,
} from './onnx_pb.ts';

/** Whether the float32 tensors of a graph are so in a model, or float16. */
export type Precision = 'fp32' | 'fp16';

/** ONNX's number of each element type, at each precision. */
export const onnxElementTypes: Readonly<Record<Precision, Readonly<Record<ElementType, number>>>> = {
  fp32: {
    float32: TensorProto_DataType.FLOAT,
    int32: TensorProto_DataType.INT32,
    bool: TensorProto_DataType.BOOL,
  },
  fp16: {
    float32: TensorProto_DataType.FLOAT16,
    int32: TensorProto_DataType.INT32,
    bool: TensorProto_DataType.BOOL,
  },
};

/** What a node of a graph becomes in ONNX: nodes, and the int64 tensors that hold their shapes and axes. */
export interface OnnxNodes {
  readonly nodes: NodeProto[];
  readonly initializers: TensorProto[];
}

/** Operations whose ONNX operator needs nothing but its inputs. */
const plainOperators = {
  exp: 'Exp',
  log: 'Log',
  sqrt: 'Sqrt',
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  erf: 'Erf',
  relu: 'Relu',
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
  equal: 'Equal',
  greater: 'Greater',
  where: 'Where',
  matmul: 'MatMul',
} as const satisfies Partial<Record<Operation['kind'], string>>;

const reductionOperators = {
  reduceSum: 'ReduceSum',
  reduceMean: 'ReduceMean',
  reduceMax: 'ReduceMax',
} as const;

/** Translates one node to ONNX operators of operator set 20. */
export function onnxNodes({ operation, inputs, output }: GraphNode, precision: Precision): OnnxNodes {
  const nodes: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputNames = inputs.map(({ name }) => name);
  const emit = (
    opType: string,
    input: string[],
    attribute: AttributeProto[] = [],
    outputName = output.name,
  ): string => {
    nodes.push(create(NodeProtoSchema, { opType, name: outputName, input, output: [outputName], attribute }));
    return outputName;
  };
  const integers = (role: string, values: readonly number[]): string => {
    const name = `${output.name}/${role}`;
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    initializers.push(
      create(TensorProtoSchema, {
        name,
        dims: [BigInt(values.length)],
        dataType: TensorProto_DataType.INT64,
        rawData,
      }),
    );
    return name;
  };

  switch (operation.kind) {
    case 'cast':
      emit('Cast', inputNames, [integer('to', onnxElementTypes[precision][operation.to])]);
      break;
    case 'reduceSum':
    case 'reduceMean':
    case 'reduceMax':
      emit(
        reductionOperators[operation.kind],
        [...inputNames, integers('axes', operation.axes)],
        [integer('keepdims', operation.keepAxes ? 1 : 0)],
      );
      break;
    case 'softmax':
      emit('Softmax', inputNames, [integer('axis', operation.axis)]);
      break;
    case 'logSoftmax':
      emit('LogSoftmax', inputNames, [integer('axis', operation.axis)]);
      break;
    case 'argmax': {
      const attributes = [integer('axis', operation.axis), integer('keepdims', 0)];
      const position = emit('ArgMax', inputNames, attributes, `${output.name}/int64`);
      emit('Cast', [position], [integer('to', TensorProto_DataType.INT32)]);
      break;
    }
    case 'reshape': {
      const lengths = operation.shape.map((length) => (typeof length === 'string' ? -1 : length));
      emit('Reshape', [...inputNames, integers('shape', lengths)]);
      break;
    }
    case 'transpose':
      emit('Transpose', inputNames, [integerList('perm', operation.permutation)]);
      break;
    case 'concatenate':
      emit('Concat', inputNames, [integer('axis', operation.axis)]);
      break;
    case 'slice':
      emit('Slice', [
        ...inputNames,
        integers('starts', [operation.start]),
        integers('ends', [operation.end]),
        integers('axes', [operation.axis]),
      ]);
      break;
    case 'gather':
      emit('Gather', inputNames, [integer('axis', operation.axis)]);
      break;
    case 'broadcast': {
      const shape = emit('Shape', [inputNames[1]!], [], `${output.name}/shape`);
      emit('Expand', [inputNames[0]!, shape]);
      break;
    }
    case 'convolution':
      emit('Conv', inputNames, windowAttributes(operation.stride, operation.padding));
      break;
    case 'maxPool':
      emit('MaxPool', inputNames, [
        integerList('kernel_shape', [operation.size, operation.size]),
        ...windowAttributes(operation.stride, operation.padding),
      ]);
      break;
    case 'layerNormalisation':
      emit('LayerNormalization', inputNames, [integer('axis', -1), float('epsilon', operation.epsilon)]);
      break;
    case 'batchNormalisation':
      emit('BatchNormalization', inputNames, [float('epsilon', operation.epsilon)]);
      break;
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'tanh':
    case 'sigmoid':
    case 'erf':
    case 'relu':
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'maximum':
    case 'minimum':
    case 'equal':
    case 'greater':
    case 'where':
    case 'matmul':
      emit(plainOperators[operation.kind], inputNames);
  }
  return { nodes, initializers };
}

function windowAttributes(stride: number, padding: number): AttributeProto[] {
  return [
    integerList('strides', [stride, stride]),
    integerList('pads', [padding, padding, padding, padding]),
  ];
}

/** A node that casts a tensor to an element type, given by ONNX's number. */
export function castNode(from: string, to: string, elementType: number): NodeProto {
  return create(NodeProtoSchema, {
    opType: 'Cast',
    name: to,
    input: [from],
    output: [to],
    attribute: [integer('to', elementType)],
  });
}

function integer(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.INT, i: BigInt(value) });
}

function integerList(name: string, values: readonly number[]): AttributeProto {
  return create(AttributeProtoSchema, {
    name,
    type: AttributeProto_AttributeType.INTS,
    ints: values.map(BigInt),
  });
}

function float(name: string, value: number): AttributeProto {
  return create(AttributeProtoSchema, { name, type: AttributeProto_AttributeType.FLOAT, f: value });
}
