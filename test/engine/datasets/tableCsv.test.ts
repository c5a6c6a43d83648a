import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gzipSync } from 'node:zlib';
import { notesOf, useTableFolder } from './tableFolder.ts';

const { write, open, embeddings, rows, failure } = useTableFolder();
const text = { text: 'caption' };

describe('CSV as people write it', () => {
  it('CRLF between rows and LF within a cell, as Excel and Python write it', async () => {
    const path = write('ends.csv', 'id,caption\r\n0,"first\nsecond"\r\n1,b\r\n2,"c\r\nd"\n3,e\r4,f\r\n');
    expect(await rows({ path, columns: text })).toEqual([
      ['row-1', 'first\nsecond'],
      ['row-2', 'b'],
      ['row-3', 'c\r\nd'],
      ['row-4', 'e'],
      ['row-5', 'f'],
    ]);
  });

  it.each([
    ['tabs', '\t'],
    ['“;”', ';'],
    ['“|”', '|'],
  ])('%s in a .csv are found, and said', async (called, delimiter) => {
    const lines = [['id', 'caption'], ['0', 'one, two'], ['1', `"a ""b""${delimiter}, c, d"`]]; // prettier-ignore
    const path = write('delimited.csv', lines.map((cells) => cells.join(delimiter)).join('\n'));
    expect(await rows({ path, columns: text })).toEqual([
      ['row-1', 'one, two'],
      ['row-2', `a "b"${delimiter}, c, d`],
    ]);
    expect((await notesOf(await open({ path })))['delimiter']).toBe(
      `delimited.csv: cells are separated by ${called}; \`delimiter\` says otherwise`,
    );
    const said = await notesOf(await open({ path, delimiter, columns: text }));
    expect(said).toEqual({});
  });

  it('a comma that cuts all rows evenly is what .csv says it is', async () => {
    const path = write('comma.csv', 'id,caption\n1|2,a|b\n3|4,c|d\n');
    expect(await rows({ path, columns: text })).toEqual([
      ['row-1', 'a|b'],
      ['row-2', 'c|d'],
    ]);
    const bars = await failure({ path, delimiter: '|', columns: text });
    expect(bars.message).toContain('cannot be read: the row in line 2 has 3 cells, expected 1');
  });

  it('cells with a space behind each delimiter', async () => {
    const path = write('spaced.csv', 'image_name| number| caption\na| 0| one | x\nb| 1| two\n');
    expect((await failure({ path, columns: text })).message).toContain('line 2 has 4 cells, expected 3');
    const right = write('spaced.csv', 'image_name| number| caption\na| 0| one\nb| 1| "t|wo"\n');
    expect(await rows({ path: right, columns: text })).toEqual([
      ['row-1', 'one'],
      ['row-2', 't|wo'],
    ]);
  });

  it.each([
    ['UTF-16 with a mark, as Excel writes “Unicode text”', '\ufeff', 'utf16le'],
    ['UTF-16 without', '', 'utf16le'],
    ['UTF-8 with a mark', '\ufeff', 'utf8'],
  ] as const)('%s', async (_, mark, encoding) => {
    const path = write('coded.tsv', Buffer.from(`${mark}id\tcaption\r\n0\té–😀\r\n1\tb\r\n`, encoding));
    expect(await rows({ path, columns: text })).toEqual([
      ['row-1', 'é–😀'],
      ['row-2', 'b'],
    ]);
  });

  it('UTF-16 of the other byte order, compressed', async () => {
    const bytes = Buffer.from('\ufeffid,caption\n0,é\n1,b\n', 'utf16le').swap16();
    const path = write('swapped.csv.gz', gzipSync(bytes));
    expect(await rows({ path, columns: text })).toEqual([
      ['row-1', 'é'],
      ['row-2', 'b'],
    ]);
  });

  it('a delimiter at the end of each row', async () => {
    const path = write('trailing.csv', 'id,caption\n0,a,\n1,b,\n');
    expect(await rows({ path, columns: text })).toEqual([
      ['row-1', 'a'],
      ['row-2', 'b'],
    ]);
    const named = write('trailed.csv', 'd0,d1,\n1,2,\n3,4,\n');
    expect(await embeddings({ path: named })).toEqual({ 'modality-1': [[1, 2], [3, 4]] }); // prettier-ignore
  });

  it('decimal commas, said, and refused where they may separate thousands', async () => {
    const path = write('commas.csv', 'd0;d1\n0,5;-1,25\n3;1,5e-1\n');
    expect(await embeddings({ path })).toEqual({ 'modality-1': [[0.5, -1.25], [3, Math.fround(0.15)]] }); // prettier-ignore
    expect((await notesOf(await open({ path })))['decimal-commas']).toContain('d0 … d1 have decimal commas');
    const thousands = await failure({ path: write('thousands.csv', 'd0;d1\n1,500;2\n3;12,250\n') });
    expect(thousands.message).toContain('may be decimal ones or separate thousands');
    const both = await failure({ path: write('both.csv', 'd0;d1\n0,5;2\n1.234,5;1\n') });
    expect(both.message).toContain('row 2: d0 … d1 has NULL or no number as value 1');
    const quoted = await failure({ path: write('quoted.csv', 'd0,d1\n"1,234.5",2\n3,4\n') });
    expect(quoted.message).toContain('row 1: d0 … d1 has NULL or no number as value 1');
  });

  it('what cannot be read is said in words of ours', async () => {
    const quote = await failure({ path: write('quote.csv', 'a,caption\n1,"he said "hi" there"\n') });
    expect(quote.message).toMatch(/quote\.csv cannot be read: line 2 goes on behind a quote that closes/);
    const open = await failure({ path: write('open.csv', 'a,caption\n1,"x\n2,y\n') });
    expect(open.message).toContain('line 2 opens a quote that does not close');
    const latin = write('latin.csv', Buffer.from('a,caption\n1,x\n2,\xe9\n', 'latin1'));
    expect((await failure({ path: latin })).message).toContain('line 3 is not valid UTF-8');
    const late = `a,caption\n${'1,x\n'.repeat(5000)}`;
    const deep = write('deep.csv', Buffer.from(`${late}2,\xe9\n`, 'latin1'));
    expect(await failure({ path: deep })).toMatchObject({ code: 'table-unreadable', place: { line: 5002 } });
    const nul = await failure({ path: write('nul.csv', 'a,caption\n1,x\n2,x\0y\n'), columns: text });
    expect(nul.message).toContain('with a NUL character in 1 cells');
    expect((await failure({ path: write('blank.csv', '\n\n') })).code).toBe('table-empty');
    const gzip = await failure({ path: write('wrong.csv.gz', 'a,b\n1,2\n') });
    expect(gzip.message).toContain('it cannot be decompressed');
  });

  it('names of columns in quotes, with a break in them, behind blank lines', async () => {
    const path = write('names.csv', '\n"the\ncaption" ,b\n"x\ny",1\n');
    expect(await rows({ path, columns: { text: 'the\ncaption' } })).toEqual([['row-1', 'x\ny']]);
  });

  it('long cells', async () => {
    const long = 'x '.repeat(2_000_000);
    const path = write('long.csv', `id,caption\n1,${long}y\n`);
    expect((await rows({ path, columns: text }))[0]![1]).toHaveLength(4_000_001);
  });

  it('any texts, delimiter and line breaks', async () => {
    const cell = fc.stringMatching(/^[ab ",;|\r\n\t]{0,8}$/);
    const table = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        table,
        fc.constantFrom(',', ';', '\t', '|'),
        fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: 1, maxLength: 3 }),
        async (cells, delimiter, breaks) => {
          const quote = (value: string) => `"${value.replaceAll('"', '""')}"`;
          const path = write(
            'any.csv',
            [['a', 'b'], ...cells]
              .map((row, index) => row.map(quote).join(delimiter) + breaks[index % breaks.length]!)
              .join(''),
          );
          const columns = {
            a: { column: 'a', content: 'text' },
            b: { column: 'b', content: 'text' },
          } as const;
          const full = cells.map((row, index) => [`row-${index + 1}`, ...row]);
          const expected = full.filter((row) => !row.includes(''));
          if (expected.length === 0) expect((await failure({ path, columns })).code).toBe('table-no-rows');
          else expect(await rows({ path, columns })).toEqual(expected);
        },
      ),
      { numRuns: 12 },
    );
  });
});

