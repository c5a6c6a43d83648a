import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareAll, type CrossStatistics } from '../../../server/engine/measurement/betweenModalities.ts';
import type { RowItems } from '../../../server/engine/measurement/relevance.ts';
import { everyRow, itemOf, sharedItems } from '../../../server/engine/measurement/relevance.ts';
import { matrix, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { useKernels } from '../measureMatrices.ts';

const kernels = useKernels();

/** Values on a coarse grid, so that ties are common and products exact in float32. */
function gridRows(random: Random, rows: number, columns: number): Matrix {
  const m = matrix(rows, columns);
  for (let i = 0; i < m.data.length; i++) m.data[i] = random.integer(-2, 3) / 4;
  return m;
}

interface Example {
  readonly x: Matrix;
  readonly y: Matrix;
  readonly itemsX: RowItems;
  readonly itemsY: RowItems;
}

function product({ x, y }: Example, i: number, j: number): number {
  let sum = 0;
  for (let k = 0; k < x.columns; k++) sum += x.data[i * x.columns + k]! * y.data[j * y.columns + k]!;
  return sum;
}

function rowsOf({ itemsX, itemsY, x, y }: Example): number {
  return itemsX.itemOfRow?.length ?? itemsY.itemOfRow?.length ?? Math.max(x.rows, y.rows);
}

function compare(example: Example, size?: number): Promise<CrossStatistics> {
  const { x, y, itemsX, itemsY } = example;
  const matched = Float64Array.from({ length: rowsOf(example) }, (_, row) =>
    product(example, itemOf(itemsX, row), itemOf(itemsY, row)),
  );
  return compareAll(kernels, x, y, matched, itemsX, itemsY, size === undefined ? {} : { size });
}

/** By definition: each pair of items looked at by itself. */
function reference(example: Example) {
  const { x, y, itemsX, itemsY } = example;
  const relevant = Array.from({ length: x.rows }, () => new Set<number>());
  for (let row = 0; row < rowsOf(example); row++) relevant[itemOf(itemsX, row)]!.add(itemOf(itemsY, row));
  const mismatched: number[] = [];
  const ranks = (queries: number, gallery: number, of: (q: number, g: number) => [number, boolean]) =>
    Array.from({ length: queries }, (_, q) => {
      const answers = Array.from({ length: gallery }, (_, g) => of(q, g));
      const best = Math.max(...answers.filter(([, right]) => right).map(([cosine]) => cosine));
      const wrong = answers.filter(([, right]) => !right).map(([cosine]) => cosine);
      return {
        nearer: wrong.filter((cosine) => cosine > best).length,
        tied: wrong.filter((cosine) => cosine === best).length,
      };
    });
  for (let i = 0; i < x.rows; i++) {
    for (let j = 0; j < y.rows; j++) if (!relevant[i]!.has(j)) mismatched.push(product(example, i, j));
  }
  return {
    mismatched,
    firstToSecond: ranks(x.rows, y.rows, (q, g) => [product(example, q, g), relevant[q]!.has(g)]),
    secondToFirst: ranks(y.rows, x.rows, (q, g) => [product(example, g, q), relevant[g]!.has(q)]),
  };
}

function expectReference(found: CrossStatistics, example: Example): void {
  const expected = reference(example);
  expect(found.mismatched.count).toBe(expected.mismatched.length);
  if (expected.mismatched.length > 0) {
    const { mismatched } = expected;
    expect(found.mismatched.min).toBeCloseTo(
      mismatched.reduce((a, b) => Math.min(a, b)),
      6,
    );
    expect(found.mismatched.max).toBeCloseTo(
      mismatched.reduce((a, b) => Math.max(a, b)),
      6,
    );
    const mean = mismatched.reduce((sum, value) => sum + value, 0) / mismatched.length;
    expect(found.mismatched.moments.mean).toBeCloseTo(mean, 6);
  }
  for (const way of ['firstToSecond', 'secondToFirst'] as const) {
    expect([...found[way].nearer]).toEqual(expected[way].map(({ nearer }) => nearer));
    expect([...found[way].tied]).toEqual(expected[way].map(({ tied }) => tied));
  }
}

describe('comparing all items of two modalities', () => {
  it('agrees with looking at each pair, with ties, in tiles of any size', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 2, max: 30 }),
        fc.integer({ min: 1, max: 40 }),
        async (seed, rows, size) => {
          const random = new Random(seed);
          const example = {
            x: gridRows(random, rows, 4),
            y: gridRows(random, rows, 4),
            itemsX: everyRow(rows),
            itemsY: everyRow(rows),
          };
          expectReference(await compare(example, size), example);
        },
      ),
      { numRuns: 40 },
    ));

  it('agrees with it where rows share items of either modality', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 2, maxLength: 40 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 20 }),
        async (seed, groups, isFirst, size) => {
          const random = new Random(seed);
          const shared = sharedItems(groups);
          const own = everyRow(groups.length);
          const [itemsX, itemsY] = isFirst ? [shared, own] : [own, shared];
          const example = {
            x: gridRows(random, itemsX.items, 4),
            y: gridRows(random, itemsY.items, 4),
            itemsX,
            itemsY,
          };
          expectReference(await compare(example, size), example);
        },
      ),
      { numRuns: 40 },
    ));

  it('agrees with it beyond one tile of the usual size', async () => {
    const random = new Random(4);
    const groups = Array.from({ length: 1100 }, () => random.integer(0, 540));
    const itemsX = sharedItems(groups);
    const example = {
      x: gridRows(random, itemsX.items, 6),
      y: gridRows(random, groups.length, 6),
      itemsX,
      itemsY: everyRow(groups.length),
    };
    expectReference(await compare(example), example);
  });

  it('stops when told', async () => {
    const x = gridRows(new Random(1), 5, 3);
    const rows = everyRow(5);
    const signal = AbortSignal.abort(new Error('stopped'));
    await expect(compareAll(kernels, x, x, new Float64Array(5), rows, rows, { signal })).rejects.toThrow(
      'stopped',
    );
  });
});
