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
  unitRows,
  sampledRows,
  facts,
  random,
}: MeasurementSubjects): Projection | null {
  if (modalities[0]!.dimension < 2) return null;
  const atHand = unitRows[0]!.rows;
  const shown = random.stream('projection').choose(atHand, Math.min(shownRows, atHand));
  const parts = unitRows.map((part) => takeRows(part, shown));
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
