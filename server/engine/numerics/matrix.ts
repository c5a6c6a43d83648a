/** A dense matrix: `rows × columns` float32 values in row-major order. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float32Array<ArrayBuffer>;
}

/**
 * Wraps row-major values as a matrix, without copying.
 *
 * @throws RangeError when the number of values is not `rows * columns`.
 */
export function matrix(rows: number, columns: number, data = new Float32Array(rows * columns)): Matrix {
  if (data.length !== rows * columns) {
    throw new RangeError(`A ${rows}×${columns} matrix has ${rows * columns} values, found ${data.length}`);
  }
  return { rows, columns, data };
}

/** The values of one row: a view, not a copy. */
export function row(m: Matrix, index: number): Float32Array {
  return m.data.subarray(index * m.columns, (index + 1) * m.columns);
}

/** Rows `start` (inclusive) to `end` (exclusive): a view, not a copy. */
export function rowRange(m: Matrix, start: number, end: number): Matrix {
  return { rows: end - start, columns: m.columns, data: m.data.subarray(start * m.columns, end * m.columns) };
}

/** The rows at `indices`, in that order, as a new matrix. */
export function takeRows(m: Matrix, indices: ArrayLike<number>): Matrix {
  const taken = matrix(indices.length, m.columns);
  for (let i = 0; i < indices.length; i++) taken.data.set(row(m, indices[i]!), i * m.columns);
  return taken;
}
