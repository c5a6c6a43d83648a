import type { Projection } from '../protocol/report.ts';
import type { MeasurementSubjects } from './measurement/subjects.ts';
import { takeRows } from './numerics/matrix.ts';
import { fitPrincipalComponents, project } from './numerics/principalComponents.ts';

/** Rows that a scatter shows at most: more would hide one another. */
const shownRows = 1000;

/**
 * Projects a seeded sample of rows of all modalities together on their two first principal components.
 *
 * @returns null when the embeddings have fewer than two dimensions.
 */
export function projectRows({
  modalities,
  pairs,
  sampledRows,
  facts,
  random,
}: MeasurementSubjects): Projection | null {
  const single = modalities[0]!;
  if (single.dimension < 2) return null;
  // Row by row: what a pair holds; a single modality's items are its rows.
  const aligned =
    pairs.length === 0
      ? [single.units]
      : [pairs[0]!.first.rows, ...pairs.slice(0, modalities.length - 1).map(({ second }) => second.rows)];
  const atHand = aligned[0]!.rows;
  const shown = random.stream('projection').choose(atHand, Math.min(shownRows, atHand));
  const parts = aligned.map((part) => takeRows(part, shown));
  const components = fitPrincipalComponents(parts, 2);
  const original = Array.from(shown, (row) => sampledRows?.[row] ?? row);
  return {
    method: 'pca',
    rows: original,
    ids: original.map((row) => facts.ids?.[row] ?? String(row + 1)),
    labels: facts.labels === undefined ? null : original.map((row) => facts.labels![row]!),
    points: Object.fromEntries(
      parts.map((part, m) => {
        const [x, y] = project(part, components);
        return [modalities[m]!.name, { x: [...x!], y: [...y!] }];
      }),
    ),
    explained: Array.from(components.variances, (variance) =>
      components.totalVariance > 0 ? variance / components.totalVariance : 0,
    ),
  };
}
