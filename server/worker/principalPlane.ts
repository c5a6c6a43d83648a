import type { EmbeddingSource } from '../engine/datasets/dataset.ts';
import { Kernels } from '../engine/numerics/kernels.ts';
import { leadingEigen } from '../engine/numerics/leadingEigen.ts';
import { matrix, type Matrix } from '../engine/numerics/matrix.ts';
import { orient, project } from '../engine/numerics/principalComponents.ts';
import { InputError } from '../engine/problems.ts';
import { countUp } from '../engine/progress.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import { commonDimension } from './commonDimension.ts';
import { unitRows } from './unitRows.ts';

/** Rows in the plane of their two first principal components. */
export interface PrincipalPlane {
  /** For each modality, x and y of each row, interleaved. */
  readonly points: readonly Float32Array[];
  /** Share of the variance that each axis holds. */
  readonly explained: [number, number];
}

/**
 * Projects unit rows of all modalities together on their two first principal components. The rows are read three
 * times, in chunks: for their mean, for their covariance (float32 products of centred rows, summed in float64), and
 * to be projected.
 *
 * @param selected Numbers of the rows to take, ascending; null takes all of them.
 * @throws InputError `unequal-dimensions`, `too-few-dimensions`.
 */
export async function principalPlane(
  sources: readonly EmbeddingSource[],
  selected: Uint32Array | null,
  progress: ProgressListener,
  signal: AbortSignal,
): Promise<PrincipalPlane> {
  const columns = commonDimension(sources);
  if (columns < 2) {
    throw new InputError('too-few-dimensions', 'The embeddings have one dimension; a plane needs two');
  }
  const rows = selected?.length ?? sources[0]!.rows;
  const total = rows * sources.length;
  const count = countUp(progress, { stage: 'projecting', total: 3 * total, unit: 'rows' });

  const mean = new Float64Array(columns);
  for await (const { parts } of unitRows(sources, selected, signal)) {
    for (const { data, rows: read } of parts) {
      count(read);
      for (let i = 0; i < data.length; i++) mean[i % columns]! += data[i]! / total;
    }
  }
  const covariance = await covarianceOf(sources, selected, mean, total, count, signal);
  const { values, vectors } = leadingEigen(covariance, columns, 2);
  const variances = values.map((value) => Math.max(0, value));
  let totalVariance = 0;
  for (let c = 0; c < columns; c++) totalVariance += covariance[c * columns + c]!;

  const components = { mean, directions: vectors.map(orient), variances, totalVariance };
  const points = sources.map(() => new Float32Array(2 * rows));
  for await (const { start, parts } of unitRows(sources, selected, signal)) {
    for (const [m, part] of parts.entries()) {
      const [x, y] = project(part, components);
      for (let r = 0; r < part.rows; r++) {
        points[m]![2 * (start + r)] = x![r]!;
        points[m]![2 * (start + r) + 1] = y![r]!;
      }
      count(part.rows);
    }
  }
  const share = (value: number) => (totalVariance > 0 ? value / totalVariance : 0);
  return { points, explained: [share(variances[0]!), share(variances[1]!)] };
}

async function covarianceOf(
  sources: readonly EmbeddingSource[],
  selected: Uint32Array | null,
  mean: Float64Array,
  total: number,
  count: (rows: number) => void,
  signal: AbortSignal,
): Promise<Float64Array> {
  const columns = mean.length;
  const covariance = new Float64Array(columns * columns);
  const kernels = new Kernels({ device: 'cpu' });
  try {
    for await (const { parts } of unitRows(sources, selected, signal)) {
      for (const part of parts) {
        const centred = centredTranspose(part, mean);
        const { data } = await kernels.similarities(centred, centred);
        for (let i = 0; i < data.length; i++) covariance[i]! += data[i]! / total;
        count(part.rows);
      }
    }
  } finally {
    await kernels.dispose();
  }
  return covariance;
}

function centredTranspose({ rows, columns, data }: Matrix, mean: Float64Array): Matrix {
  const transposed = matrix(columns, rows);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) transposed.data[c * rows + r] = data[r * columns + c]! - mean[c]!;
  }
  return transposed;
}
