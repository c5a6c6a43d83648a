import { Matrix as DenseMatrix, SingularValueDecomposition } from 'ml-matrix';
import { addCrossProduct } from './crossProduct.ts';
import type { Matrix } from './matrix.ts';

/**
 * The orthogonal map W (columns × columns, row-major, float64) that brings the rows of `y` nearest to those of
 * `x`: W = UVᵀ from the singular value decomposition XᵀY = UΣVᵀ, applied as y' = yWᵀ (Schönemann 1966).
 *
 * @throws RangeError when the shapes differ.
 */
export function orthogonalProcrustes(x: Matrix, y: Matrix): Float64Array {
  if (x.rows !== y.rows || x.columns !== y.columns) {
    throw new RangeError(
      `Procrustes needs equal shapes, found ${x.rows}×${x.columns} and ${y.rows}×${y.columns}`,
    );
  }
  const n = x.columns;
  const product = DenseMatrix.from1DArray(n, n, addCrossProduct(new Float64Array(n * n), x, y));
  const { leftSingularVectors, rightSingularVectors } = new SingularValueDecomposition(product);
  return Float64Array.from(leftSingularVectors.mmul(rightSingularVectors.transpose()).to1DArray());
}