describe('rows without names', () => {
  it('numbers, as numpy.savetxt writes them', async () => {
    const values = { 'modality-1': [[0.5, 2], [-3, 4e-3].map(Math.fround), [5, 6]] }; // prettier-ignore
    for (const delimiter of [',', ' ', ';']) {
      const path = write('bare.csv', `0.5${delimiter}2\n-3${delimiter}4e-3\n5${delimiter}6\n`);
      expect(await embeddings({ path })).toEqual(values);
      expect((await notesOf(await open({ path })))['no-header']).toContain(
        'no line names the columns, the first one is a row; they are called d0 … d1',
      );
    }
  });

  it('with a header behind #, and with remarks', async () => {
    const values = { 'modality-1': [[1, 2, 3], [4, 5, 6]] }; // prettier-ignore
    for (const head of ['# d0,d1,d2\n', '#d0, d1, d2\n', '# made by x\n# d0,d1,d2\r\n', 'd0,d1,d2\n']) {
      expect(await embeddings({ path: write('headed.csv', `${head}1,2,3\n4,5,6\n`) })).toEqual(values);
    }
    expect(await embeddings({ path: write('remarked.csv', '# made by x\n1.0,2,3\n4,5,6\n') })).toEqual(
      values,
    );
    const remark = write('remark.csv', '# exported by A, B\nid,caption\n0,x\n');
    expect(await rows({ path: remark, columns: text })).toEqual([['row-1', 'x']]);
  });

  it('but numbers that count columns are names, as pandas writes them', async () => {
    const values = { 'modality-1': [[0.5, 2, 7], [3, 4, 8]] }; // prettier-ignore
    expect(await embeddings({ path: write('counted.csv', '0,1,2\n0.5,2,7\n3,4,8\n') })).toEqual(values);
    expect(await embeddings({ path: write('indexed.csv', ',0,1,2\n0,0.5,2,7\n1,3,4,8\n') })).toEqual(values);
  });

  it('names of files', async () => {
    const path = write('pairs.csv', 'a.jpg,a dog\nb.jpg,a cat\n');
    const dataset = await open({ path });
    expect(dataset.kind === 'samples' && dataset.count).toBe(2);
    const notes = await notesOf(dataset);
    expect(notes['no-header']).toContain('column0 … column1');
    expect(notes['left-out']).toContain('column1 (VARCHAR: texts)');
  });

  it('numbered columns that begin elsewhere or have a hole are refused', async () => {
    for (const [name, header] of [
      ['late', 'd2,d3'],
      ['hole', 'd0,d1,d3'],
    ]) {
      const cells = header!.split(',').map(() => '1.5');
      const error = await failure({ path: write(`${name!}.csv`, `${header!}\n${cells.join(',')}\n`) });
      expect(error).toMatchObject({ code: 'column-missing' });
      expect(error.message).toContain('numbered from 0 or 1 without a hole');
    }
  });
});
