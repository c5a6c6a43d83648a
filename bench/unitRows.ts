import type { Matrix } from '../server/engine/numerics/matrix.ts';
import { matrix } from '../server/engine/numerics/matrix.ts';
import { normalizeRows } from '../server/engine/numerics/normalizeRows.ts';
import { Random } from '../server/engine/numerics/random.ts';

/**
 * Seeded unit rows in a cone, as an encoder's: standard normal around a common direction.
 *
 * @param offset mean of every coordinate before normalising: the larger, the narrower the cone.
 */
export function unitRows(name: string, rows: number, columns: number, offset: number): Matrix {
  const made = matrix(rows, columns);
  new Random(1).stream(name).fillNormal(made.data, offset);
  normalizeRows(made.data, rows, columns, { modality: name, file: 'generated', firstRow: 0 });
  return made;
}
