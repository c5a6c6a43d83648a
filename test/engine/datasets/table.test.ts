import { DuckDBInstance } from '@duckdb/node-api';
import { mkdirSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { SampleDataset } from '../../../server/engine/datasets/dataset.ts';
import { table } from '../../../server/engine/datasets/table.ts';
import { npyFile } from '../../npyFile.ts';
import {
  asEmbeddings,
  asSamples,
  contextFor,
  inputErrorOf,
  openReader,
  readAll,
  temporaryFolder,
} from './openForTest.ts';
import { loadedRow } from './openSamples.ts';

const folder = temporaryFolder();
mkdirSync(join(folder, 'images'));
writeFileSync(join(folder, 'images', 'cat.jpg'), 'bytes of a cat');
writeFileSync(join(folder, 'images', 'dog.png'), 'bytes of a dog');

function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** Writes the rows of a query as Parquet. */
async function writeParquet(name: string, sql: string): Promise<string> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${sql}) TO '${join(folder, name)}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  return name;
}

type Params = Parameters<typeof openReader<typeof table.params>>[1];

const open = (params: Params, seed = 1) => openReader(table, params, folder, seed);
const embeddings = async (params: Params, seed = 1) => readAll(await open(params, seed));
const failure = (params: Params) => inputErrorOf(open(params));

async function items(dataset: SampleDataset): Promise<string[][]> {
  const rows: string[][] = [];
  for (let index = 0; index < dataset.count; index++) {
    const sample = await dataset.read(index);
    const contents = sample.items.map(async (item) => {
      if (item.content === 'text') return item.text;
      if (item.content !== 'image') throw new Error(`found ${item.content}`);
      const image = await item.load();
      return image.kind === 'encoded' ? Buffer.from(image.bytes).toString() : 'pixels';
    });
    rows.push([sample.id, ...(await Promise.all(contents))]);
  }
  await dataset.close();
  return rows;
}

