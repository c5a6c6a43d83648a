import type {
  Constant,
  ElementType,
  Graph,
  GraphNode,
  Initialiser,
  Operation,
  Output,
  Parameter,
  Shape,
  Tensor,
} from './graph.ts';
import { elementCount } from './graph.ts';
import { outputType } from './outputType.ts';

/**
 * Writes a graph, operation by operation. Every method that adds one returns its output and throws a RangeError,
 * which names the operation and the shapes, when the inputs do not fit. Negative axes count from the end.
 */
export class GraphBuilder {
  readonly #name: string;
  readonly #inputs: Tensor[] = [];
  readonly #parameters: Parameter[] = [];
  readonly #constants: Constant[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #outputs: Output[] = [];
  readonly #names = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  input(name: string, elementType: ElementType, shape: Shape): Tensor {
    const tensor = { name: this.#claim(name), elementType, shape };
    this.#inputs.push(tensor);
    return tensor;
  }

  parameter(name: string, shape: readonly number[], initialiser: Initialiser): Tensor {
    const parameter: Parameter = { name: this.#claim(name), elementType: 'float32', shape, initialiser };
    this.#parameters.push(parameter);
    return parameter;
  }

  /** A fixed tensor of row-major values: float32 or int32, as the array is. */
  constant(data: Float32Array | Int32Array, shape: readonly number[]): Tensor {
    if (data.length !== elementCount(shape)) {
      throw new RangeError(`A constant of shape [${shape.join(', ')}] cannot have ${data.length} values`);
    }
    const elementType = data instanceof Float32Array ? 'float32' : 'int32';
    const constant = {
      name: this.#claim(`constant_${this.#constants.length}`),
      elementType,
      shape,
      data,
    } as const;
    this.#constants.push(constant);
    return constant;
  }

  /** A float32 constant without axes. */
  scalar(value: number): Tensor {
    return this.constant(Float32Array.of(value), []);
  }

  /** Gives a tensor a name under which it can be asked for. */
  output(name: string, tensor: Tensor): void {
    this.#outputs.push({ name: this.#claim(name), tensor });
  }

  /** The graph as written so far. */
  build(): Graph {
    return {
      name: this.#name,
      inputs: [...this.#inputs],
      parameters: [...this.#parameters],
      constants: [...this.#constants],
      nodes: [...this.#nodes],
      outputs: [...this.#outputs],
    };
  }

  /** Adds an operation of any kind. */
  emit(operation: Operation, ...inputs: readonly Tensor[]): Tensor {
    const { elementType, shape } = outputType(operation, inputs);
    const name = this.#claim(`${operation.kind}_${this.#nodes.length}`);
    const output: Tensor = { name, elementType, shape };
    this.#nodes.push({ operation, inputs, output });
    return output;
  }

  exp(x: Tensor): Tensor {
    return this.emit({ kind: 'exp' }, x);
  }

  log(x: Tensor): Tensor {
    return this.emit({ kind: 'log' }, x);
  }

  sqrt(x: Tensor): Tensor {
    return this.emit({ kind: 'sqrt' }, x);
  }

  tanh(x: Tensor): Tensor {
    return this.emit({ kind: 'tanh' }, x);
  }

  sigmoid(x: Tensor): Tensor {
    return this.emit({ kind: 'sigmoid' }, x);
  }

  erf(x: Tensor): Tensor {
    return this.emit({ kind: 'erf' }, x);
  }

  relu(x: Tensor): Tensor {
    return this.emit({ kind: 'relu' }, x);
  }

  add(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'add' }, a, this.#operand(b));
  }

  subtract(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'subtract' }, a, this.#operand(b));
  }

  multiply(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'multiply' }, a, this.#operand(b));
  }

  divide(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'divide' }, a, this.#operand(b));
  }

  maximum(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'maximum' }, a, this.#operand(b));
  }

  minimum(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'minimum' }, a, this.#operand(b));
  }

