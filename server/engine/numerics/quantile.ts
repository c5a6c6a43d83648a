/**
 * Quantile of sorted numbers by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996, the
 * default of numpy and R).
 *
 * @param sorted ascending, at least one number.
 * @param probability in [0, 1].
 */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) throw new RangeError('A quantile needs at least one number');
  const position = probability * (sorted.length - 1);
  const below = Math.floor(position);
  const lower = sorted[below]!;
  const upper = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return lower + (position - below) * (upper - lower);
}