describe('embeddings in columns', () => {
  const two = { image: [[1, 2], [3, 4]], text: [[5, 6, 7], [8, 9, 10]] }; // prettier-ignore

  it('lists in JSON Lines', async () => {
    const path = write(
      'lists.jsonl',
      '{"image": [1, 2.0], "text": [5, 6, 7]}\n{"image": [3, 4], "text": [8, 9, 10]}\n',
    );
    expect(await embeddings({ path })).toEqual(two);
    expect(await embeddings({ path, columns: { caption: 'text' } })).toEqual({ caption: two.text });
  });

  it.each(['FLOAT[]', 'DOUBLE[]', 'FLOAT[2]', 'DOUBLE[2]', 'INTEGER[]', 'DECIMAL(9, 2)[]'])(
    'Parquet, %s',
    async (type) => {
      const path = await writeParquet(
        'types.parquet',
        `SELECT [i, i + 1]::${type} AS v FROM range(5000) t(i)`,
      );
      const found = await embeddings({ path });
      expect(found['v']).toHaveLength(5000);
      expect(found['v']![4999]).toEqual([4999, 5000]);
    },
  );

  it('lists written in CSV', async () => {
    const path = write('lists.csv', 'image,text\n"[1, 2]","[5, 6, 7]"\n"[3, 4]","[8, 9, 10]"\n');
    expect(await embeddings({ path })).toEqual(two);
  });

  it('numbered columns, by number and not by name or place', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `d${index}`);
    const path = write(
      'numbered.csv',
      `${names.toReversed().join(',')}\n${names
        .toReversed()
        .map((n) => n.slice(1))
        .join(',')}\n`,
    );
    expect(await embeddings({ path })).toEqual({ 'modality-1': [names.map((_, index) => index)] });
  });

  it('numbered columns of several modalities', async () => {
    const path = write(
      'groups.tsv',
      'id\timage_0\timage_1\ttext_1\ttext_2\na\t1\t2\t5\t6\nb\t3\t4\t7\t8e-1\n',
    );
    const expected = { image: [[1, 2], [3, 4]], text: [[5, 6], [7, Math.fround(0.8)]] }; // prettier-ignore
    expect(await embeddings({ path })).toEqual(expected);
    expect(await embeddings({ path, columns: { x: 'text_', y: 'image' } })).toEqual({
      x: expected.text,
      y: expected.image,
    });
  });

  it('names in quotes, without a name, and after a byte-order mark', async () => {
    const path = write('names.csv', '\ufeff,"the ""first"", x",b\r\n0,[1],2\r\n');
    expect(await embeddings({ path, columns: { v: 'the "first", x' } })).toEqual({ v: [[1]] });
    expect((await failure({ path, columns: { v: 'c' } })).message).toContain(
      'Its columns: column0 (VARCHAR), the "first", x (VARCHAR), b (VARCHAR)',
    );
  });

  it('facts beside them', async () => {
    const path = write(
      'facts.csv',
      'd0,d1,key,class,age,photo\n1,2,a,cat,4,p\n3,4,b,dog,,q\n5,6,c,cat,5,p\n',
    );
    const dataset = await open({
      path,
      id: 'key',
      labels: 'class',
      attributes: ['age'],
      relevance: { shared: 'modality-1', column: 'photo' },
    });
    expect(dataset.facts).toEqual({
      ids: ['a', 'b', 'c'],
      labels: ['cat', 'dog', 'cat'],
      attributes: { age: ['4', '', '5'] },
      relevance: { shared: 'modality-1', groups: Int32Array.of(0, 1, 0) },
    });
  });

  it('a relevance map from equal embeddings', async () => {
    const path = write('equal.jsonl', '{"v": [1, 2]}\n{"v": [1, 2]}\n{"v": [3, 2]}\n');
    const { facts } = await open({ path, relevance: 'v' });
    expect(facts.relevance?.groups).toEqual(Int32Array.of(0, 0, 1));
  });

  it('limit and seeded sampling, with the facts of the same rows', async () => {
    const path = await writeParquet(
      'many.parquet',
      'SELECT [i, -i]::FLOAT[] AS v, i AS name FROM range(10000) t(i)',
    );
    expect((await embeddings({ path, limit: 2 }))['v']).toEqual([[0, 0], [1, -1]]); // prettier-ignore
    const dataset = asEmbeddings(await open({ path, limit: 50, sampling: 'random', id: 'name' }));
    const { v } = await readAll(dataset);
    expect(v!.map(([first]) => String(first))).toEqual(dataset.facts.ids);
    expect(v).toHaveLength(50);
    expect(Math.max(...v!.map(([first]) => first!))).toBeGreaterThan(5000);
    expect(await embeddings({ path, limit: 50, sampling: 'random' })).toEqual({ v });
    expect(await embeddings({ path, limit: 50, sampling: 'random' }, 2)).not.toEqual({ v });
  });

  it('globs, files by name and columns by name; compressed files', async () => {
    write('part-2.csv', 'd1,d0\n4,3\n');
    write('part-1.csv', 'd0,d1\n1,2\n');
    expect(await embeddings({ path: 'part-*.csv' })).toEqual({ 'modality-1': [[1, 2], [3, 4]] }); // prettier-ignore
    expect(await embeddings({ path: ['part-2.csv'] })).toEqual({ 'modality-1': [[3, 4]] });
    const path = write('zipped.csv.gz', gzipSync('d0,d1\n1,2\n'));
    expect(await embeddings({ path })).toEqual({ 'modality-1': [[1, 2]] });
  });
});

