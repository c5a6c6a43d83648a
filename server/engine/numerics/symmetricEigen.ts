import { EigenvalueDecomposition, Matrix as DenseMatrix } from 'ml-matrix';

/** Eigenvalues in descending order, and unit eigenvectors: row k of `vectors` belongs to value k. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/**
 * Eigen-decomposition of a symmetric matrix (Householder tridiagonalisation and QL; ml-matrix), float64.
 *
 * @param values n × n, row-major; only symmetry up to rounding is assumed.
 */
export function symmetricEigen(values: Float64Array, n: number): SymmetricEigen {
  const dense = DenseMatrix.from1DArray(n, n, values);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(dense, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues
    .map((_, index) => index)
    .sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  return {
    values: Float64Array.from(order, (index) => realEigenvalues[index]!),
    vectors: order.map((index) => Float64Array.from(eigenvectorMatrix.getColumn(index))),
  };
}
