import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { table } from '../../../server/engine/datasets/table.ts';
import { readerOf } from '../../../server/worker/describeData.ts';
import { asSamples, inputErrorOf, openReader, readAll } from './openForTest.ts';
import { notesOf, useTableFolder } from './tableFolder.ts';

const { write, writeParquet, open, embeddings, rows, failure } = useTableFolder();
for (let row = 0; row < 10; row++) write(`pictures/${row}.jpg`, `picture ${row}`);
const columns = { image: 'image', text: 'caption' };

/** A table of ten pictures with captions, the cells of some rows replaced; and what its rows should be. */
function pictures(cells: Readonly<Record<number, string>>, name = 'pairs.csv'): string {
  const lines = Array.from({ length: 10 }, (_, row) => {
    const cell = cells[row] ?? `pictures/${row}.jpg`;
    return `"${cell.replaceAll('"', '""')}",caption ${row}`;
  });
  return write(name, `image,caption\n${lines.join('\n')}\n`);
}

const whole = (leftOut: number[] = []) =>
  Array.from({ length: 10 }, (_, row) => row)
    .filter((row) => !leftOut.includes(row))
    .map((row) => [`row-${row + 1}`, `picture ${row}`, `caption ${row}`]);

describe('names of files', () => {
  it('that say that there is none leave their rows out by name, chosen or not', async () => {
    const words = ['N/A', 'nan', 'NULL', 'None', ' null ', '<NA>', '\\N', '-', '#N/A', '  '];
    const names = [
      ...words,
      ...whole().map((_, row) => `pictures/${row}.jpg`),
      ...whole().map(() => 'x.jpg'),
    ];
    const path = write('words.csv', `image,caption\n${names.map((name) => `"${name}",c`).join('\n')}\n`);
    for (const given of [{ path }, { path, columns }]) {
      const dataset = asSamples(await open(given));
      expect(dataset.modalities.map(({ content }) => content)).toEqual(['image', 'text']);
      expect([dataset.count, dataset.skipped.length]).toEqual([20, words.length]);
      dataset.skipped.forEach(({ id, reason }, row) => {
        const said = row === 9 ? 'is empty' : `says ${JSON.stringify(words[row])}, which names no file`;
        expect([id, reason]).toEqual([`row-${row + 1}`, `image (image) ${said}`]);
      });
      await dataset.close();
    }
    const one = { path: pictures({ 2: 'N/A' }), columns };
    expect(await rows({ ...one, limit: 9, sampling: 'random' })).toEqual(whole([2]));
  });

  it('without an extension, with a query, a number or white space behind, are found where the file is', async () => {
    write('pictures/5.jpg.1', 'picture 5');
    const path = pictures({
      0: 'pictures/0',
      1: 'pictures/1.jpg?w=200',
      2: ' pictures/2.jpg ',
      3: 'pictures/3.jpg#0',
      5: 'pictures/5.jpg.1',
    });
    expect(await rows({ path })).toEqual(whole());
    expect(await rows({ path, columns })).toEqual(whole());
  });

  it('all without an extension', async () => {
    const path = pictures(Object.fromEntries(whole().map((_, row) => [row, String(row)])));
    expect(await rows({ path, root: 'pictures' })).toEqual(whole());
    expect(await rows({ path, root: 'pictures', columns })).toEqual(whole());
    const elsewhere = await failure({ path, columns });
    expect(elsewhere.message).toContain('texts that name no files');
    expect((await notesOf(await open({ path })))['left-out']).toContain(
      'image (VARCHAR: texts that name no files',
    );
  });

  it('of other things among them are rows of their own that cannot be read', async () => {
    const names = ['missing.jpg', 'a.bmp', 'clip.mp4', 'no such thing', 'pictures'];
    const dataset = asSamples(await open({ path: pictures(Object.fromEntries(names.entries())), columns }));
    expect(dataset.count).toBe(10);
    for (const row of names.keys()) {
      const [item] = (await dataset.read(row)).items;
      if (item?.content !== 'image') throw new Error('found no image');
      expect((await inputErrorOf(item.load())).code).toMatch(/^image-un/);
    }
    await dataset.close();
  });

  it('of formats that are not read are images all the same', async () => {
    const path = pictures(Object.fromEntries(whole().map((_, row) => [row, `pictures/${row}.bmp`])));
    const dataset = asSamples(await open({ path }));
    expect(dataset.modalities[0]).toEqual({ name: 'image', content: 'image' });
    await dataset.close();
  });

  it('that are addresses are refused', async () => {
    const path = pictures(
      Object.fromEntries(whole().map((_, row) => [row, `https://example.org/${row}.jpg?w=1`])),
    );
    for (const asked of ['image', { column: 'image', content: 'image' as const }]) {
      const error = await failure({ path, columns: { image: asked } });
      expect(error).toMatchObject({ code: 'column-content' });
      expect(error.message).toContain('addresses (URLs), and nothing is fetched');
    }
    expect((await notesOf(await open({ path })))['left-out']).toContain('image (VARCHAR: addresses');
  });

  it('a modality called image is made of texts only where that is said', async () => {
    const path = write('words.csv', 'image,caption\na red thing,x\na blue thing,y\n');
    expect((await failure({ path, columns })).message).toContain(
      'with `content: text` they are read as texts',
    );
    expect((await failure({ path, columns: { audio: 'caption' } })).code).toBe('column-content');
    const said = { image: { column: 'image', content: 'text' as const } };
    expect((await rows({ path, columns: said })).map(([, text]) => text)).toEqual([
      'a red thing',
      'a blue thing',
    ]);
    const list = write('lists.jsonl', '{"x": ["a", "b"]}\n');
    expect((await failure({ path: list, columns: { image: 'x' } })).message).toContain(
      'would be made of the texts',
    );
  });
});