describe('samples to embed', () => {
  const csv = 'file,caption\nimages/cat.jpg,"a cat, ""asleep"""\nimages/dog.png,a dog\nimages/cat.jpg,007\n';

  it('image files and captions, recognised, with the images that rows share', async () => {
    const dataset = asSamples(await open({ path: write('pairs.csv', csv) }));
    expect(dataset.modalities).toEqual([
      { name: 'image', content: 'image' },
      { name: 'text', content: 'text' },
    ]);
    expect(dataset.facts.relevance).toEqual({ shared: 'image', groups: Int32Array.of(0, 1, 0) });
    expect(await items(dataset)).toEqual([
      ['row-1', 'bytes of a cat', 'a cat, "asleep"'],
      ['row-2', 'bytes of a dog', 'a dog'],
      ['row-3', 'bytes of a cat', '007'],
    ]);
  });

  it('columns and contents that are named', async () => {
    const path = write('named.csv', csv);
    const columns = { title: { column: 'file', content: 'text' as const }, body: 'caption' };
    const dataset = asSamples(await open({ path, columns, id: 'caption', limit: 1 }));
    expect(await items(dataset)).toEqual([['a cat, "asleep"', 'images/cat.jpg', 'a cat, "asleep"']]);
  });

  it.each([
    ['BLOBs', `SELECT n::BLOB AS photo, n AS caption FROM (VALUES ('x'), ('yy'), ('')) t(n)`],
    [
      'structures',
      `SELECT {'bytes': n::BLOB, 'path': 'p'} AS photo, n AS caption FROM (VALUES ('x'), ('yy'), ('')) t(n)`,
    ],
  ])('images in cells: %s', async (_, sql) => {
    const dataset = asSamples(await open({ path: await writeParquet('blobs.parquet', sql) }));
    expect(await items(dataset)).toEqual([
      ['row-1', 'x', 'x'],
      ['row-2', 'yy', 'yy'],
      ['row-3', '', ''],
    ]);
  });

  it('skips rows with an empty cell, by name, and does not count them', async () => {
    const path = write(
      'holes.csv',
      'file,caption\nimages/cat.jpg,\nimages/dog.png,a dog\n,x\nimages/cat.jpg,a cat\n',
    );
    const dataset = asSamples(await open({ path, limit: 2 }));
    expect(dataset.skipped).toEqual([
      { id: 'row-1', reason: 'caption (text) is empty' },
      { id: 'row-3', reason: 'file (image) is empty' },
    ]);
    expect((await items(dataset)).map(([id]) => id)).toEqual(['row-2', 'row-4']);
    const random = asSamples(await open({ path, limit: 1, sampling: 'random' }));
    expect(['row-2', 'row-4']).toContain((await items(random))[0]![0]);
  });

  it('images below another root', async () => {
    const path = write('root.csv', 'file,caption\ncat.jpg,a cat\n');
    expect(await items(asSamples(await open({ path, root: 'images' })))).toEqual([
      ['row-1', 'bytes of a cat', 'a cat'],
    ]);
  });

  it('no image outside the root', async () => {
    mkdirSync(join(folder, 'tables'), { recursive: true });
    const path = write('tables/out.csv', 'file,caption\n../images/cat.jpg,a cat\n/etc/hostname.jpg,x\n');
    const dataset = asSamples(await open({ path }));
    for (const index of [0, 1]) expect((await inputErrorOf(dataset.read(index))).code).toBe('path-outside');
    const allowed = asSamples(await open({ path, root: '.' }));
    expect((await inputErrorOf(allowed.read(0))).message).toContain('leads out of the folder');
    await dataset.close();
  });

  it('a missing image fails when it is loaded', async () => {
    const path = write('missing.csv', 'file,caption\nimages/no.jpg,x\n');
    const sample = await asSamples(await open({ path })).read(0);
    const [item] = sample.items;
    expect(item?.content === 'image' && (await inputErrorOf(item.load())).code).toBe('image-unreadable');
  });
});

