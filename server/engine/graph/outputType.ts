import type { Dimension, ElementType, Operation, Shape, Tensor } from './graph.ts';
import { formatShape } from './graph.ts';

/** Element type and shape of a tensor. */
export type TensorType = Pick<Tensor, 'elementType' | 'shape'>;

/**
 * Type of what an operation gives for inputs of given types.
 *
 * @throws RangeError when the inputs do not fit the operation; the message names it and the shapes.
 */
export function outputType(operation: Operation, inputs: readonly TensorType[]): TensorType {
  const given = inputs.map((input) => `${input.elementType}${formatShape(input.shape)}`).join(' and ');
  const refuse = (reason: string): never => {
    throw new RangeError(`${operation.kind} of ${given}: ${reason}`);
  };
  const input = (index: number): TensorType => inputs[index] ?? refuse(`input ${index + 1} is missing`);
  const expectType = (index: number, expected: ElementType): void => {
    if (input(index).elementType !== expected) refuse(`input ${index + 1} must be ${expected}`);
  };
  const expectSame = (a: Dimension | undefined, b: Dimension | undefined, what: string): void => {
    if (a !== b) refuse(`${what} must be equal, found ${String(a)} and ${String(b)}`);
  };
  const expectAxis = (axis: number, rank: number): void => {
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) refuse(`there is no axis ${axis}`);
  };
  const broadcast = (a: Shape, b: Shape): Shape =>
    broadcastShape(a, b) ?? refuse('the shapes do not broadcast to one another');

  const first = input(0);
  const { shape, elementType } = first;
  switch (operation.kind) {
    case 'exp':
    case 'log':
    case 'sqrt':
    case 'tanh':
    case 'sigmoid':
    case 'erf':
    case 'relu':
      expectType(0, 'float32');
      return first;
    case 'add':
    case 'subtract':
    case 'multiply':
    case 'divide':
    case 'maximum':
    case 'minimum':
      expectType(1, elementType);
      if (elementType === 'bool') refuse('the inputs must be numbers');
      return { elementType, shape: broadcast(shape, input(1).shape) };
    case 'equal':
    case 'greater':
      expectType(1, elementType);
      return { elementType: 'bool', shape: broadcast(shape, input(1).shape) };
    case 'where':
      expectType(0, 'bool');
      expectType(2, input(1).elementType);
      return {
        elementType: input(1).elementType,
        shape: broadcast(shape, broadcast(input(1).shape, input(2).shape)),
      };
    case 'cast':
      return { elementType: operation.to, shape };
    case 'matmul': {
      const right = input(1).shape;
      expectType(0, 'float32');
      expectType(1, 'float32');
      if (shape.length < 2 || right.length < 2) refuse('each input must have two axes at least');
      expectSame(shape.at(-1), right.at(-2), 'columns of the first and rows of the second');
      return {
        elementType,
        shape: [...broadcast(shape.slice(0, -2), right.slice(0, -2)), shape.at(-2)!, right.at(-1)!],
      };
    }
    case 'reduceSum':
    case 'reduceMean':
    case 'reduceMax':
      expectType(0, 'float32');
      for (const axis of operation.axes) expectAxis(axis, shape.length);
      return {
        elementType,
        shape: operation.keepAxes
          ? shape.map((length, axis) => (operation.axes.includes(axis) ? 1 : length))
          : shape.filter((_, axis) => !operation.axes.includes(axis)),
      };
    case 'softmax':
    case 'logSoftmax':
      expectType(0, 'float32');
      expectAxis(operation.axis, shape.length);
      return first;
    case 'argmax':
      expectAxis(operation.axis, shape.length);
      return { elementType: 'int32', shape: shape.filter((_, axis) => axis !== operation.axis) };
    case 'reshape':
      if (symbols(operation.shape).length > 1) refuse('at most one dimension of a new shape may be symbolic');
      if (
        knownCount(shape) !== knownCount(operation.shape) ||
        symbols(shape).join() !== symbols(operation.shape).join()
      ) {
        refuse(`${formatShape(operation.shape)} has another number of entries`);
      }
      return { elementType, shape: operation.shape };
    case 'transpose': {
      const { permutation } = operation;
      if ([...permutation].sort((a, b) => a - b).join() !== [...shape.keys()].join()) {
        refuse(`[${permutation.join(', ')}] is no permutation of its axes`);
      }
      return { elementType, shape: permutation.map((axis) => shape[axis]!) };
    }
    case 'concatenate': {
      const { axis } = operation;
      expectAxis(axis, shape.length);
      let total = 0;
      inputs.forEach((part, index) => {
        expectType(index, elementType);
        expectSame(part.shape.length, shape.length, 'numbers of axes');
        part.shape.forEach((length, at) => {
          if (at !== axis) expectSame(length, shape[at], `lengths of axis ${at}`);
        });
        const length = part.shape[axis]!;
        total += typeof length === 'number' ? length : refuse('the joined axis must not be symbolic');
      });
      return { elementType, shape: withAxis(shape, axis, total) };
    }
    case 'slice': {
      const { axis, start, end } = operation;
      expectAxis(axis, shape.length);
      const length = shape[axis]!;
      if (typeof length === 'string' && end > 1)
        refuse('only the first entry of a symbolic axis is known to be there');
      if (start < 0 || end <= start || (typeof length === 'number' && end > length))
        refuse(`[${start}, ${end}) is no range of axis ${axis}`);
      return { elementType, shape: withAxis(shape, axis, end - start) };
    }
    case 'gather':
      expectType(1, 'int32');
      expectAxis(operation.axis, shape.length);
      return {
        elementType,
        shape: [...shape.slice(0, operation.axis), ...input(1).shape, ...shape.slice(operation.axis + 1)],
      };
    case 'broadcast': {
      const target = input(1).shape;
      if (formatShape(broadcast(shape, target)) !== formatShape(target)) {
        refuse('the first shape must broadcast to the second');
      }
      return { elementType, shape: target };
    }
    case 'convolution': {
      const filters = input(1).shape;
      expectType(0, 'float32');
      expectType(1, 'float32');
      expectSame(shape.length, 4, 'the number of axes and that of a batch of images');
      expectSame(filters.length, 4, 'the number of axes of the filters and four');
      expectSame(shape[1], filters[1], 'channels of the images and of the filters');
      const { stride, padding } = operation;
      return {
        elementType,
        shape: [
          shape[0]!,
          filters[0]!,
          windowCount(shape[2]!, filters[2]!, stride, padding) ??
            refuse('the filter is larger than the image'),
          windowCount(shape[3]!, filters[3]!, stride, padding) ??
            refuse('the filter is larger than the image'),
        ],
      };
    }
    case 'maxPool': {
      expectType(0, 'float32');
      expectSame(shape.length, 4, 'the number of axes and that of a batch of images');
      const { size, stride, padding } = operation;
      return {
        elementType,
        shape: [
          shape[0]!,
          shape[1]!,
          windowCount(shape[2]!, size, stride, padding) ?? refuse('the window is larger than the image'),
          windowCount(shape[3]!, size, stride, padding) ?? refuse('the window is larger than the image'),
        ],
      };
    }
    case 'layerNormalisation':
    case 'batchNormalisation': {
      const axis = operation.kind === 'layerNormalisation' ? shape.length - 1 : 1;
      const count = operation.kind === 'layerNormalisation' ? 2 : 4;
      expectAxis(axis, shape.length);
      for (let index = 0; index <= count; index++) expectType(index, 'float32');
      for (let index = 1; index <= count; index++) {
        expectSame(input(index).shape.length, 1, 'the number of axes of a statistic and one');
        expectSame(input(index).shape[0], shape[axis], 'the normalised length and that of its statistics');
      }
      return first;
    }
  }
}

/** NumPy's broadcasting; undefined where it is not possible. */
function broadcastShape(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const result: Dimension[] = [];
  for (let axis = 0; axis < rank; axis++) {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1) return undefined;
    result.push(left === 1 ? right : left);
  }
  return result;
}

/** Positions of a window along a padded axis; undefined where there is none or a length is symbolic. */
function windowCount(
  length: Dimension,
  window: Dimension,
  stride: number,
  padding: number,
): number | undefined {
  if (typeof length === 'string' || typeof window === 'string') return undefined;
  const count = Math.floor((length + 2 * padding - window) / stride) + 1;
  return count > 0 ? count : undefined;
}

function withAxis(shape: Shape, axis: number, length: number): Shape {
  return shape.map((old, at) => (at === axis ? length : old));
}

function symbols(shape: Shape): string[] {
  return shape.filter((length) => typeof length === 'string').sort();
}

function knownCount(shape: Shape): number {
  return shape.reduce<number>(
    (product, length) => (typeof length === 'string' ? product : product * length),
    1,
  );
}
