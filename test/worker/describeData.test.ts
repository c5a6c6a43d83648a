import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { validateConfig } from '../../server/config/parseConfig.ts';
import { npyFile } from '../npyFile.ts';
import { useWorker } from './useWorker.ts';

const { folder, handlers, write } = useWorker();

const describeFiles = (...names: string[]) =>
  handlers()('describeData', { paths: names.map((name) => join(folder(), name)), baseFolder: folder() });

const embeddings = (rows: number) => npyFile([rows, 2], new Float32Array(rows * 2).fill(1));

it('makes a modality of each file of embeddings, called after it', async () => {
  await write('image.npy', embeddings(4));
  await write('text.npy', embeddings(4));
  const described = await describeFiles('image.npy', 'text.npy');
  expect(described).toEqual({
    reader: 'npy',
    title: 'NumPy array (.npy)',
    data: { kind: 'npy', path: { image: 'image.npy', text: 'text.npy' } },
    rows: 4,
    modalities: [
      { name: 'image', content: null, dimension: 2 },
      { name: 'text', content: null, dimension: 2 },
    ],
    notes: [],
  });
  expect(validateConfig({ name: 'a', data: described.data }).findings).toEqual([]);
});

it('tells what a run would leave out', async () => {
  await write('pairs.csv', 'caption,title\na,b\n,c\nd,e\n');
  expect((await describeFiles('pairs.csv')).notes).toMatchObject([
    { code: 'left-out', message: expect.stringContaining('title (VARCHAR: texts)') as string },
    { code: 'rows-skipped', message: expect.stringMatching(/^1 row was left out: row-2 \(/) as unknown },
  ]);
});

it('takes several tables as one', async () => {
  await write('one.csv', 'caption\na\nb\n');
  await write('two.csv', 'caption\nc\n');
  expect(await describeFiles('one.csv', 'two.csv')).toMatchObject({
    data: { kind: 'table', path: ['one.csv', 'two.csv'] },
    rows: 3,
    modalities: [{ content: 'text', dimension: null }],
  });
});

it('tells the columns of a table, and which of them it would take', async () => {
  await write('items.csv', 'name,caption,score\na,b,1\n');
  const columnsOf = (...names: string[]) =>
    handlers()('tableColumns', { paths: names.map((name) => join(folder(), name)), baseFolder: folder() });
  expect(await columnsOf('items.csv')).toEqual({
    data: { kind: 'table', path: 'items.csv' },
    columns: [
      { name: 'name', type: 'VARCHAR' },
      { name: 'caption', type: 'VARCHAR' },
      { name: 'score', type: 'VARCHAR' },
    ],
    recognised: { text: 'caption' },
  });
  await write('unclear.csv', 'first,second\na,b\n');
  expect(await columnsOf('unclear.csv')).toMatchObject({ recognised: {} });
  await expect(describeFiles('unclear.csv')).rejects.toMatchObject({ code: 'column-unclear' });
  await write('image.npy', embeddings(2));
  expect(await columnsOf('image.npy')).toBeNull();
});

it('describes an entry that was put together', async () => {
  await write('unclear.csv', 'first,second,kind\na,b,x\nc,d,y\n');
  const describe = (columns: object) =>
    handlers()('describeEntry', {
      data: { kind: 'table', path: 'unclear.csv', columns, labels: 'kind' },
      baseFolder: folder(),
    });
  expect(await describe({ first: 'first', second: 'second' })).toEqual({
    reader: 'table',
    title: 'Table (CSV, TSV, JSONL, Parquet, SQL)',
    data: {
      kind: 'table',
      path: 'unclear.csv',
      columns: { first: 'first', second: 'second' },
      labels: 'kind',
    },
    notes: [],
    rows: 2,
    modalities: [
      { name: 'first', content: 'text', dimension: null },
      { name: 'second', content: 'text', dimension: null },
    ],
  });
  await expect(describe({ first: 'third' })).rejects.toMatchObject({ code: 'column-missing' });
});

it('names what is outside of the folder by its whole path', async () => {
  await write('image.npy', embeddings(2));
  await mkdir(join(folder(), 'deep'));
  const path = join(folder(), 'image.npy');
  const described = await handlers()('describeData', { paths: [path], baseFolder: join(folder(), 'deep') });
  expect(described.data['path']).toBe(path);
});

it.each([
  ['nothing', [], 'not-recognised'],
  ['an unknown file', ['a.xyz'], 'not-recognised'],
  ['an absent file', ['absent.npy'], 'path-not-found'],
  ['files of several kinds', ['image.npy', 'lines.txt'], 'files-of-several-kinds'],
  ['several files for a reader of one', ['lines.txt', 'more.txt'], 'several-files'],
  ['files with different rows', ['image.npy', 'longer.npy'], 'unequal-rows'],
])('refuses %s', async (_, names, code) => {
  await write('a.xyz', '');
  await write('image.npy', embeddings(2));
  await write('longer.npy', embeddings(3));
  await write('lines.txt', 'a\nb\n');
  await write('more.txt', 'c\n');
  await expect(describeFiles(...names)).rejects.toMatchObject({ code });
});