describe('files in cells', () => {
  const png = Buffer.from('\x89PNG\r\n\x1a\n and more'.repeat(9), 'latin1');

  it.each([
    ['plain', png.toString('base64')],
    ['as an address', `data:image/png;base64,${png.toString('base64')}`],
    ['in lines', png.toString('base64').replace(/.{60}/g, '$&\n')],
  ])('base64, %s', async (_, cell) => {
    const path = write('base64.csv', `image,caption\n"${cell}",a\nN/A,b\n"${cell}",c\n`);
    for (const given of [{ path }, { path, columns }]) {
      expect(await rows(given)).toEqual([
        ['row-1', png.toString('latin1'), 'a'],
        ['row-3', png.toString('latin1'), 'c'],
      ]);
    }
  });

  it('base64 of something else is refused', async () => {
    const cell = Buffer.from(
      Float32Array.from({ length: 64 }, (_, index) => Math.sin(index)).buffer,
    ).toString('base64');
    const path = write('raw.csv', `v,caption\n${cell},a\n`);
    expect((await failure({ path, columns: { v: 'v' } })).message).toContain(
      'base64 of something that is no picture',
    );
  });

  it('sequences and hashes are no base64', async () => {
    const path = write('words.csv', `a,b\n${'MKTAYIAKQR'.repeat(8)},${'0123456789abcdef'.repeat(5)}\n`);
    expect(await rows({ path, columns: { a: 'a', b: 'b' } })).toHaveLength(1);
  });

  it.each([
    ['paths alone', `{'bytes': NULL::BLOB, 'path': 'pictures/' || i || '.jpg'}`],
    ['bytes of another type', `{'bytes': NULL::INTEGER, 'path': 'pictures/' || i || '.jpg'}`],
    ['no bytes', `{'path': 'pictures/' || i || '.jpg'}`],
    ['bytes alone', `{'bytes': ('picture ' || i)::BLOB}`],
    [
      'one of both in each row',
      `{'bytes': CASE WHEN i % 2 = 0 THEN ('picture ' || i)::BLOB END, 'path': 'pictures/' || i || '.jpg'}`,
    ],
  ])('structures of the Hugging Face libraries: %s', async (_, image) => {
    const path = await writeParquet(
      'hf.parquet',
      `SELECT ${image} AS image, 'caption ' || i AS caption FROM range(10) t(i)`,
    );
    expect(await rows({ path })).toEqual(whole());
    expect(await rows({ path, columns })).toEqual(whole());
  });

  it('structures with neither bytes nor path', async () => {
    const path = await writeParquet(
      'none.parquet',
      `SELECT {'bytes': CASE WHEN i < 8 THEN ('picture ' || i)::BLOB END, 'path': CASE WHEN i = 8 THEN 'N/A' END} AS image, 'caption ' || i AS caption FROM range(10) t(i)`,
    );
    const dataset = asSamples(await open({ path }));
    expect(dataset.skipped.map(({ reason }) => reason)).toEqual([
      'image (image) says "N/A", which names no file',
      'image (image) is empty',
    ]);
    await dataset.close();
    expect(await rows({ path, limit: 8, sampling: 'random' })).toEqual(whole([8, 9]));
  });
});

