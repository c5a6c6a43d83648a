import type { EmbeddingSource } from '../engine/datasets/dataset.ts';
import { InputError } from '../engine/problems.ts';

/**
 * The number of dimensions that all sources have.
 *
 * @throws InputError `unequal-dimensions`.
 */
export function commonDimension(sources: readonly EmbeddingSource[]): number {
  const { modality, columns } = sources[0]!;
  const other = sources.find((source) => source.columns !== columns);
  if (other !== undefined) {
    throw new InputError(
      'unequal-dimensions',
      `${modality} has ${columns} dimensions, ${other.modality} ${other.columns}; they have no plane in common`,
    );
  }
  return columns;
}
