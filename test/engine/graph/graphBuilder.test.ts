import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';

const length = fc.integer({ min: 1, max: 5 });
const shape = fc.array(length, { maxLength: 4 });

describe('shapes', () => {
  it('a product fits exactly when columns meet as many rows', () => {
    fc.assert(
      fc.property(length, length, length, length, (rows, columns, otherRows, otherColumns) => {
        const builder = new GraphBuilder('test');
        const a = builder.input('a', 'float32', ['batch', rows, columns]);
        const b = builder.input('b', 'float32', [otherRows, otherColumns]);
        if (columns === otherRows) {
          expect(builder.matmul(a, b).shape).toEqual(['batch', rows, otherColumns]);
        } else {
          expect(() => builder.matmul(a, b)).toThrow(
            `matmul of float32[batch, ${rows}, ${columns}] and float32[${otherRows}, ${otherColumns}]: ` +
              `columns of the first and rows of the second must be equal, found ${columns} and ${otherRows}`,
          );
        }
      }),
    );
  });

  it('a reshape keeps the number of entries, or is refused', () => {
    fc.assert(
      fc.property(shape, shape, (from, to) => {
        const builder = new GraphBuilder('test');
        const x = builder.input('x', 'float32', from);
        const count = (lengths: number[]): number => lengths.reduce((product, one) => product * one, 1);
        if (count(from) === count(to)) expect(builder.reshape(x, to).shape).toEqual(to);
        else expect(() => builder.reshape(x, to)).toThrow(/^reshape of .* has another number of entries$/);
      }),
    );
  });

  it('broadcasting is symmetric, and a shape broadcasts with itself', () => {
    fc.assert(
      fc.property(shape, shape, (left, right) => {
        const builder = new GraphBuilder('test');
        const a = builder.input('a', 'float32', left);
        const b = builder.input('b', 'float32', right);
        const attempt = (write: () => { shape: unknown }): unknown => {
          try {
            return write().shape;
          } catch (error) {
            expect(String(error)).toContain('do not broadcast');
            return 'refused';
          }
        };
        expect(attempt(() => builder.add(a, b))).toEqual(attempt(() => builder.add(b, a)));
        expect(builder.add(a, a).shape).toEqual(left);
      }),
    );
  });

  it('transposing there and back gives the shape again', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (permutation) => {
        const builder = new GraphBuilder('test');
        const x = builder.input('x', 'float32', ['batch', 2, 3, 4]);
        const back = permutation.map((_, axis) => permutation.indexOf(axis));
        expect(builder.transpose(builder.transpose(x, permutation), back).shape).toEqual(x.shape);
      }),
    );
  });
});

describe('refusals name the operation, the types and the reason', () => {
  const builder = new GraphBuilder('test');
  const images = builder.input('images', 'float32', ['batch', 3, 8, 8]);
  const matrix = builder.input('matrix', 'float32', ['batch', 4]);
  const tokens = builder.input('tokens', 'int32', ['batch', 4]);
  const vector = builder.input('vector', 'float32', [4]);
  const flags = builder.equal(matrix, 1);

  it.each<[string, () => unknown, string]>([
    ['types that differ', () => builder.add(matrix, tokens), 'input 2 must be float32'],
    ['arithmetic on conditions', () => builder.add(flags, flags), 'the inputs must be numbers'],
    [
      'a float function of integers',
      () => builder.exp(tokens),
      'exp of int32[batch, 4]: input 1 must be float32',
    ],
    ['a product of integers', () => builder.matmul(tokens, tokens), 'input 1 must be float32'],
    ['a product with a vector', () => builder.matmul(matrix, vector), 'two axes at least'],
    ['an axis that is not there', () => builder.softmax(matrix, 2), 'there is no axis 2'],
    ['a reduction likewise', () => builder.reduceMax(matrix, [-3]), 'there is no axis -1'],
    ['no permutation', () => builder.transpose(matrix, [0, 0]), '[0, 0] is no permutation of its axes'],
    [
      'parts of other lengths',
      () => builder.concatenate([matrix, images], 1),
      'numbers of axes must be equal',
    ],
    ['joining a symbolic axis', () => builder.concatenate([matrix, matrix], 0), 'must not be symbolic'],
    [
      'slicing more of a symbolic axis than its first entry',
      () => builder.slice(matrix, 0, 0, 2),
      'only the first entry of a symbolic axis is known to be there',
    ],
    ['slicing beyond the end', () => builder.slice(matrix, 1, 2, 5), '[2, 5) is no range of axis 1'],
    ['positions that are no integers', () => builder.gather(vector, matrix), 'input 2 must be int32'],
    [
      'a smaller target',
      () => builder.broadcast(matrix, vector),
      'the first shape must broadcast to the second',
    ],
    ['a condition that is none', () => builder.where(matrix, vector, vector), 'input 1 must be bool'],
    [
      'filters of other channels',
      () => builder.convolution(images, builder.constant(new Float32Array(4), [1, 1, 2, 2])),
      'channels of the images and of the filters must be equal, found 3 and 1',
    ],
    [
      'a window larger than the image',
      () => builder.maxPool(images, 9),
      'the window is larger than the image',
    ],
    [
      'statistics of another length',
      () => builder.layerNormalisation(images, vector, vector),
      'the normalised length and that of its statistics must be equal, found 4 and 8',
    ],
    [
      'two symbolic dimensions at once',
      () => builder.reshape(matrix, ['batch', 'rows']),
      'at most one dimension',
    ],
  ])('%s', (_, write, message) => {
    expect(write).toThrow(RangeError);
    expect(write).toThrow(message);
  });

  it('constants of the wrong size, and names given twice', () => {
    expect(() => builder.constant(new Float32Array(3), [2, 2])).toThrow('cannot have 3 values');
    expect(() => builder.input('tokens', 'int32', [1])).toThrow(
      'Two tensors of the graph test are named tokens',
    );
  });
});
