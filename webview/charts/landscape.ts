/** The loss at one shift. */
export interface LandscapePoint {
  readonly shift: number;
  readonly distance: number;
  readonly loss: number;
}

/** The losses of one temperature, by signed distance. */
export interface LandscapeLine {
  /** 1/τ. */
  readonly logitScale: number;
  readonly points: readonly LandscapePoint[];
  /** Index of the smallest loss. */
  readonly minimum: number;
  /** Indices of the other local minima: lower than both neighbours. */
  readonly localMinima: readonly number[];
}

/** Orders the points by distance and finds the minima. `points` must not be empty. */
export function landscapeLine(logitScale: number, points: readonly LandscapePoint[]): LandscapeLine {
  const ordered = [...points].sort((a, b) => a.distance - b.distance);
  const loss = ordered.map((point) => point.loss);
  const minimum = loss.indexOf(Math.min(...loss));
  const localMinima = loss.flatMap((value, index) => {
    const lower =
      index > 0 && index < loss.length - 1 && value < loss[index - 1]! && value < loss[index + 1]!;
    return lower && index !== minimum ? [index] : [];
  });
  return { logitScale, points: ordered, minimum, localMinima };
}

/** Signed distance at shift 0; null when the grid has no such shift. */
export function originalDistance(lines: readonly LandscapeLine[]): number | null {
  return lines[0]?.points.find(({ shift }) => Math.abs(shift) < 1e-9)?.distance ?? null;
}
