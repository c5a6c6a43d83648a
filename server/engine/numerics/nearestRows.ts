import { forEachTile } from './allPairs.ts';
import type { Kernels } from './kernels.ts';
import type { Matrix } from './matrix.ts';
import type { ComputeOptions } from './workerPool.ts';

/** The nearest rows of each row of a matrix. */
export interface NearestRows {
  /** Rows that were found for each. */
  readonly count: number;
  /** rows × count: numbers of the nearest rows, the nearest first; of equally near ones the lower number first. */
  readonly indices: Int32Array;
  /** rows × count: their cosines. */
  readonly cosines: Float32Array;
}

/**
 * The nearest other rows of each row by cosine: exact, from all pairs in tiles, float32.
 *
 * @param unit n × d, rows of unit length.
 * @param count 1 to n − 1.
 * @param options Its progress counts pairs of n × n.
 */
export async function nearestRows(
  kernels: Kernels,
  unit: Matrix,
  count: number,
  options: ComputeOptions,
): Promise<NearestRows> {
  const indices = new Int32Array(unit.rows * count).fill(-1);
  const cosines = new Float32Array(unit.rows * count).fill(-Infinity);
  await forEachTile(
    kernels,
    unit,
    unit,
    ({ firstRow, firstColumn, rows, columns, values }) => {
      for (let r = 0; r < rows; r++) {
        const row = firstRow + r;
        const start = row * count;
        const last = start + count - 1;
        for (let c = 0; c < columns; c++) {
          const cosine = values[r * columns + c]!;
          // Columns come in ascending order, so that an equal one that was there before stays.
          if (cosine <= cosines[last]! || firstColumn + c === row) continue;
          let place = last;
          for (; place > start && cosines[place - 1]! < cosine; place--) {
            cosines[place] = cosines[place - 1]!;
            indices[place] = indices[place - 1]!;
          }
          cosines[place] = cosine;
          indices[place] = firstColumn + c;
        }
      }
    },
    options,
  );
  return { count, indices, cosines };
}
