import { describe, expect, it } from 'vitest';
import { matrix, rowRange } from '../../../server/engine/numerics/matrix.ts';
import { leadingEigen } from '../../../server/engine/numerics/leadingEigen.ts';
import { fitPrincipalComponents, project } from '../../../server/engine/numerics/principalComponents.ts';
import { symmetricEigen } from '../../../server/engine/numerics/symmetricEigen.ts';
import { orthogonalProcrustes } from '../../../server/engine/numerics/procrustes.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import oracle from '../../oracle/numerics.json' with { type: 'json' };

/** Largest difference of two directions, whose signs are free. */
function directionDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const difference = (sign: number) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - sign * b[i]!)));
  return Math.min(difference(1), difference(-1));
}

describe('symmetricEigen', () => {
  it('agrees with numpy.linalg.eigh, largest first', () => {
    const { values, vectors } = symmetricEigen(Float64Array.from(oracle.eigen.matrix), 6);
    values.forEach((value, k) => {
      expect(value).toBeCloseTo(oracle.eigen.values[k]!, 10);
      expect(directionDifference(vectors[k]!, oracle.eigen.vectors[k]!)).toBeLessThan(1e-9);
    });
  });
});

describe('leadingEigen', () => {
  /** AᵀA of a seeded matrix whose columns shrink by a factor: the spectrum falls as fast. */
  function gram(n: number, rows: number, shrink: number): Float64Array {
    const a = new Random(n).fillNormal(new Float32Array(rows * n));
    const product = new Float64Array(n * n);
    for (let r = 0; r < rows; r++) {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          product[i * n + j]! += a[r * n + i]! * a[r * n + j]! * shrink ** (i + j);
        }
      }
    }
    return product;
  }

  it.each([
    ['a spectrum with gaps', gram(60, 200, 0.95)],
    ['a flat spectrum', gram(60, 400, 1)],
    ['fewer directions than are followed', gram(60, 5, 1)],
  ])('agrees with the full decomposition: %s', (_name, values) => {
    const full = symmetricEigen(values, 60);
    const leading = leadingEigen(values, 60, 3);
    leading.values.forEach((value, k) => {
      expect(value / full.values[k]!).toBeCloseTo(1, 8);
      expect(directionDifference(leading.vectors[k]!, full.vectors[k]!)).toBeLessThan(1e-4);
    });
  });

  it('gives all of a small matrix, and nothing but zeros of a zero one', () => {
    expect([...leadingEigen(Float64Array.of(2, 0, 0, 1), 2, 2).values]).toEqual([2, 1]);
    expect([...leadingEigen(new Float64Array(900), 30, 2).values]).toEqual([0, 0]);
  });
});

describe('fitPrincipalComponents', () => {
  it.each([
    ['more rows than columns', oracle.pca],
    ['more columns than rows', oracle.widePca],
  ])('agrees with numpy.linalg.svd: %s', (_name, { rows, columns, points, variances, directions }) => {
    const data = matrix(rows, columns, Float32Array.from(points));
    const fitted = fitPrincipalComponents([data], 3);
    for (let k = 0; k < 3; k++) {
      expect(fitted.variances[k]! / variances[k]!).toBeCloseTo(1, 5);
      expect(directionDifference(fitted.directions[k]!, directions[k]!)).toBeLessThan(1e-4);
    }
    expect(fitted.totalVariance / variances.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
  });

  it('takes matrices together as if they were one, and centres what it projects', () => {
    const { rows, columns, points } = oracle.pca;
    const data = matrix(rows, columns, Float32Array.from(points));
    const whole = fitPrincipalComponents([data], 2);
    const parts = fitPrincipalComponents([rowRange(data, 0, 11), rowRange(data, 11, rows)], 2);
    expect(directionDifference(parts.directions[0]!, whole.directions[0]!)).toBeLessThan(1e-9);
    const [first] = project(data, whole);
    expect(first!.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 4);
    const variance = first!.reduce((sum, value) => sum + value * value, 0) / rows;
    expect(variance / whole.variances[0]!).toBeCloseTo(1, 5);
  });
});

describe('orthogonalProcrustes', () => {
  it('agrees with numpy', () => {
    const x = matrix(20, 4, Float32Array.from(oracle.procrustes.x));
    const y = matrix(20, 4, Float32Array.from(oracle.procrustes.y));
    orthogonalProcrustes(x, y).forEach((value, i) => {
      expect(value).toBeCloseTo(oracle.procrustes.map[i]!, 8);
    });
  });

  it('finds a rotation again, and is orthogonal', () => {
    const x = matrix(50, 3);
    new Random(1).fillNormal(x.data);
    const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
    const rotation = [c, -s, 0, s, c, 0, 0, 0, 1];
    const y = matrix(50, 3);
    // y = x·R, so that y·Rᵀ = x and the map is R itself.
    for (let r = 0; r < 50; r++) {
      for (let k = 0; k < 3; k++) {
        y.data[r * 3 + k] = [0, 1, 2].reduce((sum, j) => sum + x.data[r * 3 + j]! * rotation[j * 3 + k]!, 0);
      }
    }
    orthogonalProcrustes(x, y).forEach((value, i) => {
      expect(value).toBeCloseTo(rotation[i]!, 5);
    });
  });

  it('refuses different shapes', () => {
    expect(() => orthogonalProcrustes(matrix(2, 3), matrix(3, 3))).toThrow('2×3 and 3×3');
  });
});
