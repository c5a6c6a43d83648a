import type { EmbeddingSource } from '../engine/datasets/dataset.ts';
import { selectEmbeddings } from '../engine/datasets/sampling.ts';
import { matrix, rowRange, type Matrix } from '../engine/numerics/matrix.ts';

/** Rows that are in memory at a time. */
const chunkRows = 4096;

/**
 * Rows of several sources scaled to unit length, a chunk of the same rows of each at a time; the matrices are valid
 * until the next chunk is asked for. Rows of zeros stay zeros.
 *
 * @param selected Numbers of the rows to take, ascending; null takes all of them.
 */
export async function* unitRows(
  sources: readonly EmbeddingSource[],
  selected: Uint32Array | null,
  signal: AbortSignal,
): AsyncGenerator<{ readonly start: number; readonly parts: readonly Matrix[] }> {
  const chosen = sources.map((source) => selectEmbeddings(source, selected));
  const total = chosen[0]!.rows;
  const parts = sources.map(({ columns }) => matrix(chunkRows, columns));
  for (let start = 0; start < total; start += chunkRows) {
    signal.throwIfAborted();
    const count = Math.min(chunkRows, total - start);
    const filled = parts.map((part) => rowRange(part, 0, count));
    for (const [m, source] of chosen.entries()) {
      await source.read(start, count, filled[m]!.data);
      scaleToUnit(filled[m]!);
    }
    yield { start, parts: filled };
  }
}

function scaleToUnit({ rows, columns, data }: Matrix): void {
  for (let row = 0; row < rows; row++) {
    const values = data.subarray(row * columns, (row + 1) * columns);
    let square = 0;
    for (const value of values) square += value * value;
    const norm = Math.sqrt(square);
    if (norm > 0) for (let c = 0; c < columns; c++) values[c]! /= norm;
  }
}
