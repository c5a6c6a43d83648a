import type { Kernels } from './kernels.ts';
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

export interface TileOptions {
  /** Rows and columns of a full tile. */
  readonly size?: number;
  readonly signal?: AbortSignal;
  /** Told after each tile, in pairs of rows. */
  readonly progress?: (done: number, total: number) => void;
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
  { size = defaultTileSize, signal, progress }: TileOptions = {},
): Promise<void> {
  const columnsOf = second ?? first;
  const buffer = new Float32Array(Math.min(size, first.rows) * Math.min(size, columnsOf.rows));
  const total = second === null ? (first.rows * (first.rows - 1)) / 2 : first.rows * second.rows;
  let done = 0;
  for (let firstRow = 0; firstRow < first.rows; firstRow += size) {
    const rows = rowRange(first, firstRow, Math.min(first.rows, firstRow + size));
    for (
      let firstColumn = second === null ? firstRow : 0;
      firstColumn < columnsOf.rows;
      firstColumn += size
    ) {
      signal?.throwIfAborted();
      const columns = rowRange(columnsOf, firstColumn, Math.min(columnsOf.rows, firstColumn + size));
      const { data } = await kernels.similarities(rows, columns, buffer);
      visit({ firstRow, firstColumn, rows: rows.rows, columns: columns.rows, values: data });
      const onDiagonal = second === null && firstColumn === firstRow;
      done += onDiagonal ? (rows.rows * (rows.rows - 1)) / 2 : rows.rows * columns.rows;
      progress?.(done, total);
    }
  }
}
