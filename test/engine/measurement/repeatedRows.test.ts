import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { matrixSource } from '../../../server/engine/datasets/matrixSource.ts';
import { repeatedRowsNotes, sharingOf } from '../../../server/engine/measurement/repeatedRows.ts';
import { collectRows } from '../../../server/engine/measurement/rowCollection.ts';
import { matrix, row, takeRows, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { measureMatrices, resultOf, useKernels, valueOf } from '../measureMatrices.ts';
import { matrixOf, pairedCones } from '../pairedCones.ts';

interface Expected {
  readonly x: number[][];
  readonly y: number[][];
  readonly items: [number, number];
  readonly recall: Readonly<Record<'1' | '5', [number, number]>>;
  readonly mismatched: number;
  readonly matched: number;
  readonly gap: number;
}

const oracle = JSON.parse(
  readFileSync(new URL('../../oracle/repeatedRows.json', import.meta.url), 'utf8'),
) as Record<string, Expected>;
const kernels = useKernels();
const pair = ['image', 'text'] as const;

describe('rows that are equal to the bit', () => {
  it.each(Object.entries(oracle))(
    'are one item in retrieval and among mismatched pairs, and count in means: %s',
    async (_, expected) => {
      const embeddings = { image: matrixOf(expected.x), text: matrixOf(expected.y) };
      for (const pairRows of [10_000, 10]) {
        const results = await measureMatrices(kernels, embeddings, { pairRows });
        for (const k of ['1', '5'] as const) {
          for (const [way, names] of [pair, [...pair].reverse()].entries()) {
            const { value, parameters } = resultOf(results, `recall-at-${k}`, names);
            expect(value).toBeCloseTo(expected.recall[k][way]!, 12);
            expect([parameters['queries'], parameters['gallery']]).toEqual([
              expected.items[way],
              expected.items[1 - way],
            ]);
          }
        }
        expect(valueOf(results, 'mismatched-cosine', pair)).toBeCloseTo(expected.mismatched, 6);
        expect(valueOf(results, 'matched-cosine', pair)).toBeCloseTo(expected.matched, 6);
        expect(valueOf(results, 'gap-distance', pair)).toBeCloseTo(expected.gap, 6);
      }
    },
  );

  it('leave nothing else changed, and nothing at all where there are none', async () => {
    const cones = pairedCones(5, pair, { rows: 60, columns: 6 });
    const choices = ['one-item', 'separate'] as const;
    const [one, separate] = await Promise.all(
      choices.map((repeatedRows) => measureMatrices(kernels, cones, { repeatedRows })),
    );
    expect(one).toEqual(separate);
    const rows = Array.from({ length: 60 }, (_, at) => at % 50);
    const repeated = { image: takeRows(cones.image, rows), text: cones.text };
    const [found, apart] = await Promise.all(
      choices.map((repeatedRows) => measureMatrices(kernels, repeated, { repeatedRows })),
    );
    const changed = found!
      .filter(({ value }, at) => JSON.stringify(value) !== JSON.stringify(apart![at]!.value))
      .map(({ metric }) => metric);
    expect(
      [...new Set(changed)].filter(
        (metric) => !/^(recall-at-|mismatched-cosine|cross-cosine-histogram)/.test(metric),
      ),
    ).toEqual([]);
    expect(changed).toContain('recall-at-1');
  });

  it('are drawn together: five captions of an image tell less than those of five', async () => {
    const { image, text } = pairedCones(8, pair, { rows: 200, columns: 6 });
    const rows = Array.from({ length: 200 }, (_, at) => Math.floor(at / 10));
    const repeated = { image: takeRows(image, rows), text };
    const width = async (repeatedRows: 'one-item' | 'separate') => {
      const metrics = ['mean-resultant-length'];
      const { interval } = resultOf(
        await measureMatrices(kernels, repeated, { repeatedRows, metrics }),
        'mean-resultant-length',
        ['image'],
      );
      return interval!.high - interval!.low;
    };
    expect((await width('one-item')) / (await width('separate'))).toBeGreaterThan(2);
  });

  it('that link all rows leave nothing to draw, and no interval', async () => {
    const { image, text } = pairedCones(9, pair, { rows: 8, columns: 4 });
    const ring = {
      image: takeRows(image, [0, 0, 1, 1, 2, 2, 3, 3]),
      text: takeRows(text, [7, 1, 1, 2, 2, 3, 3, 4]),
    };
    const results = await measureMatrices(kernels, ring);
    for (const { interval = null } of results) expect(interval).toBeNull();
    expect(resultOf(results, 'recall-at-1', pair).parameters).toMatchObject({ queries: 4, gallery: 5 });
  });

  it('and all the same are a point, not an item', async () => {
    const { image } = pairedCones(9, ['image'], { rows: 8, columns: 4 });
    const embeddings = { image, text: takeRows(image, [3, 3, 3, 3, 3, 3, 3, 3]) };
    const one = await measureMatrices(kernels, embeddings);
    expect(one).toEqual(await measureMatrices(kernels, embeddings, { repeatedRows: 'separate' }));
  });
});

/** Collects modalities, and gives what is said of their rows. */
async function collected(matrices: Readonly<Record<string, Matrix>>) {
  const sources = Object.entries(matrices).map(([name, m]) => matrixSource(name, `${name}.npy`, m));
  const sharing = sources.map(({ modality }) => sharingOf(modality, {}, null, 'one-item'));
  const { modalities, pairs } = await collectRows(sources, {
    sharing: sharing.map((each) => each.sharing),
    pairRows: 1000,
    random: new Random(1),
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  return { modalities, pairs, notes: repeatedRowsNotes(modalities, sharing) };
}

describe('finding rows that repeat', () => {
  it('looks at every bit, in every chunk', async () => {
    // So wide that a chunk holds eight rows.
    const wide = matrix(19, 2 ** 18);
    for (let r = 0; r < 19; r++) row(wide, r).fill(1 + (r % 17));
    row(wide, 18)[2 ** 18 - 1] = Math.fround(1 + 1e-6);
    const { modalities, notes } = await collected({ image: wide });
    expect(modalities[0]!.items.items).toBe(18);
    expect([...modalities[0]!.items.itemOfRow!].slice(-3)).toEqual([16, 0, 17]);
    expect(notes).toMatchObject([{ code: 'repeated-rows' }]);
    expect(notes[0]!.message).toMatch(/^image: 1 of 19 rows repeat .*one item, of 18/);
  });

  it('finds those that comparing all with all finds, of any width', async () => {
    const shape = fc.record({
      columns: fc.integer({ min: 1, max: 19 }),
      rows: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ columns, rows }) => {
        const values = new Float32Array(10 * columns);
        new Random(4).fillNormal(values);
        const { modalities, notes } = await collected({
          image: takeRows(matrix(10, columns, values), rows),
        });
        const { items } = modalities[0]!;
        const different = [...new Set(rows)];
        if (different.length === 1) {
          expect(notes).toMatchObject([{ code: 'one-point' }]);
          expect(items.itemOfRow).toBeNull();
        } else {
          expect(items.items).toBe(different.length);
          if (items.itemOfRow === null) expect(different).toHaveLength(rows.length);
          else expect([...items.itemOfRow]).toEqual(rows.map((value) => different.indexOf(value)));
        }
      }),
      { numRuns: 50 },
    );
  });
});