describe('lists of captions', () => {
  const records = [
    { image: 'pictures/0.jpg', caption: ['a', 'b'], v: 1 },
    { image: 'pictures/1.jpg', caption: [] },
    { image: 'pictures/2.jpg', caption: ['c', ' ', 'd', 'e'] },
  ];
  const all = [
    ['row-1#1', 'picture 0', 'a'],
    ['row-1#2', 'picture 0', 'b'],
    ['row-3#1', 'picture 2', 'c'],
    ['row-3#2', 'picture 2', 'd'],
    ['row-3#3', 'picture 2', 'e'],
  ];
  const jsonLines = () => write('captions.jsonl', records.map((record) => JSON.stringify(record)).join('\n'));

  it('give a row for each, which share the item', async () => {
    const path = jsonLines();
    for (const given of [
      { path },
      { path, columns },
      { path, columns: { image: 'image', text: { column: 'caption', content: 'text' as const } } },
    ]) {
      const dataset = asSamples(await open(given));
      expect(dataset.facts.relevance).toEqual({ shared: 'image', groups: Int32Array.of(0, 0, 1, 1, 1) });
      expect(dataset.skipped).toEqual([{ id: 'row-2', reason: 'caption (text) is empty' }]);
      expect(dataset.notes.map(({ code }) => code)).toContain('several-captions');
      await dataset.close();
      expect(await rows(given)).toEqual(all);
    }
  });

  it.each([
    ['JSON', (list: string[]) => JSON.stringify(list)],
    ['Python', (list: string[]) => `[${list.map((text) => `'${text}'`).join(', ')}]`],
    ['NumPy', (list: string[]) => `[${list.map((text) => `'${text}'`).join('\n ')}]`],
  ])('also written as texts: %s', async (_, written) => {
    const cell = (list: string[]) => `"${written(list).replaceAll('"', '""')}"`;
    const path = write(
      'written.csv',
      `image,caption\n${records.map((record) => `${record.image},${cell(record.caption)}`).join('\n')}\n`,
    );
    expect(await rows({ path })).toEqual(all);
    expect(await rows({ path, columns: { text: 'caption' } })).toEqual(all.map(([id, , text]) => [id, text]));
  });

  it('the first, a seeded one, or some of all', async () => {
    const path = jsonLines();
    expect(await rows({ path, captions: 'first' })).toEqual([
      ['row-1', 'picture 0', 'a'],
      ['row-3', 'picture 2', 'c'],
    ]);
    const drawn = new Set<string>();
    for (let seed = 0; seed < 12; seed++) {
      const dataset = asSamples(await open({ path, captions: 'random' }, seed));
      const [, item] = (await dataset.read(1)).items;
      if (item?.content === 'text') drawn.add(item.text);
      await dataset.close();
    }
    expect(drawn).toEqual(new Set(['c', 'd', 'e']));
    expect(await rows({ path, limit: 3 })).toEqual(all.slice(0, 3));
    expect(await rows({ path, limit: 5, sampling: 'random' })).toEqual(all);
    expect(await rows({ path, limit: 2, sampling: 'random' })).toHaveLength(2);
  });

  it('with ids, labels and files that several rows name', async () => {
    const path = write(
      'facts.jsonl',
      [...records, { image: 'pictures/0.jpg', caption: ['f'] }]
        .map((record, row) => JSON.stringify({ ...record, key: `k${row}`, class: `c${row % 2}` }))
        .join('\n'),
    );
    const { facts } = await open({ path, columns, id: 'key', labels: 'class' });
    expect(facts).toEqual({
      ids: ['k0#1', 'k0#2', 'k2#1', 'k2#2', 'k2#3', 'k3#1'],
      labels: ['c0', 'c0', 'c0', 'c0', 'c0', 'c1'],
      relevance: { shared: 'image', groups: Int32Array.of(0, 0, 1, 1, 1, 0) },
    });
  });

  it('of several modalities take a choice', async () => {
    const path = write('several.jsonl', '{"a": ["x", "y"], "b": ["z"]}\n{"a": ["u"], "b": ["v", "w"]}\n');
    const given = { path, columns: { a: 'a', b: 'b' } };
    expect(await failure(given)).toMatchObject({ code: 'captions-of-several' });
    expect(await rows({ ...given, captions: 'first' })).toEqual([
      ['row-1', 'x', 'z'],
      ['row-2', 'u', 'v'],
    ]);
  });

  it('structures, maps and numbers are never read with their brackets', async () => {
    const path = write('brackets.jsonl', '{"s": [{"raw": "a", "n": 1}], "m": {"a": "x"}, "v": [1, 2]}\n');
    for (const column of ['s', 'm', 'v']) {
      const error = await failure({ path, columns: { text: { column, content: 'text' } } });
      expect(error.code).toBe('column-content');
    }
  });
});

