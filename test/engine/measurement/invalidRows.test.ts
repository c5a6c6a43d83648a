import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { row, takeRows } from '../../../server/engine/numerics/matrix.ts';
import { describeShared, sharedFile } from '../sharedData.ts';
import { cones, npyData, useRuns } from '../useRuns.ts';

const { folder, run, writeNpy, writeTable } = useRuns();

/** Embeddings with rows 3 and 7 of zeros in the first modality, and NaN or infinity in rows 7 and 9 of the second. */
function spoilt() {
  const { image, text } = cones();
  row(image, 2).fill(0);
  row(image, 6).fill(0);
  row(text, 6)[1] = NaN;
  row(text, 8)[7] = -Infinity;
  const kept = Array.from({ length: 40 }, (_, at) => at).filter((at) => ![2, 6, 8].includes(at));
  return { image, text, kept };
}

describe('rows without a direction', () => {
  it('are refused, all of them counted in one message', async () => {
    const { image, text } = spoilt();
    await writeNpy('pair.npy', [image, text]);
    await expect(run({ data: npyData })).rejects.toMatchObject({
      code: 'zero-row',
      message:
        'row 3 of modality "image" is all zeros and has no direction; cosines need rows with a positive norm. ' +
        '3 of 40 rows are like that: image: 2 all zeros (rows 3, 7), text: 2 with NaN or infinity (rows 7, 9). ' +
        '`invalidRows: skip`, or --skip-invalid, leaves them out of all modalities',
    });
  });

  it('are left out of every modality, as if they had never been there', async () => {
    const { image, text, kept } = spoilt();
    await writeNpy('pair.npy', [image, text]);
    const { report, embeddings, leftOutRows } = await run({ data: npyData, invalidRows: 'skip' });
    const left = [takeRows(image, kept), takeRows(text, kept)];
    expect(embeddings?.map(({ matrix }) => matrix)).toEqual(left);
    expect(leftOutRows).toEqual([2, 6, 8]);
    expect(report.notes).toEqual([
      {
        code: 'invalid-rows',
        message:
          '3 of 40 rows were left out of all modalities: image: 2 all zeros (rows 3, 7), text: 2 with NaN or infinity (rows 7, 9)',
      },
    ]);
    await writeNpy('pair.npy', left);
    const { report: expected } = await run({ data: npyData });
    expect(report.results).toEqual(expected.results);
    expect(report.modalities).toEqual(expected.modalities);
  });

  it('are those without a list of numbers in a table too, also before the first list', async () => {
    const { image, text } = cones();
    await writeTable('null.jsonl', { image, text });
    const file = join(folder(), 'null.jsonl');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const spoil = (at: number, change: (cells: Record<string, unknown>) => object) => {
      lines[at] = JSON.stringify(change(JSON.parse(lines[at]!) as Record<string, unknown>));
    };
    spoil(0, (cells) => ({ ...cells, image: null }));
    spoil(4, (cells) => ({ ...cells, image: null, text: [] }));
    spoil(6, (cells) => ({ ...cells, text: [null, ...(cells['text'] as number[]).slice(1)] }));
    writeFileSync(file, `${lines.join('\n')}\n`);
    const data = { kind: 'table', path: 'null.jsonl', columns: { image: 'image', text: 'text' } };
    await expect(run({ data })).rejects.toMatchObject({
      code: 'embedding-invalid',
      message: expect.stringMatching(
        /row 1: image is NULL.*`invalidRows: skip`, or --skip-invalid/,
      ) as string,
    });
    const { report, leftOutRows } = await run({ data, invalidRows: 'skip' });
    expect(leftOutRows).toEqual([0, 4, 6]);
    const notes = report.notes.map(({ code, message }) => `${code}: ${message}`);
    expect(notes).toEqual([
      expect.stringMatching(
        /^embedding-invalid: .*image has NULL or no list of numbers in 2 of 40 rows \(1, 5\)/,
      ),
      expect.stringMatching(
        /^embedding-invalid: .*text has NULL or no list of numbers in 2 of 40 rows \(5, 7\)/,
      ),
      expect.stringMatching(/^invalid-rows: 3 of 40 rows were left out/),
    ]);
    const kept = Array.from({ length: 40 }, (_, at) => at).filter((at) => ![0, 4, 6].includes(at));
    await writeNpy('pair.npy', [takeRows(image, kept), takeRows(text, kept)]);
    const { report: expected } = await run({ data: { ...npyData, modalities: ['image', 'text'] } });
    expect(report.results).toEqual(expected.results);
  });

  it('take their ids along, and what is said of a row is said of that row', async () => {
    const { image, text } = cones();
    row(text, 0).fill(0);
    await writeTable('pair.jsonl', { image, text });
    const data = { kind: 'table', path: 'pair.jsonl', id: 'name', columns: { image: 'image', text: 'text' } };
    const { report } = await run({ data, invalidRows: 'skip' });
    expect(report.projection!.ids[0]).toBe('item-2');
    expect(report.projection!.ids).toHaveLength(39);
  });

  it('that are all the same in two modalities are said', async () => {
    const { image } = cones();
    await writeNpy('pair.npy', [image, image]);
    const { report } = await run({ data: npyData });
    expect(report.notes[0]).toMatchObject({
      code: 'equal-modalities',
      message: expect.stringMatching(/^image and text are the same embeddings/) as string,
    });
  });

  it('change nothing where there are none', async () => {
    const { image, text } = cones();
    await writeNpy('pair.npy', [image, text]);
    const [asked, plain] = [await run({ data: npyData, invalidRows: 'skip' }), await run({ data: npyData })];
    expect(asked.report.results).toEqual(plain.report.results);
    expect(asked.report.notes).toEqual([]);
    expect(asked.leftOutRows).toEqual([]);
  });

  it('that are nearly all leave nothing to measure', async () => {
    const { image, text } = cones();
    image.data.fill(0, image.columns);
    await writeNpy('pair.npy', [image, text]);
    await expect(run({ data: npyData, invalidRows: 'skip' })).rejects.toMatchObject({
      code: 'too-few-rows',
      message: expect.stringMatching(
        /^39 of 40 rows were left out.*rows 2, 3, 4, 5, 6, …\).*at least 2/,
      ) as string,
    });
    await expect(run({ data: npyData })).rejects.toMatchObject({
      message: expect.stringMatching(/39 of 40 rows are like that/) as string,
    });
  });
});

