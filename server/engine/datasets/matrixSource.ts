import type { Matrix } from '../numerics/matrix.ts';
import type { EmbeddingSource } from './dataset.ts';

/** A matrix in memory as a source of embeddings. */
export function matrixSource(modality: string, origin: string, m: Matrix): EmbeddingSource {
  return {
    modality,
    file: origin,
    rows: m.rows,
    columns: m.columns,
    read(start, count, target) {
      target.set(m.data.subarray(start * m.columns, (start + count) * m.columns));
      return Promise.resolve();
    },
  };
}
