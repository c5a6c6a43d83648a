import { afterAll, describe, expect, it } from 'vitest';
import { forEachTile } from '../../../server/engine/numerics/allPairs.ts';
import { Kernels } from '../../../server/engine/numerics/kernels.ts';
import { matrix, row } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

const kernels = new Kernels({ device: 'cpu' });
afterAll(() => kernels.dispose());

function randomMatrix(seed: number, rows: number, columns: number) {
  const made = matrix(rows, columns);
  new Random(seed).fillNormal(made.data);
  return made;
}

function inner(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k]!, 0);
}

describe('Kernels', () => {
  it('multiplies', async () => {
    const a = matrix(2, 3, Float32Array.of(1, 2, 3, 4, 5, 6));
    const b = matrix(3, 2, Float32Array.of(1, 0, 0, 1, 1, 1));
    expect([...(await kernels.product(a, b)).data]).toEqual([4, 5, 10, 11]);
    expect([...(await kernels.similarities(a, a)).data]).toEqual([14, 32, 32, 77]);
  });
});

describe('forEachTile', () => {
  it('visits every pair of two matrices once, with its inner product', async () => {
    const x = randomMatrix(1, 23, 5);
    const y = randomMatrix(2, 17, 5);
    const seen = new Map<string, number>();
    await forEachTile(
      kernels,
      x,
      y,
      (tile) => {
        for (let r = 0; r < tile.rows; r++) {
          for (let c = 0; c < tile.columns; c++) {
            const key = `${tile.firstRow + r},${tile.firstColumn + c}`;
            expect(seen.has(key)).toBe(false);
            seen.set(key, tile.values[r * tile.columns + c]!);
          }
        }
      },
      { size: 10 },
    );
    expect(seen.size).toBe(23 * 17);
    for (const [key, value] of seen) {
      const [i, j] = key.split(',').map(Number);
      expect(value).toBeCloseTo(inner(row(x, i!), row(y, j!)), 4);
    }
  });

  it('visits tiles on and above the diagonal of a symmetric product, and counts its pairs', async () => {
    const x = randomMatrix(3, 25, 4);
    const pairs = new Set<string>();
    let counted = 0;
    await forEachTile(
      kernels,
      x,
      null,
      ({ firstRow, firstColumn, rows, columns }) => {
        expect(firstColumn).toBeGreaterThanOrEqual(firstRow);
        for (let i = firstRow; i < firstRow + rows; i++) {
          for (let j = Math.max(firstColumn, i + 1); j < firstColumn + columns; j++) pairs.add(`${i},${j}`);
        }
      },
      { size: 10, progress: (more) => (counted += more) },
    );
    expect(pairs.size).toBe((25 * 24) / 2);
    expect(counted).toBe(300);
  });

  it('stops when it is told to', async () => {
    const controller = new AbortController();
    let visited = 0;
    const visiting = forEachTile(
      kernels,
      randomMatrix(4, 100, 4),
      null,
      () => {
        visited += 1;
        controller.abort(new Error('enough'));
      },
      { size: 10, signal: controller.signal },
    );
    await expect(visiting).rejects.toThrow('enough');
    expect(visited).toBe(1);
  });
});
