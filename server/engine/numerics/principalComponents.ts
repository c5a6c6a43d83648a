import { addCrossProduct } from './crossProduct.ts';
import { leadingEigen } from './leadingEigen.ts';
import type { Matrix } from './matrix.ts';
import type { SymmetricEigen } from './symmetricEigen.ts';

/** A fitted principal component analysis. */
export interface PrincipalComponents {
  readonly mean: Float64Array;
  /** Unit directions, the first holding the most variance; the sign makes the largest entry positive. */
  readonly directions: readonly Float64Array[];
  /** Variance (population) along each direction. */
  readonly variances: Float64Array;
  readonly totalVariance: number;
}

/**
 * Principal components of the rows of several matrices taken together.
 *
 * @param count how many components; at most the number of columns.
 */
export function fitPrincipalComponents(parts: readonly Matrix[], count: number): PrincipalComponents {
  const columns = parts[0]!.columns;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const mean = new Float64Array(columns);
  for (const part of parts) {
    for (let i = 0; i < part.data.length; i++) mean[i % columns]! += part.data[i]! / rows;
  }
  // The smaller of the covariance (columns²) and the Gram matrix (rows²) has the same leading spectrum.
  const { values, vectors } =
    rows < columns
      ? eigenOfGram(parts, mean, rows, count)
      : leadingEigen(covariance(parts, mean, rows), columns, Math.min(count, columns));
  return {
    mean,
    directions: vectors.map(orient),
    variances: values.map((value) => Math.max(0, value)),
    totalVariance: totalVariance(parts, mean, rows),
  };
}

function totalVariance(parts: readonly Matrix[], mean: Float64Array, rows: number): number {
  let squares = 0;
  for (const { data } of parts) {
    for (let i = 0; i < data.length; i++) squares += (data[i]! - mean[i % mean.length]!) ** 2;
  }
  return squares / rows;
}

/** Coordinates of each row on the components: one array a component. */
export function project(m: Matrix, components: PrincipalComponents): Float64Array[] {
  return components.directions.map((direction) => {
    const coordinates = new Float64Array(m.rows);
    for (let r = 0; r < m.rows; r++) {
      let sum = 0;
      for (let c = 0; c < m.columns; c++) {
        sum += (m.data[r * m.columns + c]! - components.mean[c]!) * direction[c]!;
      }
      coordinates[r] = sum;
    }
    return coordinates;
  });
}

function centredRows(parts: readonly Matrix[], mean: Float64Array): Float64Array[] {
  return parts.flatMap((part) =>
    Array.from({ length: part.rows }, (_, r) =>
      Float64Array.from(mean, (value, c) => part.data[r * part.columns + c]! - value),
    ),
  );
}

function covariance(parts: readonly Matrix[], mean: Float64Array, rows: number): Float64Array {
  const sums = new Float64Array(mean.length ** 2);
  for (const part of parts) addCrossProduct(sums, part, part, mean, mean);
  return sums.map((sum) => sum / rows);
}

function eigenOfGram(
  parts: readonly Matrix[],
  mean: Float64Array,
  rows: number,
  count: number,
): SymmetricEigen {
  const centred = centredRows(parts, mean);
  const gram = new Float64Array(rows * rows);
  for (let a = 0; a < rows; a++) {
    for (let b = a; b < rows; b++) {
      let sum = 0;
      for (let c = 0; c < mean.length; c++) sum += centred[a]![c]! * centred[b]![c]!;
      gram[a * rows + b] = gram[b * rows + a] = sum / rows;
    }
  }
  const { values, vectors } = leadingEigen(gram, rows, Math.min(count, rows));
  const directions = vectors.map((weights) => {
    const direction = new Float64Array(mean.length);
    centred.forEach((row, r) => {
      for (let c = 0; c < row.length; c++) direction[c]! += weights[r]! * row[c]!;
    });
    const norm = Math.hypot(...direction);
    return norm > 0 ? direction.map((value) => value / norm) : direction;
  });
  return { values, vectors: directions };
}

/** A direction or its opposite: the one whose largest entry is positive. */
export function orient(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? direction.map((value) => -value) : direction;
}