describe('other contents', () => {
  mkdirSync(join(folder, 'media'));
  const npy = npyFile([2], Float32Array.of(1, 2));
  for (const name of ['a.wav', 'b.flac', 'a.mp4', 'b.webm']) writeFileSync(join(folder, 'media', name), name);
  for (const name of ['a.npy', 'b.npy']) writeFileSync(join(folder, 'media', name), npy);

  it('are told by the extensions of paths', async () => {
    const path = write(
      'media.csv',
      'clip,sound,array,title\nmedia/a.mp4,media/a.wav,media/a.npy,one\nmedia/b.webm,media/b.flac,media/b.npy,two\n',
    );
    const dataset = asSamples(await open({ path }));
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['audio', 'video', 'tensor', 'text']);
    expect(await loadedRow(dataset, 1)).toEqual([
      Buffer.from('b.flac'),
      { kind: 'file', path: join(realpathSync(folder), 'media', 'b.webm') },
      { shape: [2], data: Float32Array.of(1, 2) },
      'two',
    ]);
    const named = asSamples(await open({ path, columns: { film: 'clip', sound: 'sound' } }));
    expect(named.modalities).toEqual([
      { name: 'film', content: 'video' },
      { name: 'sound', content: 'audio' },
    ]);
  });

  it('are told by the first bytes of BLOBs, unless they differ', async () => {
    const hex = (bytes: Uint8Array) => `unhex('${Buffer.from(bytes).toString('hex')}')`;
    const sound = Buffer.from(`RIFF\0\0\0\0WAVE${'x'.repeat(300)}`);
    const path = await writeParquet(
      'signatures.parquet',
      `SELECT {'bytes': ${hex(sound)}, 'path': 'p'} AS sound, ${hex(npy)} AS array,
        ${hex(Buffer.from('\x1a\x45\xdf\xa3 film', 'latin1'))} AS film`,
    );
    const dataset = asSamples(await open({ path }));
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['audio', 'video', 'tensor']);
    const [audio, video, tensor] = await loadedRow(dataset, 0);
    expect(Buffer.from(audio as Uint8Array)).toEqual(sound);
    expect(video).toMatchObject({ kind: 'bytes' });
    expect(tensor).toEqual({ shape: [2], data: Float32Array.of(1, 2) });
    await dataset.close();
    const several = await writeParquet(
      'several.parquet',
      `SELECT * FROM (VALUES (${hex(sound)}), (${hex(npy)})) t(x)`,
    );
    const unclear = asSamples(await open({ path: several, columns: { x: 'x' } }));
    expect(unclear.modalities).toEqual([{ name: 'x', content: 'image' }]);
    const said = asSamples(await open({ path: several, columns: { x: { column: 'x', content: 'audio' } } }));
    expect(said.modalities).toEqual([{ name: 'x', content: 'audio' }]);
    await Promise.all([unclear.close(), said.close()]);
  });

  it('proteins are never guessed, and checked when they are read', async () => {
    const path = write('proteins.csv', 'sequence,caption\nmkv*,one\nMK1,two\n');
    const guessed = asSamples(await open({ path }));
    expect(guessed.modalities.map(({ name }) => name)).toEqual(['text']);
    const columns = { protein: { column: 'sequence', content: 'protein' as const }, text: 'caption' };
    const dataset = asSamples(await open({ path, columns }));
    expect((await dataset.read(0)).items[0]).toEqual({
      content: 'protein',
      name: 'row-1',
      sequence: 'MKV',
    });
    expect(await inputErrorOf(dataset.read(1))).toMatchObject({
      code: 'protein-invalid',
      message: expect.stringContaining('row-2 has "1"') as string,
    });
  });

  it('rows that name the same file share it', async () => {
    const path = write('shared.csv', 'file,caption\nmedia/a.wav,x\nmedia/b.flac,y\nmedia/a.wav,z\n');
    const { facts } = asSamples(await open({ path }));
    expect(facts.relevance).toEqual({ shared: 'audio', groups: Int32Array.of(0, 1, 0) });
  });

  it('files do not come from lists or numbers', async () => {
    const path = write('lists-of.jsonl', '{"v": [1, 2]}\n');
    const columns = { x: { column: 'v', content: 'audio' as const } };
    expect(await failure({ path, columns })).toMatchObject({
      code: 'column-content',
      message: expect.stringContaining('not what files come from (paths or BLOBs), as audio does') as string,
    });
  });
});

