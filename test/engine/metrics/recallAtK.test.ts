import { describe, expect, it } from 'vitest';
import { recallAt1, recallAt10, recallAt5 } from '../../../server/engine/metrics/recallAtK.ts';
import type { Matrix } from '../../../server/engine/numerics/matrix.ts';
import { measureMatrices, resultOf, useKernels, valueOf } from '../measureMatrices.ts';
import { matrixOf } from '../pairedCones.ts';

const kernels = useKernels();
const metrics = ['recall-at-1', 'recall-at-5', 'recall-at-10'] as const;

async function recalls(image: Matrix, text: Matrix, groups?: readonly number[]) {
  const facts =
    groups === undefined ? {} : { relevance: { shared: 'image', groups: Int32Array.from(groups) } };
  const results = await measureMatrices(kernels, { image, text }, { metrics, facts });
  const way = (names: readonly string[]) => metrics.map((metric) => valueOf(results, metric, names));
  return { toText: way(['image', 'text']), toImage: way(['text', 'image']) };
}

/** Unit vectors at angles in degrees. */
const atAngles = (angles: readonly number[]): Matrix =>
  matrixOf(angles.map((angle) => [Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)]));

describe('recall at k', () => {
  it('is 1 where partners are nearest, and 0 at 1 where each is the other’s', async () => {
    const corners = atAngles([0, 90, 180, 270]);
    expect(await recalls(corners, corners)).toEqual({ toText: [1, 1, 1], toImage: [1, 1, 1] });
    const swapped = atAngles([90, 0, 270, 180]);
    expect((await recalls(corners, swapped)).toText).toEqual([0, 1, 1]);
  });

  it('counts each way by itself', async () => {
    // All texts lie nearest the first image, whose own is the furthest of them.
    const found = await recalls(atAngles([0, 20, 40]), atAngles([9, 8, 7]));
    expect(found.toImage[0]).toBeCloseTo(1 / 3, 12);
    expect(found.toText[0]).toBe(0);
    const other = await recalls(atAngles([0, 20, 40]), atAngles([1, 2, 21]));
    expect(other.toImage[0]).toBeCloseTo(1 / 3, 12);
    expect(other.toText[0]).toBeCloseTo(2 / 3, 12);
  });

  it('is 1 whatever is measured on as few rows as the check warns of, and on one more it need not be', async () => {
    for (const [index, recall] of [recallAt1, recallAt5, recallAt10].entries()) {
      const k = [1, 5, 10][index]!;
      for (const rows of [k - 1, k, k + 1].filter((count) => count > 1)) {
        const found = recall.check!(recall.params.parse({}), { modalities: ['image', 'text'], rows });
        expect(found.map(({ code }) => code)).toEqual(rows > k ? [] : ['k-not-below-rows']);
        // The partner of each is opposite to it, the furthest there is.
        const angles = Array.from({ length: rows }, (_, row) => row);
        const { toText } = await recalls(atAngles(angles), atAngles(angles.map((angle) => angle + 180)));
        if (rows > k) expect(toText[index]).toBeLessThan(1);
        else expect(toText[index]).toBe(1);
      }
    }
  });

  it.each([6, 40])('is chance where all %i embeddings are equal, not 0 and not 1', async (rows) => {
    const point = matrixOf(Array.from({ length: rows }, () => [0.3, 0.4, 0.5]));
    const chance = [1, 5, 10].map((k) => Math.min(1, k / rows));
    const { toText, toImage } = await recalls(point, point);
    chance.forEach((share, i) => {
      expect(toText[i]).toBeCloseTo(share, 12);
      expect(toImage[i]).toBeCloseTo(share, 12);
    });
  });

  it('takes any caption of an image as right, and an image once', async () => {
    const images = atAngles([0, 0, 0, 90, 90, 90]);
    const groups = [0, 0, 0, 1, 1, 1];
    // The first image has one near caption and two that lie by the second image.
    const captions = atAngles([5, 80, 85, 91, 92, 40]);
    const { toText, toImage } = await recalls(images, captions, groups);
    expect(toText).toEqual([1, 1, 1]);
    expect(toImage[0]).toBeCloseTo(3 / 6, 12);
    expect(toImage[1]).toBe(1);
  });

  it('counts a query by the chance that any of several equally near right answers comes first', async () => {
    // One image with two captions, and one with four; all six are the same text.
    const images = atAngles([0, 0, 90, 90, 90, 90]);
    const captions = atAngles([10, 10, 10, 10, 10, 10]);
    const { toText } = await recalls(images, captions, [0, 0, 1, 1, 1, 1]);
    // In a random order of six, the first is right for one image with chance 2/6, for the other with 4/6; among the
    // first five there is always a right one.
    expect(toText[0]).toBeCloseTo((2 / 6 + 4 / 6) / 2, 12);
    expect(toText[1]).toBe(1);
  });

  it('says how many queries are tied, and what it is when they win', async () => {
    const parametersOf = async (image: Matrix, text: Matrix) => {
      const results = await measureMatrices(
        kernels,
        { image, text },
        { metrics: ['recall-at-1'], repeatedRows: 'separate' },
      );
      return [
        ['image', 'text'],
        ['text', 'image'],
      ].map((names) => resultOf(results, 'recall-at-1', names).parameters);
    };
    // Two of the captions are copies; the images of both are nearest to them, a third of them to neither.
    const [toText, toImage] = await parametersOf(atAngles([0, 10, 90, 40]), atAngles([5, 5, 85, 120]));
    expect(toText).toEqual({ queries: 4, gallery: 4, tiedQueries: 2, tiesWon: 3 / 4 });
    expect(toImage).toEqual({ queries: 4, gallery: 4, tiedQueries: 2, tiesWon: 3 / 4 });
    const [untied] = await parametersOf(atAngles([0, 30, 90]), atAngles([2, 33, 94]));
    expect(untied).toEqual({ queries: 3, gallery: 3 });
  });
});
