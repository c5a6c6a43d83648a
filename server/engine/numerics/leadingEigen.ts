import { dot } from './dot.ts';
import type { SymmetricEigen } from './symmetricEigen.ts';
import { symmetricEigen } from './symmetricEigen.ts';

/** Directions followed beyond those asked for: convergence goes with the gap to the first one that is not. */
const spare = 10;
const iterations = 200;
/** Relative change of an eigenvalue from which it counts as found. */
const tolerance = 1e-13;

/**
 * The largest eigenvalues of a positive semi-definite matrix and their vectors, by subspace iteration with
 * Rayleigh–Ritz projection (Rutishauser 1969); where the spectrum has no gap to speak of, by {@link symmetricEigen}.
 * A full decomposition of 512 dimensions takes ten times as long.
 *
 * @param values n × n, row-major.
 */
export function leadingEigen(values: Float64Array, n: number, count: number): SymmetricEigen {
  const width = Math.min(n, count + spare);
  if (width === n) return first(symmetricEigen(values, n), count);
  // Any start will do that leans on every coordinate; this one is the same on every machine.
  let basis: Float64Array[] = Array.from({ length: width }, (_, j) =>
    Float64Array.from({ length: n }, (_value, i) => (((i + 1) * (2 * j + 3)) % 17) - 8 + (i % (j + 2))),
  );
  let previous: Float64Array = new Float64Array(count).fill(Infinity);
  for (let iteration = 0; iteration < iterations; iteration++) {
    basis = orthonormal(basis.map((vector) => multiply(values, n, vector)));
    const images = basis.map((vector) => multiply(values, n, vector));
    const projected = Float64Array.from({ length: width * width }, (_, at) =>
      dot(basis[Math.floor(at / width)]!, images[at % width]!),
    );
    const ritz = symmetricEigen(projected, width);
    basis = ritz.vectors.map((weights) => combine(basis, weights));
    const found = ritz.values.slice(0, count);
    if (found.every((value, k) => Math.abs(value - previous[k]!) <= tolerance * Math.abs(found[0]!))) {
      return { values: found, vectors: basis.slice(0, count) };
    }
    previous = found;
  }
  return first(symmetricEigen(values, n), count);
}

function first({ values, vectors }: SymmetricEigen, count: number): SymmetricEigen {
  return { values: values.slice(0, count), vectors: vectors.slice(0, count) };
}

function multiply(values: Float64Array, n: number, vector: Float64Array): Float64Array {
  const product = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let k = 0, at = row * n; k < n; k++, at++) sum += values[at]! * vector[k]!;
    product[row] = sum;
  }
  return product;
}

/** Gram–Schmidt, twice for stability; a vector that depends on those before it becomes zero. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const length = Math.sqrt(dot(vector, vector));
    const rest = length > 0 ? vector.map((value) => value / length) : vector;
    for (let pass = 0; pass < 2; pass++) {
      for (const direction of basis) {
        const along = dot(rest, direction);
        for (let k = 0; k < rest.length; k++) rest[k]! -= along * direction[k]!;
      }
    }
    const left = Math.sqrt(dot(rest, rest));
    basis.push(left > 1e-10 ? rest.map((value) => value / left) : new Float64Array(rest.length));
  }
  return basis;
}

function combine(vectors: readonly Float64Array[], weights: Float64Array): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  vectors.forEach((vector, j) => {
    for (let k = 0; k < sum.length; k++) sum[k]! += weights[j]! * vector[k]!;
  });
  return sum;
}
