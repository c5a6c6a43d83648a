import type { Interval } from '../../protocol/report.ts';
import type { Random } from './random.ts';
import { normalCdf, normalQuantile } from './normalDistribution.ts';
import { quantileOfSorted } from './quantile.ts';

/**
 * How often each of `units` is drawn when `units` draws are made with replacement: one resample of the bootstrap
 * (Efron 1979).
 *
 * @param counts receives the counts; its length is the number of units.
 */
export function drawResample(random: Random, counts: Float32Array): Float32Array {
  counts.fill(0);
  for (let drawn = 0; drawn < counts.length; drawn++) {
    const unit = random.integer(0, counts.length);
    counts[unit] = counts[unit]! + 1;
  }
  return counts;
}

/**
 * Bias-corrected percentile interval (Efron 1981) from a statistic and its bootstrap replicates. The correction
 * matters for norms such as the gap distance, which resampling noise can only lengthen. Null where nearly all replicates
 * lie on one side of the statistic, as those of a gap do that is smaller than what resampling adds to it: corrected, the
 * interval would shrink to the last replicate and leave the statistic out.
 *
 * @param shrink ≤ 1: replicates came from `n` sampled rows of `N`, their spread is scaled by √(n/N) about the
 *   estimate (the m-out-of-n bootstrap; Bickel, Götze & van Zwet 1997).
 */
export function bootstrapInterval(
  estimate: number,
  replicates: ArrayLike<number>,
  { level = 0.95, shrink = 1, centre = estimate }: { level?: number; shrink?: number; centre?: number } = {},
): Interval | null {
  const sorted = Float64Array.from(replicates).sort();
  const resamples = sorted.length;
  let below = 0;
  for (const replicate of sorted) below += replicate < centre ? 1 : replicate === centre ? 0.5 : 0;
  const share = below / resamples;
  if (Math.min(share, 1 - share) <= (1 - level) / 2) return null;
  const bias = normalQuantile(share);
  const tail = normalQuantile((1 - level) / 2);
  const [low, high] = [tail, -tail].map((z) => {
    const end = quantileOfSorted(sorted, normalCdf(2 * bias + z));
    return estimate + (end - centre) * shrink;
  });
  return {
    low: low!,
    high: high!,
    level,
    method: `bias-corrected percentile bootstrap over pairs${shrink < 1 ? ', sampled rows, scaled to all' : ''}`,
    resamples,
  };
}
