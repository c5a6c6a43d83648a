import type { Matrix } from '../server/engine/numerics/matrix.ts';
import { matrix } from '../server/engine/numerics/matrix.ts';
import { Random } from '../server/engine/numerics/random.ts';
import { RowAccumulator } from '../server/engine/numerics/rowAccumulator.ts';

/**
 * Seeded unit rows in a cone, as an encoder's: standard normal around a common direction.
 *
 * @param offset mean of every coordinate before normalising: the larger, the narrower the cone.
 */
export function unitRows(name: string, rows: number, columns: number, offset: number): Matrix {
  const made = matrix(rows, columns);
  new Random(1).stream(name).fillNormal(made.data, offset);
  normalize(made);
  return made;
}

/** Scales each row to length 1, in place. */
export function normalize({ rows, columns, data }: Matrix): void {
  const accumulator = new RowAccumulator(columns, rows);
  accumulator.chunk(0).set(data);
  accumulator.normalize(0, rows);
  data.set(accumulator.chunk(0));
}