describe('embeddings', () => {
  const v = [[0.5, -1], [2, 3]]; // prettier-ignore

  it.each([
    'TINYINT[]',
    'UTINYINT[]',
    'SMALLINT[2]',
    'UBIGINT[]',
    'HUGEINT[]',
    'DECIMAL(18, 3)[]',
    'FLOAT[2]',
    'DOUBLE[1][]',
    'FLOAT[][]',
  ])('of the type %s', async (type) => {
    const isNested = /\[.*\]\[/.test(type);
    const list = type.startsWith('DOUBLE[1]') ? '[[i]]' : isNested ? '[[i, 3]]' : '[i, 3]';
    const path = await writeParquet('types.parquet', `SELECT ${list}::${type} AS v FROM range(3) t(i)`);
    const expected = [0, 1, 2].map((i) => (type.startsWith('DOUBLE[1]') ? [i] : [i, 3]));
    expect(await embeddings({ path })).toEqual({ v: expected });
  });

  it.each([
    ['JSON', '[0.5, -1]', '[2, 3]'],
    ['NumPy', '[ 0.5 -1. ]', '[2.\n 3.]'],
    ['arrays', 'array([0.5, -1], dtype=float32)', 'array([2., 3.])'],
    ['tensors', "tensor([0.5, -1], device='cuda:0')", 'tensor([2., 3.])'],
    ['one row each', '[[0.5 -1.]]', '[[2. 3.]]'],
  ])('written as texts: %s', async (_, first, second) => {
    const path = write('written.csv', `v,caption\n"${first}",a\n"${second}",b\n`);
    expect(await embeddings({ path, columns: { v: 'v' } })).toEqual({ v });
  });

  it('numbers alone in a cell', async () => {
    const path = write('alone.csv', 'emb,caption\n0.5 1 2 -3,a\n"4,5,6,7e-1",b\n');
    expect(await embeddings({ path })).toEqual({ emb: [[0.5, 1, 2, -3], [4, 5, 6, Math.fround(0.7)]] }); // prettier-ignore
  });

  it('JSON in Parquet, and texts of an enumeration', async () => {
    const json = await writeParquet('json.parquet', `SELECT '[0.5, -1]'::JSON AS v`);
    expect(await embeddings({ path: json })).toEqual({ v: [v[0]] });
    const words = await writeParquet(
      'enum.parquet',
      `SELECT x::ENUM('pictures/1.jpg', 'pictures/2.jpg') AS image, 'c'::ENUM('c') AS caption FROM (VALUES ('pictures/1.jpg'), ('pictures/2.jpg')) t(x)`,
    );
    expect((await rows({ path: words })).map(([, image]) => image)).toEqual(['picture 1', 'picture 2']);
  });

  it('that were cut when they were printed are refused, wherever they are', async () => {
    const path = write('cut.csv', `v,caption\n"[0.1 0.2 0.3]",a\n"[0.1 0.2 ... 0.8 0.9]",b\n`);
    for (const given of [
      { path, columns: { v: 'v' } },
      { path, columns: { v: { column: 'v', content: 'embedding' as const } } },
    ]) {
      expect((await failure(given)).message).toContain('1 arrays were cut by “...” when they were printed');
    }
    expect((await notesOf(await open({ path })))['left-out']).toContain('v (VARCHAR: 1 arrays were cut');
  });

  it('of which several are in a row are refused', async () => {
    const path = await writeParquet('tokens.parquet', `SELECT [[1, 2], [3, i]] AS v FROM range(3) t(i)`);
    expect((await failure({ path, columns: { v: 'v' } })).message).toContain(
      '2 vectors a row (tokens, maps)',
    );
    expect((await failure({ path })).message).toContain('v (BIGINT[][]: 2 vectors a row');
  });

  it('that are no numbers in some rows name these', async () => {
    const cases = [
      ['[1, 2]', '', 'row 2: v is NULL'],
      ['[1, 2]', '[1]', 'row 2: v has 1 numbers, expected 2'],
      ['[1, 2]', 'a cat', 'row 2: v has NULL or no number as value 1'],
      ['[1, 2]', '[1, two]', 'row 2: v has NULL or no number as value 2'],
    ] as const;
    for (const [first, second, message] of cases) {
      const path = write('broken.csv', `v,c\n"${first}",x\n"${second}",y\n`);
      expect((await failure({ path, columns: { v: 'v' } })).message).toContain(message);
    }
  });

  it('boxes and scores beside pictures are none', async () => {
    const record = (row: number) => ({
      image: `pictures/${row}.jpg`,
      caption: `caption ${row}`,
      bbox: [1, 2, 3, 4.5],
      ids: Array.from({ length: row }, () => 1),
    });
    const path = write('boxes.jsonl', [1, 2, 3].map((row) => JSON.stringify(record(row))).join('\n'));
    expect(await rows({ path })).toEqual(
      whole()
        .slice(1, 4)
        .map(([, ...items], row) => [`row-${row + 1}`, ...items]),
    );
    const scores = write(
      'scores.csv',
      'image,caption,score_1,score_2\npictures/1.jpg,a,0.5,1\npictures/2.jpg,b,2,3\n',
    );
    expect((await rows({ path: scores })).map(([, image]) => image)).toEqual(['picture 1', 'picture 2']);
    expect((await notesOf(await open({ path: scores })))['left-out']).toContain(
      'score_1 … score_2 (2 columns of numbers)',
    );
    const vectors = write('vectors.jsonl', JSON.stringify({ ...record(1), image_embedding: [1, 2] }));
    expect(await embeddings({ path: vectors })).toEqual({ image_embedding: [[1, 2]] });
  });
});

describe('columns', () => {
  it('in are those that are measured, named in a note, or used', async () => {
    const kinds = {
      emb: 'list_transform(range(16), lambda x: (x + i)::FLOAT)',
      image: `'pictures/' || i || '.jpg'`,
      caption: `'a caption'`,
      words: `'some words'`,
      number: 'i',
      box: '[1, 2, 3, i]',
      tokens: '[[1.5], [i]]',
      tags: `['a', 'b']`,
      when: `DATE '2020-01-01'`,
      pair: `{'a': 1, 'b': 'x'}`,
      bytes: `'x'::BLOB`,
      flag: 'i = 1',
      key: `'key ' || i`,
      d0: 'i',
      d1: 'i + 1',
      pieces: `MAP {'a': 1}`,
      bits: `'101'::BIT`,
      url: `'https://example.org/' || i || '.jpg'`,
    };
    const names = Object.keys(kinds) as (keyof typeof kinds)[];
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.constantFrom(...names), { minLength: 1 }), async (chosen) => {
        const sql = chosen.map((name) => `${kinds[name]} AS ${name}`).join(', ');
        const given = {
          path: await writeParquet('any.parquet', `SELECT ${sql} FROM range(3) t(i)`),
          ...(chosen.includes('key') && { id: 'key' }),
        };
        const dataset = await open(given).catch((error: unknown) => error);
        if (dataset instanceof Error) {
          expect(dataset).toMatchObject({
            code: expect.stringMatching(/^column-(?:unclear|missing)$/) as string,
          });
          return;
        }
        const { kind, notes } = dataset as Awaited<ReturnType<typeof open>>;
        const note = notes.find(({ code }) => code === 'left-out')?.message ?? '';
        const modalities =
          kind === 'samples'
            ? asSamples(dataset as never).modalities.map(
                ({ name, content }) => ({ text: 'caption', image: 'image' })[content as string] ?? name,
              )
            : (dataset as { sources: { modality: string }[] }).sources.map(({ modality }) => modality);
        for (const name of chosen) {
          const isSaid =
            note.includes(`${name} (`) || (name.startsWith('d') && / more$| … d1 \(|d[01] \(/.test(note));
          const isCut = note.endsWith(' more');
          const isMeasured =
            modalities.includes(name) ||
            (name.startsWith('d') && modalities.includes('modality-1')) ||
            (name === 'bytes' && modalities.includes('image') && !chosen.includes('image'));
          expect([name, isMeasured || isSaid || isCut || name === 'key']).toEqual([name, true]);
          if (isMeasured) expect([name, note.includes(`: ${name} (`)]).toEqual([name, false]);
        }
        await (dataset as { close(): Promise<void> }).close();
      }),
      { numRuns: 10 },
    );
  });

  it('that are used for facts are not named in the note', async () => {
    const path = write('used.csv', 'image,caption,key,class,where,more\npictures/1.jpg,a,k,c,w,m\n');
    const notes = await notesOf(await open({ path, id: 'key', labels: 'class', attributes: ['where'] }));
    expect(notes).toEqual({
      'left-out': 'used.csv: 1 column was not read as a modality: more (VARCHAR: texts)',
    });
  });

  it('a note about very many of them is short', async () => {
    const names = Array.from(
      { length: 300 },
      (_, index) => `a column with a long name ${'x'.repeat(index)}y`,
    );
    const path = write('many.csv', `caption,${names.join(',')}\n${'z,'.repeat(300)}z\n`);
    const note = (await notesOf(await open({ path })))['left-out']!;
    expect(note).toMatch(/300 columns were not read as a modality: a column .*, and \d+ more$/);
    expect(note.length).toBeLessThan(1000);
  });
});

