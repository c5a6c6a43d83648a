import { describe, expect, it } from 'vitest';
import type { EmbeddingSource } from '../../../server/engine/datasets/dataset.ts';
import { matrixSource } from '../../../server/engine/datasets/matrixSource.ts';
import type { CollectOptions, RowCollection } from '../../../server/engine/measurement/rowCollection.ts';
import { collectRows, pairIndices } from '../../../server/engine/measurement/rowCollection.ts';
import { matrix, row, takeRows, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import type { ProgressUpdate } from '../../../server/protocol/progress.ts';
import { pairedCones, unitRows } from '../pairedCones.ts';

function collect(
  sources: readonly EmbeddingSource[],
  options: Partial<CollectOptions> = {},
): Promise<RowCollection> {
  return collectRows(sources, {
    pairRows: 1000,
    random: new Random(1),
    signal: new AbortController().signal,
    progress: () => undefined,
    ...options,
  });
}

/** Rows so wide that a chunk holds eight of them; few values of each are not zero. */
const wide = 2 ** 18;
function wideRows(seed: number, rows: number): Matrix {
  const m = matrix(rows, wide);
  const random = new Random(seed);
  for (let r = 0; r < rows; r++) {
    for (let i = 0; i < 20; i++) row(m, r)[random.integer(0, wide)] = random.normal();
  }
  return m;
}

const sourcesOf = (matrices: Readonly<Record<string, Matrix>>): EmbeddingSource[] =>
  Object.entries(matrices).map(([name, m]) => matrixSource(name, `${name}.npy`, m));

function expectUnitRows(found: Matrix, expected: Matrix): void {
  expect(found.rows).toBe(expected.rows);
  for (let r = 0; r < expected.rows; r++) {
    const values = row(expected, r);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
    const worst = row(found, r).reduce(
      (largest, value, k) => Math.max(largest, Math.abs(value - values[k]! / length)),
      0,
    );
    expect(worst).toBeLessThan(1e-7);
  }
}

describe('pairs of modalities', () => {
  it('come once each, in order', () => {
    expect(pairIndices(1)).toEqual([]);
    expect(pairIndices(3)).toEqual([
      [0, 1],
      [0, 2],
      [1, 2],
    ]);
  });
});

describe('collecting rows', () => {
  it('keeps sums, matched cosines and distances, and the rows as unit rows', async () => {
    const cones = pairedCones(3, ['image', 'text', 'audio'], { rows: 17, columns: 5 });
    const { rows, sampledRows, modalities, pairs } = await collect(sourcesOf(cones));
    expect([rows, sampledRows]).toEqual([17, null]);
    const units = Object.values(cones).map(unitRows);
    for (const [m, { own, ofItems, sample, items }] of modalities.entries()) {
      expect(ofItems).toBe(own);
      expectUnitRows(sample, Object.values(cones)[m]!);
      expect(items.items).toBe(17);
      expect(own.squares).toBeCloseTo(17, 5);
      own.sum.forEach((value, k) => {
        expect(value).toBeCloseTo(
          units[m]!.reduce((total, unit) => total + unit[k]!, 0),
          6,
        );
      });
    }
    for (const [index, [a, b]] of pairIndices(3).entries()) {
      const cosines = units[a]!.map((unit, r) => unit.reduce((sum, v, k) => sum + v * units[b]![r]![k]!, 0));
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(pairs[index]!.cosines.mean).toBeCloseTo(mean(cosines), 7);
      const distances = cosines.map((cosine) => Math.sqrt(2 - 2 * cosine));
      expect(pairs[index]!.distances.mean).toBeCloseTo(mean(distances), 7);
    }
  });

  it('reads in chunks, and gives the same whatever lies in which chunk', async () => {
    const matrices = { image: wideRows(1, 19), text: wideRows(2, 19) };
    const reads: [number, number][] = [];
    const [image, text] = sourcesOf(matrices) as [EmbeddingSource, EmbeddingSource];
    const watched: EmbeddingSource = {
      ...image,
      async read(start, count, target) {
        reads.push([start, count]);
        // Later than the other modality's, so that a buffer used too early would be noticed.
        await new Promise((resolve) => setTimeout(resolve, 5));
        await image.read(start, count, target);
      },
    };
    const updates: ProgressUpdate[] = [];
    const groups = Int32Array.from({ length: 19 }, (_, r) => [4, 9, 4, 1][r % 4]!);
    const found = await collect([watched, text], {
      sharing: ['none', { groups, isDeclared: true }],
      progress: (update) => updates.push(update),
    });
    expect(reads).toEqual([
      [0, 8],
      [8, 8],
      [16, 3],
    ]);
    expect(updates.map(({ done, total }) => [done, total])).toEqual([
      [8, 19],
      [16, 19],
      [19, 19],
    ]);
    expectUnitRows(found.modalities[0]!.sample, matrices.image);
    expectUnitRows(found.modalities[1]!.sample, matrices.text);
    expect(found.modalities.map(({ items }) => items.items)).toEqual([19, 3]);
    expect(found.modalities[1]!.own.squares).toBeCloseTo(3, 5);
    expect(found.modalities[0]!.own.squares).toBeCloseTo(19, 5);
  });

  it('samples different rows, the same of every modality, wherever they lie', async () => {
    const matrices = { image: wideRows(3, 19), text: wideRows(4, 19) };
    const all = await collect(sourcesOf(matrices));
    const some = await collect(sourcesOf(matrices), { pairRows: 7 });
    expect(some.sampledRows).toHaveLength(7);
    expect(new Set(some.sampledRows).size).toBe(7);
    expect(some.rows).toBe(19);
    for (const [m, { sample, own, hash }] of some.modalities.entries()) {
      expectUnitRows(sample, takeRows(Object.values(matrices)[m]!, some.sampledRows!));
      expect(Buffer.from(own.sum.buffer).equals(Buffer.from(all.modalities[m]!.own.sum.buffer))).toBe(true);
      expect(hash).toBe(all.modalities[m]!.hash);
    }
    expect(some.pairs[0]!.cosines.mean).toBe(all.pairs[0]!.cosines.mean);
  });

  it('hashes the values as they are', async () => {
    const { image } = pairedCones(5, ['image'], { rows: 6, columns: 4 });
    const hashOf = async (m: Matrix) => (await collect(sourcesOf({ image: m }))).modalities[0]!.hash;
    const hash = await hashOf(image);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await hashOf(takeRows(image, [0, 1, 2, 3, 4, 5]))).toBe(hash);
    const doubled = matrix(
      6,
      4,
      image.data.map((value) => 2 * value),
    );
    expect(await hashOf(doubled)).not.toBe(hash);
    expect(await hashOf(matrix(4, 6, image.data.slice()))).not.toBe(hash);
  });

  it('names a bad row of a later chunk, with its id', async () => {
    const image = wideRows(6, 11);
    row(image, 9)[7] = Infinity;
    const ids = Array.from({ length: 11 }, (_, r) => `photo-${r}`);
    await expect(collect(sourcesOf({ image }), { ids })).rejects.toMatchObject({
      code: 'non-finite-row',
      message: expect.stringContaining('row 10 (photo-9) of modality "image" holds Infinity') as unknown,
      place: { file: 'image.npy' },
    });
  });

  it('passes on what fails while reading, also one chunk ahead', async () => {
    const [image] = sourcesOf({ image: wideRows(7, 20) }) as [EmbeddingSource];
    const failing: EmbeddingSource = {
      ...image,
      read: (start, count, target) =>
        start === 0 ? image.read(start, count, target) : Promise.reject(new Error('disk gone')),
    };
    await expect(collect([failing])).rejects.toThrow('disk gone');
  });

  it.each<[string, string, () => EmbeddingSource[]]>([
    ['no modality', 'no-modalities', () => []],
    ['one row', 'too-few-rows', () => sourcesOf(pairedCones(1, ['image', 'text'], { rows: 1, columns: 4 }))],
    [
      'unequal rows',
      'unequal-rows',
      () =>
        sourcesOf({
          ...pairedCones(1, ['image'], { rows: 5, columns: 4 }),
          ...pairedCones(1, ['text'], { rows: 6, columns: 4 }),
        }),
    ],
    [
      'unequal dimensions',
      'unequal-dimensions',
      () =>
        sourcesOf({
          ...pairedCones(1, ['image'], { rows: 5, columns: 4 }),
          ...pairedCones(1, ['text'], { rows: 5, columns: 3 }),
        }),
    ],
  ])('refuses %s', async (_, code, sources) => {
    await expect(collect(sources())).rejects.toMatchObject({ name: 'InputError', code });
  });
});

describe('a relevance map', () => {
  it('in which all rows share one item leaves no cone to measure', async () => {
    const sources = sourcesOf(pairedCones(1, ['image', 'text'], { rows: 4, columns: 3 }));
    await expect(
      collect(sources, { sharing: [{ groups: [7, 7, 7, 7], isDeclared: true }] }),
    ).rejects.toMatchObject({
      code: 'too-few-rows',
      message: 'All 4 rows of modality "image" share one item; a cone needs at least 2 different ones',
    });
  });
});
