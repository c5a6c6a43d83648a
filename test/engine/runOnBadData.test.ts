import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { row, type Matrix } from '../../server/engine/numerics/matrix.ts';
import type { Report } from '../../server/protocol/report.ts';
import { valueOf } from './measureMatrices.ts';
import { matrixOf } from './pairedCones.ts';
import { cones, everything, npyData, stored, useRuns } from './useRuns.ts';

const { folder, run, writeNpy, writeTable } = useRuns();

describe('degenerate data still give a report that its schema takes', () => {
  const experiments = [{ kind: 'modality-gap', metrics: 'all' }];

  it.each([2, 3, 4, 5])('of %i rows', async (rows) => {
    const { image, text } = cones(rows);
    await writeNpy('pair.npy', [image, text]);
    const { report } = await run({ data: npyData, experiments });
    expect(stored(report)).toEqual(report);
  });

  it.each<[string, readonly Matrix[]]>([
    ['modalities that are equal', [cones().image, cones().image]],
    [
      'modalities that are one point each',
      [
        matrixOf(Array.from({ length: 10 }, () => [1, 2, 3])),
        matrixOf(Array.from({ length: 10 }, () => [3, 1, -2])),
      ],
    ],
    [
      'modalities that are the same point',
      [
        matrixOf(Array.from({ length: 10 }, () => [1, 2, 3])),
        matrixOf(Array.from({ length: 10 }, () => [2, 4, 6])),
      ],
    ],
    [
      'a modality whose centre is the origin',
      [
        matrixOf([
          [1, 0],
          [-1, 0],
          [0, 1],
          [0, -1],
        ]),
        cones(4, 2).text,
      ],
    ],
    ['embeddings of one dimension', [matrixOf([[1], [2], [-3]]), matrixOf([[1], [1], [5]])]],
  ])('of %s', async (_, matrices) => {
    await writeNpy('pair.npy', matrices);
    const { report } = await run({ data: npyData, experiments });
    expect(stored(report)).toEqual(report);
  });
});

describe('what is not a number', () => {
  it('is left out and named: shares of a gap of zero', async () => {
    const { image } = cones();
    await writeNpy('pair.npy', [image, image]);
    const { report } = await run({ data: npyData });
    expect(valueOf(report.results, 'gap-distance', ['image', 'text'])).toBe(0);
    expect(valueOf(report.results, 'recall-at-1', ['image', 'text'])).toBe(1);
    expect(report.notes.filter(({ code }) => code === 'not-finite')).toEqual(
      ['gap-dimension-concentration', 'gap-dimension-shares'].map((metric) => ({
        code: 'not-finite',
        message: `${metric} of image and text is not a finite number and is left out`,
      })),
    );
  });
});

describe('what is undefined', () => {
  const metrics = ['normalized-gap', 'solid-angle-fraction', 'mismatched-cosine'];
  const experiments = [{ kind: 'modality-gap', metrics }];
  const notesOf = ({ notes }: Report) => notes.filter(({ code }) => code === 'not-finite');
  const leftOut = (metric: string, modalities: string) => ({
    code: 'not-finite',
    message: `${metric} of ${modalities} is not a finite number and is left out`,
  });

  it('is left out and named: a gap in units of no radius, and angles on a line', async () => {
    await writeNpy('pair.npy', [matrixOf([[1], [2], [3]]), matrixOf([[-1], [-1], [-5]])]);
    const { report } = await run({ data: npyData, experiments });
    expect(stored(report)).toEqual(report);
    expect(report.results.map(({ metric }) => metric)).toEqual(['mismatched-cosine']);
    expect(notesOf(report)).toEqual([
      leftOut('normalized-gap', 'image and text'),
      leftOut('solid-angle-fraction', 'image'),
      leftOut('solid-angle-fraction', 'text'),
    ]);
  });
});