  equal(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'equal' }, a, this.#operand(b));
  }

  greater(a: Tensor, b: Tensor | number): Tensor {
    return this.emit({ kind: 'greater' }, a, this.#operand(b));
  }

  where(condition: Tensor, a: Tensor, b: Tensor): Tensor {
    return this.emit({ kind: 'where' }, condition, a, b);
  }

  cast(x: Tensor, to: ElementType): Tensor {
    return this.emit({ kind: 'cast', to }, x);
  }

  matmul(a: Tensor, b: Tensor): Tensor {
    return this.emit({ kind: 'matmul' }, a, b);
  }

  /** Over the axes given, or over all of them. */
  reduceSum(x: Tensor, axes?: readonly number[], keepAxes = false): Tensor {
    return this.emit({ kind: 'reduceSum', axes: reducedAxes(x, axes), keepAxes }, x);
  }

  reduceMean(x: Tensor, axes?: readonly number[], keepAxes = false): Tensor {
    return this.emit({ kind: 'reduceMean', axes: reducedAxes(x, axes), keepAxes }, x);
  }

  reduceMax(x: Tensor, axes?: readonly number[], keepAxes = false): Tensor {
    return this.emit({ kind: 'reduceMax', axes: reducedAxes(x, axes), keepAxes }, x);
  }

  softmax(x: Tensor, axis: number): Tensor {
    return this.emit({ kind: 'softmax', axis: countedAxis(x, axis) }, x);
  }

  /** The logarithm of the softmax, without the underflow of taking one after the other. */
  logSoftmax(x: Tensor, axis: number): Tensor {
    return this.emit({ kind: 'logSoftmax', axis: countedAxis(x, axis) }, x);
  }

  argmax(x: Tensor, axis: number): Tensor {
    return this.emit({ kind: 'argmax', axis: countedAxis(x, axis) }, x);
  }

  reshape(x: Tensor, shape: Shape): Tensor {
    return this.emit({ kind: 'reshape', shape }, x);
  }

  /** The axes in a new order; without one, the last two axes exchanged. */
  transpose(x: Tensor, permutation?: readonly number[]): Tensor {
    const rank = x.shape.length;
    const exchanged = [...Array(rank).keys()].slice(0, -2).concat(rank - 1, rank - 2);
    return this.emit({ kind: 'transpose', permutation: permutation ?? exchanged }, x);
  }

  concatenate(parts: readonly Tensor[], axis: number): Tensor {
    return this.emit({ kind: 'concatenate', axis: countedAxis(parts[0]!, axis) }, ...parts);
  }

  /** Entries `start` (inclusive) to `end` (exclusive) along an axis. */
  slice(x: Tensor, axis: number, start: number, end: number): Tensor {
    return this.emit({ kind: 'slice', axis: countedAxis(x, axis), start, end }, x);
  }

  /** The entries of `values` at int32 positions of an axis, which the positions' own axes replace. */
  gather(values: Tensor, indices: Tensor, axis = 0): Tensor {
    return this.emit({ kind: 'gather', axis: countedAxis(values, axis) }, values, indices);
  }

  /** `x` broadcast to the shape of `like`, whose values do not matter. */
  broadcast(x: Tensor, like: Tensor): Tensor {
    return this.emit({ kind: 'broadcast' }, x, like);
  }

  convolution(images: Tensor, filters: Tensor, { stride = 1, padding = 0 } = {}): Tensor {
    return this.emit({ kind: 'convolution', stride, padding }, images, filters);
  }

  maxPool(images: Tensor, size: number, { stride = 1, padding = 0 } = {}): Tensor {
    return this.emit({ kind: 'maxPool', size, stride, padding }, images);
  }

  layerNormalisation(x: Tensor, scale: Tensor, offset: Tensor, epsilon = 1e-5): Tensor {
    return this.emit({ kind: 'layerNormalisation', epsilon }, x, scale, offset);
  }

  batchNormalisation(
    x: Tensor,
    statistics: { scale: Tensor; offset: Tensor; mean: Tensor; variance: Tensor },
    epsilon = 1e-5,
  ): Tensor {
    const { scale, offset, mean, variance } = statistics;
    return this.emit({ kind: 'batchNormalisation', epsilon }, x, scale, offset, mean, variance);
  }

  #operand(value: Tensor | number): Tensor {
    return typeof value === 'number' ? this.scalar(value) : value;
  }

  #claim(name: string): string {
    if (this.#names.has(name))
      throw new RangeError(`Two tensors of the graph ${this.#name} are named ${name}`);
    this.#names.add(name);
    return name;
  }
}

function countedAxis(x: Tensor, axis: number): number {
  return axis < 0 ? axis + x.shape.length : axis;
}

function reducedAxes(x: Tensor, axes: readonly number[] | undefined): number[] {
  return axes === undefined ? [...x.shape.keys()] : axes.map((axis) => countedAxis(x, axis));
}
