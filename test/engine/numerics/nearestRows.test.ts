import { afterAll, describe, expect, it } from 'vitest';
import { dot } from '../../../server/engine/numerics/dot.ts';
import { Kernels } from '../../../server/engine/numerics/kernels.ts';
import { matrix, row } from '../../../server/engine/numerics/matrix.ts';
import { nearestRows } from '../../../server/engine/numerics/nearestRows.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

const kernels = new Kernels({ device: 'cpu' });
afterAll(() => kernels.dispose());
const { signal } = new AbortController();

describe('nearestRows', () => {
  it('finds what sorting all cosines finds, over several tiles', async () => {
    const unit = matrix(600, 8);
    new Random(3).fillNormal(unit.data);
    for (let r = 0; r < unit.rows; r++) {
      const values = row(unit, r);
      const norm = Math.sqrt(dot(values, values));
      for (let c = 0; c < 8; c++) values[c]! /= norm;
    }
    const { indices, cosines } = await nearestRows(kernels, unit, 5, { signal });
    for (let r = 0; r < unit.rows; r += 7) {
      const expected = Array.from({ length: unit.rows }, (_, other) => other)
        .filter((other) => other !== r)
        .sort((a, b) => dot(row(unit, r), row(unit, b)) - dot(row(unit, r), row(unit, a)))
        .slice(0, 5);
      expect([...indices.subarray(5 * r, 5 * r + 5)]).toEqual(expected);
      expect(cosines[5 * r]).toBeCloseTo(dot(row(unit, r), row(unit, expected[0]!)), 6);
    }
  });

  it('gives equally near rows in their order, and never the row itself', async () => {
    const unit = matrix(4, 2, Float32Array.of(1, 0, 1, 0, 0, 1, 1, 0));
    const { indices } = await nearestRows(kernels, unit, 3, { signal });
    expect([...indices]).toEqual([1, 3, 2, 0, 3, 2, 0, 1, 3, 0, 1, 2]);
  });
});
