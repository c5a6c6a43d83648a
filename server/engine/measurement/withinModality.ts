import type { TileOptions } from '../numerics/allPairs.ts';
import { forEachTile } from '../numerics/allPairs.ts';
import { Distribution } from '../numerics/distribution.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';

/**
 * The distribution of the cosines of all pairs i < j of unit rows.
 *
 * @param units n × d, unit rows, n ≥ 2.
 */
export async function cosinesWithin(
  kernels: Kernels,
  units: Matrix,
  options: TileOptions = {},
): Promise<Distribution> {
  const cosines = new Distribution();
  await forEachTile(
    kernels,
    units,
    null,
    ({ firstRow, firstColumn, rows, columns, values }) => {
      if (firstRow !== firstColumn) {
        cosines.add(values, 0, rows * columns);
        return;
      }
      for (let r = 0; r < rows - 1; r++) cosines.add(values, r * columns + r + 1, (r + 1) * columns);
    },
    options,
  );
  return cosines;
}