describe('a run refuses', () => {
  it('a relevance map in which all rows share one item', async () => {
    const { image, text } = cones();
    for (let r = 1; r < image.rows; r++) row(image, r).set(row(image, 0));
    await writeTable(
      'pair.jsonl',
      { image, text },
      Array.from({ length: image.rows }, () => 7),
    );
    const data = {
      kind: 'table',
      path: 'pair.jsonl',
      columns: { image: 'image', text: 'text' },
      relevance: { shared: 'image', column: 'group' },
    };
    await expect(run({ data })).rejects.toMatchObject({ code: 'too-few-rows' });
  });

  it.each<[string, string, RegExp, (image: Matrix) => readonly Matrix[]]>([
    ['one row', 'too-few-rows', /"image" has 1 row; .* at least 2/, () => [cones(1).image, cones(1).text]],
    [
      'a row that is not finite',
      'non-finite-row',
      /row 3 of modality "text" holds NaN in column 2/,
      (image) => {
        const text = cones().text;
        row(text, 2)[2] = NaN;
        return [image, text];
      },
    ],
    [
      'a row of zeros',
      'zero-row',
      /row 40 of modality "image" is all zeros/,
      (image) => {
        row(image, 39).fill(0);
        return [image, cones().text];
      },
    ],
  ])('%s, by name', async (_, code, message, spoil) => {
    await writeNpy('pair.npy', spoil(cones().image));
    await expect(run({ data: npyData })).rejects.toMatchObject({
      name: 'InputError',
      code,
      message: expect.stringMatching(message) as unknown,
      place: { file: join(folder(), 'pair.npy') },
    });
  });

  it('a row of zeros by its id, where there is one', async () => {
    const { image, text } = cones();
    row(text, 6).fill(0);
    await writeTable('pair.jsonl', { image, text });
    const data = { kind: 'table', path: 'pair.jsonl', id: 'name', columns: { image: 'image', text: 'text' } };
    await expect(run({ data })).rejects.toMatchObject({
      code: 'zero-row',
      message: expect.stringContaining('row 7 (item-7) of modality "text"') as unknown,
    });
  });

  it('modalities with unequal rows or dimensions', async () => {
    await writeNpy('a.npy', [cones(40).image]);
    await writeNpy('b.npy', [cones(39).text]);
    await writeNpy('c.npy', [cones(40, 9).text]);
    const data = (text: string) => ({ kind: 'npy', path: { image: 'a.npy', text } });
    await expect(run({ data: data('b.npy') })).rejects.toMatchObject({
      code: 'unequal-rows',
      message: expect.stringMatching(/40.*39/) as unknown,
    });
    await expect(run({ data: data('c.npy') })).rejects.toMatchObject({
      code: 'unequal-dimensions',
      message: expect.stringMatching(/"text" has dimension 9 and "image" has 8/) as unknown,
    });
  });

  it('items without an encoder', async () => {
    await writeFile(join(folder(), 'lines.txt'), 'one\ntwo\nthree\n');
    await expect(run({ data: { kind: 'text-lines', path: 'lines.txt' } })).rejects.toMatchObject({
      code: 'missing-encoder',
      message: expect.stringContaining('"text"') as unknown,
    });
  });
});

describe('a run that is told to stop', () => {
  it('rejects with the reason: at once, while reading, and while measuring', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    const reason = new Error('enough');
    const aborted = AbortSignal.abort(reason);
    await expect(run({ data: npyData }, { signal: aborted })).rejects.toBe(reason);
    for (const stage of ['reading rows', 'measuring', 'loss landscape']) {
      const controller = new AbortController();
      const seen: string[] = [];
      const stopped = run(
        { data: npyData, experiments: everything },
        {
          signal: controller.signal,
          progress: (update) => {
            seen.push(update.stage);
            if (update.stage === stage) controller.abort(reason);
          },
        },
      );
      await expect(stopped).rejects.toBe(reason);
      expect(seen.at(-1)).toBe(stage);
    }
  });
});
