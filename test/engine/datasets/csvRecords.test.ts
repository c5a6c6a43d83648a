import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRecords, type CsvFormat, type CsvRecord } from '../../../server/engine/datasets/csvRecords.ts';
import { inputErrorOf } from './openForTest.ts';

const comma = { delimiter: ',', trims: false };

async function records(text: string | Uint8Array, format: CsvFormat = comma, size = 7): Promise<CsvRecord[]> {
  const bytes = Buffer.from(text);
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  const found: CsvRecord[] = [];
  for await (const record of csvRecords(chunks, format, 'a.csv')) found.push(record);
  return found;
}

const cells = async (text: string, format?: CsvFormat) =>
  (await records(text, format)).map((record) => record.cells);

describe('records', () => {
  it('end with any line break, which cells in quotes may hold', async () => {
    expect(await records('a,b\r\n1,"x\ny\r\nz"\n2,w\r3,v')).toEqual([
      { cells: ['a', 'b'], line: 1 },
      { cells: ['1', 'x\ny\r\nz'], line: 2 },
      { cells: ['2', 'w'], line: 5 },
      { cells: ['3', 'v'], line: 6 },
    ]);
  });

  it('have doubled quotes, empty cells, and quotes that begin no cell', async () => {
    expect(await cells('"a ""b""",,""\n5" screen,x "y" z,\n')).toEqual([
      ['a "b"', '', ''],
      ['5" screen', 'x "y" z', ''],
    ]);
  });

  it('pass over blank lines and a byte-order mark', async () => {
    expect(await cells('\ufeffa\n\n\r\nb\n')).toEqual([['a'], ['b']]);
  });

  it('may be padded', async () => {
    expect(await cells('a.jpg| 0| a dog \nb.jpg| 1| " x| y"\n', { delimiter: '|', trims: true })).toEqual([
      ['a.jpg', '0', 'a dog'],
      ['b.jpg', '1', ' x| y'],
    ]);
  });

  it.each([
    ['a,b\n1,"x\n2,y\n', 2, 'opens a quote that does not close'],
    ['a,b\n\n1,"x "y" z"\n', 3, 'a quote within a cell in quotes is doubled'],
    [Buffer.from('a,b\n1,x\n2,\xe9\n', 'latin1'), 3, 'is not valid UTF-8'],
  ])('name the line of what cannot be read: %j', async (text, line, message) => {
    const error = await inputErrorOf(records(text));
    expect(error).toMatchObject({ code: 'table-unreadable', place: { file: 'a.csv', line } });
    expect(error.message).toContain(message);
  });

  it('are those that were written, however the bytes arrive', async () => {
    const cell = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[ab",;\r\n\t]*$/));
    const table = fc
      .integer({ min: 2, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1 }));
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1 }),
        fc.integer({ min: 1, max: 30 }),
        async (rows, delimiter, breaks, size) => {
          const line = (row: string[]) =>
            row.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter);
          const text = rows.map((row, index) => line(row) + breaks[index % breaks.length]!).join('');
          const found = await records(text, { delimiter, trims: false }, size);
          // Lone surrogates have no bytes of their own.
          const written = rows.map((row) => row.map((text) => Buffer.from(text).toString()));
          expect(found.map((record) => record.cells)).toEqual(written);
        },
      ),
      { numRuns: 100 },
    );
  });
});
