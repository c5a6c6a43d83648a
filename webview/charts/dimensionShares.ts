/** What one dimension holds of the gap. */
export interface DimensionShare {
  /** Index of the dimension, from 0. */
  readonly dimension: number;
  /** Δ_k, the gap vector's component; null where only shares were reported. */
  readonly component: number | null;
  /** Δ_k² / ‖Δ‖². */
  readonly share: number;
  /** Sum of the shares up to and including this one, in the order given. */
  readonly cumulative: number;
}

export type DimensionOrder = 'share' | 'dimension';

/** Shares from a gap vector: Δ_k² / ‖Δ‖². A zero vector has no shares: all 0. */
export function sharesOf(gap: readonly number[]): number[] {
  const squared = gap.reduce((sum, component) => sum + component * component, 0);
  return gap.map((component) => (squared === 0 ? 0 : (component * component) / squared));
}

/** Orders the dimensions, largest share first or by index, and sums the shares in that order. */
export function dimensionShares(
  shares: readonly number[],
  gap: readonly number[] | null,
  order: DimensionOrder,
): DimensionShare[] {
  const dimensions = shares.map((_, dimension) => dimension);
  if (order === 'share') dimensions.sort((a, b) => shares[b]! - shares[a]! || a - b);
  let cumulative = 0;
  return dimensions.map((dimension) => {
    cumulative += shares[dimension]!;
    return { dimension, component: gap?.[dimension] ?? null, share: shares[dimension]!, cumulative };
  });
}

/** How many dimensions, largest first, hold at least `level` of the squared gap. `sorted` is ordered by share. */
export function dimensionsHolding(sorted: readonly DimensionShare[], level: number): number {
  const index = sorted.findIndex(({ cumulative }) => cumulative >= level);
  return index === -1 ? sorted.length : index + 1;
}
