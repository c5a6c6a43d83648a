import type { TileOptions } from '../numerics/allPairs.ts';
import { forEachTile } from '../numerics/allPairs.ts';
import type { DistributionState } from '../numerics/distribution.ts';
import { Distribution } from '../numerics/distribution.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { ComputeOptions } from '../numerics/workerPool.ts';
import type { ParallelTask } from './parallelTask.ts';
import { computeInParallel, dealParts, fixedParts, inOrder, manyPairs } from './parallelTask.ts';

interface WithinInput {
  readonly units: Matrix;
  /** Parts to compute, of `partCount`. */
  readonly parts: readonly number[];
  readonly partCount: number;
  readonly size?: number | undefined;
}

/** The distribution of cosines in some parts of all pairs within one modality, one state a part. */
export const withinTask: ParallelTask<WithinInput, DistributionState[]> = {
  name: 'cosines-within',
  async compute(kernels, { units, parts, partCount, size }, options) {
    const states: DistributionState[] = [];
    for (const part of parts) {
      const cosines = new Distribution();
      await forEachTile(
        kernels,
        units,
        null,
        ({ firstRow, firstColumn, rows, columns, values }) => {
          const count = firstRow === firstColumn ? packUpperTriangle(values, rows) : rows * columns;
          cosines.addBlock(count);
        },
        { ...options, part, partCount, size, buffer: cosines.block },
      );
      states.push(cosines.state());
    }
    return states;
  },
};

/**
 * The distribution of the cosines of all pairs i < j of unit rows.
 *
 * @param units n × d, unit rows, n ≥ 2.
 */
export async function cosinesWithin(
  kernels: Kernels,
  units: Matrix,
  { size, ...options }: Pick<TileOptions, 'size'> & ComputeOptions = {},
): Promise<Distribution> {
  const isLarge = (units.rows * units.rows) / 2 >= manyPairs;
  const partCount = isLarge ? fixedParts : 1;
  const states = await computeInParallel(
    kernels,
    withinTask,
    isLarge,
    (threads) => dealParts(partCount, threads).map((parts) => ({ units, parts, partCount, size })),
    options,
  );
  return Distribution.merge(inOrder(states));
}

/** Moves what lies above the diagonal of an n × n tile to its beginning; gives how many values that are. */
function packUpperTriangle(values: Float32Array, n: number): number {
  let count = 0;
  for (let row = 0; row < n - 1; row++) {
    values.copyWithin(count, row * n + row + 1, (row + 1) * n);
    count += n - 1 - row;
  }
  return count;
}
