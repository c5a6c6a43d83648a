import type { EmbeddingSource } from '../engine/datasets/dataset.ts';
import { Kernels } from '../engine/numerics/kernels.ts';
import { matrix, rowRange, type Matrix } from '../engine/numerics/matrix.ts';
import { nearestRows, type NearestRows } from '../engine/numerics/nearestRows.ts';
import type { Random } from '../engine/numerics/random.ts';
import { umapLayout } from '../engine/numerics/umap.ts';
import { InputError } from '../engine/problems.ts';
import { countUp } from '../engine/progress.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import { commonDimension } from './commonDimension.ts';
import { unitRows } from './unitRows.ts';

/** Neighbours of a row beside itself: with it the 15 that implementations of UMAP begin with. */
const usualNeighbours = 14;

/** Fewer points have no neighbourhoods. */
const fewestPoints = 4;

/**
 * Lays out unit rows of all modalities together by UMAP, as `umapLayout` does: all of them are in memory.
 *
 * @param selected Numbers of the rows to take, ascending; null takes all of them.
 * @returns For each modality, x and y of each row, interleaved.
 * @throws InputError `unequal-dimensions`, `too-few-rows`.
 */
export async function umapPlane(
  sources: readonly EmbeddingSource[],
  selected: Uint32Array | null,
  random: Random,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<readonly Float32Array[]> {
  const columns = commonDimension(sources);
  const rows = selected?.length ?? sources[0]!.rows;
  const total = rows * sources.length;
  if (total < fewestPoints) {
    throw new InputError(
      'too-few-rows',
      `The run has ${total} embeddings; UMAP needs ${fewestPoints} or more`,
    );
  }
  const all = matrix(total, columns);
  for await (const { start, parts } of unitRows(sources, selected, signal)) {
    for (const [m, part] of parts.entries()) {
      const first = m * rows + start;
      rowRange(all, first, first + part.rows).data.set(part.data);
    }
  }
  const nearest = await nearestOf(all, progress, signal);
  const layout = await umapLayout(nearest, random, progress, signal);
  return sources.map((_, m) => layout.subarray(2 * m * rows, 2 * (m + 1) * rows));
}

async function nearestOf(
  unit: Matrix,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<NearestRows> {
  const kernels = new Kernels({ device: 'cpu' });
  try {
    const stage = { stage: 'looking for neighbours', total: unit.rows ** 2, unit: 'pairs' };
    return await nearestRows(kernels, unit, Math.min(usualNeighbours, unit.rows - 2), {
      signal,
      progress: countUp(progress, stage),
    });
  } finally {
    await kernels.dispose();
  }
}
