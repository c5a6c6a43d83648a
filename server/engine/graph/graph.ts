/**
 * A computation as data: tensor operations from inputs and parameters to outputs. It knows no runtime: it is written
 * as ONNX by `onnxModel.ts`, may be interpreted by another runtime, and may be transformed to a graph of the same
 * operations.
 */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly parameters: readonly Parameter[];
  readonly constants: readonly Constant[];
  /** In an order in which each node's inputs come before it. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly Output[];
}

export type ElementType = 'float32' | 'int32' | 'bool';

/** A number of entries, or the name of a number that is known only when the graph runs, as `batch`. */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

/** A value in a graph: its name is unique there. */
export interface Tensor {
  readonly name: string;
  readonly elementType: ElementType;
  readonly shape: Shape;
}

/** A float32 tensor that is learned or loaded. Its name is the one that checkpoints of the architecture use. */
export interface Parameter extends Tensor {
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** The distribution that a parameter is drawn from at first. */
export type Initialiser =
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  /** Uniform on [−bound, bound). */
  | { readonly kind: 'uniform'; readonly bound: number };

export interface Constant extends Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

export interface GraphNode {
  readonly operation: Operation;
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
}

/** A tensor under the name by which it is asked for when the graph runs. */
export interface Output {
  readonly name: string;
  readonly tensor: Tensor;
}

/** The value of each parameter, by name, in row-major order. */
export type ParameterValues = ReadonlyMap<string, Float32Array>;

/** Elementwise, of one input. */
export const unaryKinds = ['exp', 'log', 'sqrt', 'tanh', 'sigmoid', 'erf', 'relu'] as const;
/** Elementwise, of two inputs that broadcast as in NumPy; the output has their element type. */
export const binaryKinds = ['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum'] as const;
/** Elementwise, of two inputs that broadcast as in NumPy; the output is `bool`. */
export const comparisonKinds = ['equal', 'greater'] as const;
/** Over given axes; an axis is kept with length 1 where `keepAxes` is set. */
export const reductionKinds = ['reduceSum', 'reduceMean', 'reduceMax'] as const;

/** What a node computes. Axes count from 0. */
export type Operation =
  | { readonly kind: (typeof unaryKinds)[number] }
  | { readonly kind: (typeof binaryKinds)[number] }
  | { readonly kind: (typeof comparisonKinds)[number] }
  | {
      readonly kind: (typeof reductionKinds)[number];
      readonly axes: readonly number[];
      readonly keepAxes: boolean;
    }
  /** (condition, a, b): a where the condition holds, else b. */
  | { readonly kind: 'where' }
  | { readonly kind: 'cast'; readonly to: ElementType }
  /** Of the last two axes; the axes before them broadcast. */
  | { readonly kind: 'matmul' }
  | { readonly kind: 'softmax' | 'logSoftmax'; readonly axis: number }
  /** The position of the largest value along an axis, the first one of equals, as `int32`; the axis goes. */
  | { readonly kind: 'argmax'; readonly axis: number }
  /** At most one dimension of the shape is symbolic. */
  | { readonly kind: 'reshape'; readonly shape: Shape }
  /** Axis i of the output is axis `permutation[i]` of the input. */
  | { readonly kind: 'transpose'; readonly permutation: readonly number[] }
  | { readonly kind: 'concatenate'; readonly axis: number }
  /** Entries `start` (inclusive) to `end` (exclusive) of one axis. */
  | { readonly kind: 'slice'; readonly axis: number; readonly start: number; readonly end: number }
  /** (values, int32 indices): the indices replace the axis of the values by their own axes. */
  | { readonly kind: 'gather'; readonly axis: number }
  /** (values, like): the values broadcast to the shape of `like`. */
  | { readonly kind: 'broadcast' }
  /** (N×C×H×W, filters O×C×h×w): cross-correlation; zeros are padded on each side. */
  | { readonly kind: 'convolution'; readonly stride: number; readonly padding: number }
  /** Of N×C×H×W; what is padded on each side never wins. */
  | { readonly kind: 'maxPool'; readonly size: number; readonly stride: number; readonly padding: number }
  /** (x, scale, offset): over the last axis, with the biased variance. */
  | { readonly kind: 'layerNormalisation'; readonly epsilon: number }
  /** (N×C×…, scale, offset, mean, variance): with given statistics of each channel. */
  | { readonly kind: 'batchNormalisation'; readonly epsilon: number };

/** A shape as messages show it: `[batch, 50, 768]`. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}

/** The number of entries of a shape without symbolic dimensions; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
