import { setImmediate as otherWork } from 'node:timers/promises';
import { UMAP } from 'umap-js';
import type { ProgressListener } from '../../protocol/progress.ts';
import type { NearestRows } from './nearestRows.ts';
import type { Random } from './random.ts';

/** The least distance between two rows: cosines in float32 tell no smaller one from none. */
const leastDistance = 2 ** -24;

/**
 * A layout of rows in the plane that keeps near ones together: uniform manifold approximation and projection (McInnes,
 * Healy & Melville 2018, https://arxiv.org/abs/1802.03426; umap-js's implementation, with a random start) on the
 * cosine distance, 1 − cos. Least distance of points 0.1, spread 1, and the epochs that the number of rows asks for,
 * 200 to 500. Distances between groups mean nothing. The same neighbours and draws give the same layout.
 *
 * @param neighbours Of at least 4 rows, and fewer of each than all rows but two: umap-js takes no more; the paper's usual
 *   number is 14 beside the row itself.
 * @returns x and y of each row, interleaved.
 */
export async function umapLayout(
  { count, indices, cosines }: NearestRows,
  random: Random,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<Float32Array> {
  const rows = indices.length / count;
  // Each row is the first of its own neighbours.
  const numbers = Array.from({ length: rows }, (_, row) => [
    row,
    ...indices.subarray(row * count, (row + 1) * count),
  ]);
  const distances = Array.from({ length: rows }, (_, row) => [
    0,
    ...Array.from(cosines.subarray(row * count, (row + 1) * count), (cosine) =>
      Math.max(leastDistance, 1 - cosine),
    ),
  ]);
  const umap = new UMAP({
    nComponents: 2,
    nNeighbors: count + 1,
    minDist: 0.1,
    spread: 1,
    random: () => random.uniform(),
  });
  umap.setPrecomputedKNN(numbers, distances);
  // Where the neighbours are known, only the number of rows is looked at.
  const epochs = umap.initializeFit(numbers);
  for (let epoch = 0; epoch < epochs; epoch++) {
    await otherWork();
    signal.throwIfAborted();
    umap.step();
    progress({ stage: 'laying out', done: epoch + 1, total: epochs, unit: 'epochs' });
  }
  return Float32Array.from(umap.getEmbedding().flat());
}
