import { matrix, row, type Matrix } from '../../server/engine/numerics/matrix.ts';
import { Random } from '../../server/engine/numerics/random.ts';

interface ConeShape {
  readonly rows: number;
  readonly columns: number;
  /** Length of the noise about the axes, which have length 1. */
  readonly width?: number;
  /** Share of the noise's variance that matched rows have in common. */
  readonly common?: number;
}

/** Rows about an axis for each modality named, rows i of which share some of their direction; of uneven lengths. */
export function pairedCones<Name extends string>(
  seed: number,
  names: readonly Name[],
  { rows, columns, width = 1.5, common = 0.6 }: ConeShape,
): Record<Name, Matrix> {
  const random = new Random(seed);
  const shared = random.fillNormal(new Float32Array(rows * columns));
  const noiseScale = width / Math.sqrt(columns);
  const cones = names.map((name): [Name, Matrix] => {
    const axis = random.fillNormal(new Float32Array(columns));
    const axisLength = Math.hypot(...axis);
    const own = random.fillNormal(new Float32Array(rows * columns));
    const cone = matrix(rows, columns);
    for (let r = 0; r < rows; r++) {
      const length = 0.2 + 5 * random.uniform();
      for (let c = 0; c < columns; c++) {
        const at = r * columns + c;
        const noise = Math.sqrt(common) * shared[at]! + Math.sqrt(1 - common) * own[at]!;
        cone.data[at] = length * (axis[c]! / axisLength + noiseScale * noise);
      }
    }
    return [name, cone];
  });
  // Sound: there is one entry for each name.
  return Object.fromEntries(cones) as Record<Name, Matrix>;
}

/** A matrix from rows of numbers. */
export function matrixOf(rows: readonly (readonly number[])[]): Matrix {
  return matrix(rows.length, rows[0]!.length, Float32Array.from(rows.flat()));
}

/** Its rows as unit vectors in float64. */
export function unitRows(m: Matrix): number[][] {
  return Array.from({ length: m.rows }, (_, r) => {
    const values = [...row(m, r)];
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    return values.map((value) => value / length);
  });
}

/** The mean over all of two lists of rows' inner products, float64. */
export function meanProduct(x: readonly (readonly number[])[], y: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const a of x) {
    for (const b of y) {
      let product = 0;
      for (let k = 0; k < a.length; k++) product += a[k]! * b[k]!;
      sum += product;
    }
  }
  return sum / (x.length * y.length);
}