const cases = '../shared/cases/tables';
describe.skipIf(!existsSync(cases))('inputs that people have (skipped where ../shared is absent)', () => {
  const openCase = async (name: string) => {
    const { given } = readerOf(
      name.endsWith('.yaml')
        ? (parse(readFileSync(join(cases, name), 'utf8')) as { data: Record<string, unknown> }).data
        : { kind: 'table', path: name },
    );
    return openReader(table, given, cases);
  };

  it.each(['names_one_na.csv', 'names_one_na.gap.yaml'])('%s', async (name) => {
    const dataset = asSamples(await openCase(name));
    expect([dataset.count, dataset.modalities.length]).toEqual([9, 2]);
    expect(dataset.skipped).toHaveLength(1);
    await dataset.close();
  });

  it.each(['hf_caption_lists.parquet', 'hf_caption_lists.gap.yaml'])('%s', async (name) => {
    const dataset = asSamples(await openCase(name));
    expect([dataset.count, dataset.modalities.length]).toEqual([20, 2]);
    expect(dataset.facts.relevance?.groups).toHaveLength(20);
    const texts = await Promise.all(
      [...Array(20).keys()].map(async (row) => (await dataset.read(row)).items[1]),
    );
    for (const item of texts) expect(item?.content === 'text' && /[[\]]/.test(item.text)).toBe(false);
    await dataset.close();
  });

  it.each([
    ['hf_references.parquet', 10],
    ['open_clip.csv', 10],
    ['line_ends_crlf_lf.csv', 8],
  ])('%s', async (name, count) => {
    const dataset = asSamples(await openCase(name));
    expect(dataset.count).toBe(count);
    await dataset.close();
  });

  it('savetxt_header.csv, integer_lists.jsonl', async () => {
    const saved = await readAll(await openCase('savetxt_header.csv'));
    expect([saved['modality-1']!.length, saved['modality-1']![0]!.length]).toEqual([60, 4]);
    const lists = await readAll(await openCase('integer_lists.jsonl'));
    expect([lists['image']![0]!.slice(0, 3), lists['text']!.length]).toEqual([[-6, 2, 51], 50]);
  });
});
