import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EmbeddingSource } from '../../../server/engine/datasets/dataset.ts';
import { selectEmbeddings, selectFacts, selectRows } from '../../../server/engine/datasets/sampling.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

describe('selectRows', () => {
  it('takes all rows without a limit, or with one that is not reached', () => {
    expect(selectRows(5, undefined, 'first', new Random(1))).toBeNull();
    expect(selectRows(5, 5, 'random', new Random(1))).toBeNull();
  });

  it('takes the first rows', () => {
    expect(selectRows(5, 3, 'first', new Random(1))).toEqual(Uint32Array.of(0, 1, 2));
  });

  it('takes random rows, ascending and different, the same ones under the same seed', () => {
    const take = (seed: number) => [...selectRows(1000, 100, 'random', new Random(seed))!];
    expect(take(1)).toEqual(take(1));
    expect(take(1)).not.toEqual(take(2));
    expect(new Set(take(1)).size).toBe(100);
    expect(take(1)).toEqual(take(1).toSorted((a, b) => a - b));
    expect(Math.max(...take(1))).toBeGreaterThan(900);
  });

  it('draws the same whatever was drawn from the generator before', () => {
    const used = new Random(1);
    used.uniform();
    expect(selectRows(50, 5, 'random', used)).toEqual(selectRows(50, 5, 'random', new Random(1)));
  });
});

describe('selectEmbeddings', () => {
  function countingSource(rows: number): { source: EmbeddingSource; reads: [number, number][] } {
    const reads: [number, number][] = [];
    const source: EmbeddingSource = {
      modality: 'image',
      file: 'memory',
      rows,
      columns: 2,
      read(start, count, target) {
        reads.push([start, count]);
        for (let i = 0; i < count; i++) target.set([start + i, -start - i], i * 2);
        return Promise.resolve();
      },
    };
    return { source, reads };
  }

  it('reads neighbouring rows at once', async () => {
    const { source, reads } = countingSource(10);
    const selected = selectEmbeddings(source, Uint32Array.of(0, 1, 2, 5, 8, 9));
    const target = new Float32Array(10);
    await selected.read(1, 5, target);
    expect(reads).toEqual([
      [1, 2],
      [5, 1],
      [8, 2],
    ]);
    expect([...target]).toEqual([1, -1, 2, -2, 5, -5, 8, -8, 9, -9]);
  });

  it('gives the rows selected, for any selection and chunk', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(30), { minLength: 1 }),
        fc.nat(),
        fc.nat(),
        async (rows, a, b) => {
          const indices = Uint32Array.from(rows).sort();
          const selected = selectEmbeddings(countingSource(31).source, indices);
          expect(selected.rows).toBe(indices.length);
          const start = a % indices.length;
          const count = 1 + (b % (indices.length - start));
          const target = new Float32Array(count * 2);
          await selected.read(start, count, target);
          expect([...target].filter((_, i) => i % 2 === 0)).toEqual([
            ...indices.subarray(start, start + count),
          ]);
        },
      ),
    );
  });
});

it('selectFacts takes the facts of the rows selected', () => {
  const facts = {
    ids: ['a', 'b', 'c'],
    labels: ['x', 'y', 'z'],
    attributes: { age: ['1', '2', '3'] },
    relevance: { shared: 'image', groups: Int32Array.of(4, 4, 5) },
  };
  expect(selectFacts(facts, Uint32Array.of(0, 2))).toEqual({
    ids: ['a', 'c'],
    labels: ['x', 'z'],
    attributes: { age: ['1', '3'] },
    relevance: { shared: 'image', groups: Int32Array.of(4, 5) },
  });
  expect(selectFacts(facts, null)).toBe(facts);
});