describe('some of the classes', () => {
  const names = ["it's", '"quoted"', "'; DROP TABLE t; --", '$class_0', 'plain', 'ä–ö'];
  const labels = Array.from({ length: 60 }, (_, row) => (row % 7 === 3 ? null : names[row % 6]!));
  const lines = labels.map((label, row) =>
    JSON.stringify({ v: [row, 0.5], caption: `caption ${row}`, label, image: `images/${row % 5}.jpg` }),
  );
  const wanted = names.slice(0, 4);
  const isWanted = (row: number) => wanted.includes(labels[row] ?? '');
  const rows = Array.from(labels.keys()).filter(isWanted);
  const writeLines = () => write('classes.jsonl', lines.join('\n'));
  const firstValues = (found: Record<string, number[][]>) => found['v']!.map(([first]) => first);

  it('of embeddings, whatever their names', async () => {
    const given = { path: writeLines(), columns: { v: 'v' }, labels: 'label' };
    for (const name of names) {
      const found = await embeddings({ ...given, classes: [name] });
      expect(firstValues(found)).toEqual([...labels.keys()].filter((row) => labels[row] === name));
    }
    const dataset = asEmbeddings(await open({ ...given, classes: wanted }));
    expect(dataset.facts.labels).toEqual(rows.map((row) => labels[row]));
    expect(firstValues(await readAll(dataset))).toEqual(rows);
  });

  it('of samples, which keep their numbers and share what they shared', async () => {
    const columns = { image: 'image', text: 'caption' };
    const given = { path: writeLines(), columns, labels: 'label', classes: wanted };
    const dataset = asSamples(await open(given));
    const ids = await Promise.all(rows.map(async (_, index) => (await dataset.read(index)).id));
    expect(ids).toEqual(rows.map((row) => `row-${row + 1}`));
    const groups = [...dataset.facts.relevance!.groups];
    for (const [a, row] of rows.entries()) {
      for (const [b, other] of rows.entries()) expect(groups[a] === groups[b]).toBe(row % 5 === other % 5);
    }
  });

  it.each(['first', 'random'] as const)(
    'with a limit (%s), as of a table that has these rows alone',
    async (sampling) => {
      const path = writeLines();
      const alone = write('alone.jsonl', lines.filter((_, row) => isWanted(row)).join('\n'));
      const given = { labels: 'label', limit: 9, sampling };
      const vectors = { columns: { v: 'v' }, ...given };
      expect(await embeddings({ path, classes: wanted, ...vectors })).toEqual(
        await embeddings({ path: alone, ...vectors }),
      );
      const samples = { columns: { text: 'caption' }, id: 'caption', ...given };
      expect((await open({ path, classes: wanted, ...samples })).facts).toEqual(
        (await open({ path: alone, ...samples })).facts,
      );
    },
  );

  it('of a query, beside columns of any name', async () => {
    writeLines();
    const sql = "SELECT v, label, 1 AS row_number, 2 AS ROW_NUMBER_ FROM 'classes.jsonl' WHERE v[1] > 9;";
    const found = await embeddings({ sql, columns: { v: 'v' }, labels: 'label', classes: wanted });
    expect(firstValues(found)).toEqual(rows.filter((row) => row > 9));
  });

  it('in the order of a large file', async () => {
    const path = await writeParquet(
      'large.parquet',
      "SELECT [i]::FLOAT[] AS v, CASE WHEN i % 3 = 0 THEN 'a' ELSE 'b' END AS c, i + 1 AS number FROM range(300000) t(i)",
    );
    const dataset = asEmbeddings(await open({ path, id: 'number', labels: 'c', classes: ['a'] }));
    expect(dataset.facts.ids).toEqual(Array.from({ length: 100_000 }, (_, n) => String(3 * n + 1)));
  });

  it('naming the row of the table where something is wrong', async () => {
    const path = write('wrong.jsonl', '{"v": [1], "c": "a"}\n{"v": [1], "c": "b"}\n{"v": null, "c": "b"}\n');
    expect(await failure({ path, columns: { v: 'v' }, labels: 'c', classes: ['b'] })).toMatchObject({
      code: 'embedding-invalid',
      message: expect.stringContaining('row 3') as string,
    });
  });

  it('are counted, where they can be taken, whatever is chosen', async () => {
    const path = write('counted.csv', 'text,c\na,y\n,y\nb,x\nc,y\nd,\n,z\n');
    const count = (params: Params) => table.countClasses!(table.params.parse(params), contextFor(folder));
    const given = { path, columns: { text: 'text' }, limit: 1 };
    expect([...(await count({ ...given, labels: 'c', classes: ['x'] }))]).toEqual([
      ['x', 1],
      ['y', 2],
    ]);
    await expect(count(given)).rejects.toMatchObject({ code: 'labels-missing' });
  });

  it('but none that no row has, and none without labels', async () => {
    const given = { path: writeLines(), columns: { v: 'v' }, classes: ['plain', 'plian'] };
    expect(await failure({ ...given, labels: 'label' })).toMatchObject({
      code: 'unknown-class',
      message: expect.stringMatching(
        /^No row of classes\.jsonl .*"plian".*Did you mean "plain"\?$/,
      ) as string,
    });
    expect((await failure(given)).code).toBe('labels-missing');
    expect((await failure({ ...given, labels: 'lable' })).code).toBe('column-missing');
  });
});

