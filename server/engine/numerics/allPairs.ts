import type { Kernels } from './kernels.ts';
import type { ComputeOptions } from './workerPool.ts';
import type { Matrix } from './matrix.ts';
import { rowRange } from './matrix.ts';

/** A block of the matrix of inner products: rows of the first matrix by rows of the second. */
export interface Tile {
  readonly firstRow: number;
  readonly firstColumn: number;
  readonly rows: number;
  readonly columns: number;
  /** rows × columns, row-major; valid until the visitor returns. */
  readonly values: Float32Array;
}

export interface TileOptions extends ComputeOptions {
  /** Rows and columns of a full tile. */
  readonly size?: number | undefined;
  /** Where tiles are written, if not to a buffer of their own: as many values as a full tile has, or more. */
  readonly buffer?: Float32Array<ArrayBuffer>;
  /** Visits only every `partCount`-th tile, beginning with number `part`: all parts together visit each tile once. */
  readonly part?: number;
  readonly partCount?: number;
}

/** Half a megabyte to a megabyte of float32: a tile stays in a core's cache between the product and its reader. */
const defaultTileSize = 512;

/**
 * Visits the inner products of all pairs of rows, tile by tile; no n × m array ever exists.
 *
 * @param second null for all pairs within `first`: of the symmetric product, only tiles on and above the diagonal are
 *   computed, and the visitor takes what lies above it.
 */
export async function forEachTile(
  kernels: Kernels,
  first: Matrix,
  second: Matrix | null,
  visit: (tile: Tile) => void,
  { size = defaultTileSize, buffer: given, part = 0, partCount = 1, signal, progress }: TileOptions = {},
): Promise<void> {
  const columnsOf = second ?? first;
  const buffer = given ?? new Float32Array(Math.min(size, first.rows) * Math.min(size, columnsOf.rows));
  let tile = 0;
  for (let firstRow = 0; firstRow < first.rows; firstRow += size) {
    const rows = rowRange(first, firstRow, Math.min(first.rows, firstRow + size));
    for (
      let firstColumn = second === null ? firstRow : 0;
      firstColumn < columnsOf.rows;
      firstColumn += size
    ) {
      if (tile++ % partCount !== part) continue;
      signal?.throwIfAborted();
      const columns = rowRange(columnsOf, firstColumn, Math.min(columnsOf.rows, firstColumn + size));
      const { data } = await kernels.similarities(rows, columns, buffer);
      visit({ firstRow, firstColumn, rows: rows.rows, columns: columns.rows, values: data });
      const onDiagonal = second === null && firstColumn === firstRow;
      progress?.(onDiagonal ? (rows.rows * (rows.rows - 1)) / 2 : rows.rows * columns.rows);
    }
  }
}