describeShared('a row of zeros that people have', () => {
  it('is refused, or left out and counted', async () => {
    const data = { kind: 'npz', path: sharedFile('cases/arrays/zero_row.npz') };
    await expect(run({ data })).rejects.toMatchObject({ code: 'zero-row' });
    const { report } = await run({ data, invalidRows: 'skip' });
    expect(report.modalities.map(({ rows }) => rows)).toEqual([23, 23]);
    expect(report.notes.map(({ code }) => code)).toEqual(['invalid-rows']);
  });

  it('rows that repeat, of five captions an image, are one item by default', async () => {
    const data = { kind: 'npz', path: sharedFile('cases/arrays/five_captions.npz') };
    const recall = async (repeatedRows: string) => {
      const { report } = await run({ data, repeatedRows });
      const found = report.results.filter(({ metric }) => metric === 'recall-at-1');
      return { values: found.map(({ value }) => value), notes: report.notes.map(({ code }) => code) };
    };
    const { values, notes } = await recall('one-item');
    expect(values).toEqual([expect.closeTo(0.65, 12), expect.closeTo(0.5, 12)]);
    expect(notes).toContain('repeated-rows');
    const separate = await recall('separate');
    expect(separate.notes).not.toContain('repeated-rows');
    expect(separate.values[0]).toBeCloseTo(0.13, 2);
  });
});