describe('sql', () => {
  write('sql.csv', 'd0,d1,split\n1,2,train\n3,4,val\n');

  it('gives the rows, of files beside the configuration', async () => {
    const sql = "SELECT * EXCLUDE (split) FROM 'sql.csv' WHERE split = 'val' -- the others were seen";
    expect(await embeddings({ sql })).toEqual({ 'modality-1': [[3, 4]] });
    const joined =
      "WITH é AS (SELECT 'é' AS e, * FROM read_csv(['sql.csv'])) SELECT [é.d0, t.d1] AS v FROM é JOIN \"sql.csv\" t USING (d0);";
    expect(await embeddings({ sql: joined })).toEqual({ v: [[1, 2], [3, 4]] }); // prettier-ignore
  });

  it('looks at every row to tell the types of columns', async () => {
    const rows = Array.from({ length: 20_600 }, (_, row) => (row < 20_500 ? [row, -1] : [row + 0.5, 0.25]));
    const last = [[20_598.5, 0.25], [20_599.5, 0.25]]; // prettier-ignore
    write('late.csv', `d0,d1\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    write('late.jsonl', rows.map((row) => JSON.stringify({ v: row })).join('\n'));
    for (const from of [
      "'late.csv'",
      "read_csv(['late.csv' ], header = true)",
      `"late.csv" t`,
      "read_csv_auto('late.csv') AS late",
    ]) {
      const sql = `SELECT d0, d1 FROM ${from} OFFSET 20598`;
      expect(await embeddings({ sql })).toEqual({ 'modality-1': last });
    }
    for (const from of [
      "'late.jsonl'",
      "read_ndjson('late.jsonl')",
      "read_json_auto('late.jsonl', format = 'nd')",
    ]) {
      expect(await embeddings({ sql: `SELECT late.v FROM ${from} late OFFSET 20598` })).toEqual({ v: last });
    }
    expect(await embeddings({ sql: "SELECT late.v FROM 'late.jsonl' OFFSET 20598" })).toEqual({ v: last });
  });

  it.each([
    ["COPY (SELECT 1) TO 'written.csv'", 'Only SELECT'],
    ['SELECT 1; SELECT 2', '2 statements'],
    ["SELECT 1) TO 'written.csv'; --", 'syntax error'],
    ["ATTACH 'written.db'", 'Only SELECT'],
    ['CREATE TABLE x AS SELECT 1', 'Only SELECT'],
    ['SET threads = 1', 'Only SELECT'],
    ['INSTALL httpfs', 'Only SELECT'],
    ["SELECT * FROM 'https://example.org/x.parquet'", 'only files on this machine'],
    ["SELECT * FROM query('SELECT 1; SELECT 2')", 'write the query itself'],
    ["SELECT * FROM read_csv('sql' || '.csv')", 'write them in quotes'],
    ['', '0 statements'],
    ['SELEC', 'syntax error'],
  ])('refuses %s', async (sql, message) => {
    const before = readdirSync(folder);
    const error = await inputErrorOf(
      table.open({ sql, sampling: 'first', captions: 'all' }, contextFor(folder)),
    );
    expect(error.code).toBe('table-sql');
    expect(error.message).toContain(message);
    expect(readdirSync(folder)).toEqual(before);
  });

  it('reads only what it names', async () => {
    const sql = "SELECT * FROM read_text('/etc/' || 'hostname')";
    expect((await failure({ sql })).code).toBe('table-unreadable');
  });
});

describe('table refuses', () => {
  it('neither or both of path and sql', async () => {
    expect((await failure({})).code).toBe('table-origin');
    expect((await failure({ path: 'a.csv', sql: 'SELECT 1' })).code).toBe('table-origin');
  });

  it('missing and empty files, and files of no or several kinds', async () => {
    expect((await failure({ path: 'nowhere.csv' })).message).toMatch(
      /nowhere\.csv cannot be read: there is no such file/,
    );
    expect((await failure({ path: write('empty.csv', '') })).code).toBe('table-empty');
    expect((await failure({ path: 'a.xlsx' })).code).toBe('table-format');
    expect((await failure({ path: ['a.csv', 'b.parquet'] })).code).toBe('table-format');
    expect((await failure({ path: write('headed.csv', 'd0,d1\n') })).code).toBe('table-no-rows');
    expect((await failure({ path: write('wrong.parquet', 'no parquet in here') })).code).toBe(
      'table-unreadable',
    );
    expect((await failure({ path: write('wrong.jsonl', '{"v": [1}\n') })).code).toBe('table-unreadable');
  });

  it('CSV lines with more or fewer cells, naming the line', async () => {
    const more = await failure({ path: write('more.csv', 'd0,d1\n1,2\n1,2,3\n') });
    expect(more.message).toMatch(
      /more\.csv cannot be read: the row in line 3 has 3 cells, expected 2 as there are names of columns;/,
    );
    expect(more.place.line).toBe(3);
    const fewer = await failure({ path: write('fewer.csv', 'd0,d1\n1,2\n1\n') });
    expect(fewer.message).toContain('line 3 has 1 cells');
  });

  it('a column’s name that comes twice', async () => {
    const error = await failure({ path: write('double.csv', 'd0,D0\n1,2\n') });
    expect(error).toMatchObject({ code: 'table-header', place: { line: 1 } });
  });

  it('a missing column, saying which there are', async () => {
    const path = write('columns.csv', 'file,caption\na.jpg,b\n');
    for (const params of [{ columns: { text: 'captoin' } }, { labels: 'captoin' }, { id: 'captoin' }]) {
      const error = await failure({ path, ...params });
      expect(error.code).toBe('column-missing');
      expect(error.message).toContain('Did you mean caption? Its columns: file (VARCHAR), caption (VARCHAR)');
    }
  });

  it('a gap in numbered columns', async () => {
    const gap = await failure({ path: write('gap.csv', 'd0,d1,d3\n1,2,3\n'), columns: { x: 'd' } });
    expect(gap.message).toContain('number 2 is missing');
    const start = await failure({ path: write('start.csv', 'd3,d4\n1,2\n'), columns: { x: 'd' } });
    expect(start.message).toContain('number 0 is missing');
  });

  it('rows of different length, naming the row', async () => {
    const error = await failure({
      path: write('ragged.jsonl', '{"v": [1, 2]}\n{"v": [1, 2]}\n{"v": [1]}\n'),
    });
    expect(error.code).toBe('embedding-ragged');
    expect(error.message).toContain('row 3: v has 1 numbers, expected 2 as in the first row');
  });

  it.each([
    ['a NULL list', 'null.jsonl', '{"v": [1, 2]}\n{"v": null}\n', 'row 2: v is NULL'],
    [
      'a NULL in a list',
      'inner.jsonl',
      '{"v": [1, 2]}\n{"v": [1, null]}\n',
      'row 2: v has NULL or no number as value 2',
    ],
    ['an empty list', 'void.jsonl', '{"v": [1, 2]}\n{"v": []}\n', 'row 2: v is NULL, empty'],
    ['an empty cell', 'cell.csv', 'd0,d1\n1,2\n1,\n', 'row 2: d0 … d1 has NULL or no number as value 2'],
    ['a word', 'word.csv', 'd0,d1\n1,2\n1,two\n', 'row 2: d0 … d1 has NULL or no number as value 2'],
  ])('%s', async (_, name, content, message) => {
    const error = await failure({ path: write(name, content) });
    expect(error.code).toBe('embedding-invalid');
    expect(error.message).toContain(message);
  });

  it('ids that are missing or come twice', async () => {
    const twice = await failure({ path: write('twice.csv', 'd0,d1,k\n1,2,a\n3,4,a\n'), id: 'k' });
    expect(twice.message).toContain('row 2: ids in k must be there and differ; it has "a", as has row 1');
    expect((await failure({ path: write('noid.csv', 'd0,d1,k\n1,2,\n'), id: 'k' })).code).toBe('id-invalid');
  });

  it('columns of unlike kinds, or of none that is known', async () => {
    const path = await writeParquet(
      'mixed.parquet',
      `SELECT [1, 2]::FLOAT[] AS v, 'words' AS caption, 7 AS n`,
    );
    expect((await failure({ path, columns: { a: 'v', b: 'caption' } })).code).toBe('columns-mixed');
    expect((await failure({ path, columns: {} })).code).toBe('columns-mixed');
    expect((await failure({ path, columns: { a: 'n' } })).message).toContain('has the type INTEGER');
    expect((await failure({ path: write('unclear.csv', 'x,y\n1,2\n') })).code).toBe('column-unclear');
    expect((await failure({ path, relevance: 'image' })).code).toBe('relevance-modality');
  });

  it('only rows that are empty', async () => {
    const error = await failure({
      path: write('holed.csv', 'file,caption\na.jpg,\n'),
      columns: { text: 'caption' },
    });
    expect(error.message).toContain('all 1 were skipped, row-1 because caption (text) is empty');
  });

  it('to go on when it is cancelled', async () => {
    const controller = new AbortController();
    controller.abort();
    const path = write('cancelled.csv', 'd0,d1\n1,2\n');
    const params = table.params.parse({ path });
    await expect(table.open(params, { ...contextFor(folder), signal: controller.signal })).rejects.toThrow(
      'abort',
    );
  });
});

it('knows its files by their name', async () => {
  for (const name of ['a.csv', 'a.TSV', 'a.jsonl', 'a.ndjson', 'a.parquet', 'a.csv.gz']) {
    expect(await table.recognises!(name, false)).toBe(true);
  }
  for (const name of ['a.json', 'a.npy', 'csv', 'a.gz'])
    expect(await table.recognises!(name, false)).toBe(false);
});
