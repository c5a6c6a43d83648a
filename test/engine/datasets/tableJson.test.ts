import { describe, expect, it } from 'vitest';
import { notesOf, useTableFolder } from './tableFolder.ts';

const { write, open, embeddings, rows, failure } = useTableFolder();
const lines = (records: readonly unknown[]) => records.map((record) => JSON.stringify(record)).join('\n');

describe('JSON Lines', () => {
  it('numbers are DOUBLE whatever the first rows say', async () => {
    const values = Array.from({ length: 20_600 }, (_, row) => (row < 20_500 ? [row, -1] : [row + 0.5, 0.25]));
    const path = write('late.jsonl', lines(values.map((v) => ({ v }))));
    expect((await embeddings({ path }))['v']!.slice(20_490)).toEqual(values.slice(20_490));
    const numbered = write('numbered.jsonl', lines(values.map(([d0, d1]) => ({ d0, d1 }))));
    expect((await embeddings({ path: numbered }))['modality-1']!.slice(20_490)).toEqual(values.slice(20_490));
  });

  it('columns that begin late are there', async () => {
    const values = Array.from({ length: 20_600 }, (_, row) => ({
      v: [row, 1],
      ...(row > 20_550 && { late: row }),
    }));
    const path = write('begins.jsonl', lines(values));
    expect((await notesOf(await open({ path })))['left-out']).toContain('late (BIGINT)');
  });

  it('lists of whole numbers, mixed signs, and large ones', async () => {
    const v = [[-128, 127, 2 ** 40], [200, -3, 0]]; // prettier-ignore
    expect(
      await embeddings({ path: write('whole.jsonl', lines(v.map((values) => ({ v: values })))) }),
    ).toEqual({
      v,
    });
    const huge = write('huge.jsonl', '{"v": [9007199254740993, -1]}\n{"v": [18446744073709551615, 0.5]}\n');
    expect(await embeddings({ path: huge })).toEqual({ v: [[2 ** 53, -1], [2 ** 64, 0.5]] }); // prettier-ignore
  });

  it('256 numbered keys', async () => {
    const values = [0, 1].map((row) => Array.from({ length: 256 }, (_, d) => d + row / 2));
    const records = values.map((row) => Object.fromEntries(row.map((value, d) => [`d${d}`, value])));
    expect(await embeddings({ path: write('wide.jsonl', lines(records)) })).toEqual({ 'modality-1': values });
  });

  it('NaN, numbers in quotes, and words in lists', async () => {
    const path = write('nan.jsonl', '{"v": [1, NaN]}\n{"v": ["2", Infinity]}\n');
    expect(await embeddings({ path })).toEqual({ v: [[1, NaN], [2, Infinity]] }); // prettier-ignore
    const word = await failure({ path: write('word.jsonl', '{"v": [1, 2]}\n{"v": [1, "two"]}\n') });
    expect(word.message).toContain('row 2: v has NULL or no number as value 2');
  });

  it('ids, dates and texts stay as they are written', async () => {
    const record = {
      caption: '2020-01-01',
      id: '550E8400-E29B-41D4-A716-446655440000',
      label: '2020-01-01T00:00:00Z',
      mixed: 'a',
      number: 9_007_199_254_740_991,
    };
    const path = write('asis.jsonl', lines([record, { ...record, id: 'b', mixed: 1 }]));
    const attributes = ['mixed', 'number'];
    const { facts } = await open({
      path,
      id: 'id',
      labels: 'label',
      attributes,
      columns: { text: 'caption' },
    });
    expect(facts).toEqual({
      ids: [record.id, 'b'],
      labels: [record.label, record.label],
      attributes: { mixed: ['a', '1'], number: ['9007199254740991', '9007199254740991'] },
    });
    expect((await rows({ path, columns: { text: 'caption' } }))[0]).toEqual(['row-1', '2020-01-01']);
  });

  it('keys that differ in case alone', async () => {
    const path = write('case.jsonl', '{"v": [1, 2], "V": [3, 4]}\n{"v": [5, 6], "V": [7, 8.5]}\n');
    expect(Object.values(await embeddings({ path }))).toEqual([[[1, 2], [5, 6]], [[3, 4], [7, 8.5]]]); // prettier-ignore
  });

  it('arrays of records, and lists without a key', async () => {
    const path = write('array.json', '[{"v": [1, 2]},\n {"v": [3, 4.5]}]');
    expect(await embeddings({ path })).toEqual({ v: [[1, 2], [3, 4.5]] }); // prettier-ignore
    expect(Object.values(await embeddings({ path: write('bare.jsonl', '[1, 2]\n[3, 4.5]\n') }))).toEqual([
      [[1, 2], [3, 4.5]], // prettier-ignore
    ]);
  });
});
