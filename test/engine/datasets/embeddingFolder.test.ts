import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Dataset } from '../../../server/engine/datasets/dataset.ts';
import { embeddingFolder } from '../../../server/engine/datasets/embeddingFolder.ts';
import { npy } from '../../../server/engine/datasets/npy.ts';
import { recogniseReader } from '../../../server/engine/datasets/recogniseReader.ts';
import { writeSafetensors } from '../../../server/engine/datasets/safetensorsFile.ts';
import { npyFile } from '../../npyFile.ts';
import { describeShared, sharedFile } from '../sharedData.ts';
import { inputErrorOf, openReader, readAll, temporaryFolder } from './openForTest.ts';

const root = temporaryFolder();
let folders = 0;

/** A folder of its own with these arrays, two columns wide, each value naming its array and row. */
function folderOf(files: Readonly<Record<string, number>>, others: readonly string[] = []): string {
  const folder = join(root, `${folders++}`);
  Object.entries(files).forEach(([name, rows], at) => {
    const values = Float32Array.from({ length: rows * 2 }, (_, index) => 100 * at + (index >> 1) + 0.5);
    put(folder, name, npyFile([rows, 2], values));
  });
  for (const name of others) put(folder, name, 'x');
  return folder;
}

function put(folder: string, name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const rowsOf = (...values: number[]) => values.map((value) => [value + 0.5, value + 0.5]);
const opened: Dataset[] = [];

async function open(params: object, folder = root): Promise<Dataset> {
  const dataset = await openReader(embeddingFolder, { path: folder, ...params }, root);
  opened.push(dataset);
  return dataset;
}

afterEach(async () => {
  for (const dataset of opened.splice(0)) await dataset.close();
});

describe('a folder of embeddings', () => {
  it('gives a modality for each file, whatever else lies there, which is named', async () => {
    const folder = folderOf({ 'image_embeddings.npy': 2, 'text_embeddings.npy': 2 }, [
      'README.md',
      'ids.csv',
    ]);
    const dataset = await open({}, folder);
    expect(dataset.notes).toEqual([
      {
        code: 'left-out',
        message: `${folder}: 2 files were not read as a modality: README.md (not a format of arrays), ids.csv (not a format of arrays)`,
      },
    ]);
    expect(await readAll(dataset)).toEqual({ image: rowsOf(0, 1), text: rowsOf(100, 101) });
  });

  it('leaves out files of one value a row, which are labels and not embeddings, and names them', async () => {
    const folder = folderOf({ 'image.npy': 2, 'text.npy': 2 });
    put(folder, 'labels.npy', npyFile([2], Float32Array.of(0, 1)));
    put(folder, 'score.npy', npyFile([2, 1], Float32Array.of(0, 1)));
    const dataset = await open({}, folder);
    expect(await readAll(dataset)).toEqual({ image: rowsOf(0, 1), text: rowsOf(100, 101) });
    expect(dataset.notes).toEqual([
      {
        code: 'left-out',
        message: `${folder}: 2 files were not read as a modality: labels.npy (float32, shape (2,): one value a row), score.npy (float32, shape (2, 1): one value a row)`,
      },
    ]);
    expect(Object.keys(await readAll(await open({ modalities: ['a', 'b'] }, folder)))).toEqual(['a', 'b']);
    expect(await inputErrorOf(open({ modalities: ['a', 'b', 'c', 'd'] }, folder))).toMatchObject({
      code: 'array-shape',
    });
    const path = { image: join(folder, 'image.npy'), labels: join(folder, 'labels.npy') };
    expect(await inputErrorOf(open({ path }))).toMatchObject({ code: 'array-shape' });
  });

  it('refuses one of two files that is no matrix, but for one of labels', async () => {
    const folder = folderOf({ 'image.npy': 2 });
    put(folder, 'labels.npy', npyFile([2], Float32Array.of(0, 1)));
    expect(await readAll(await open({}, folder))).toEqual({ image: rowsOf(0, 1) });
    const other = folderOf({ 'image.npy': 2 });
    put(other, 'text.npy', npyFile([2], Float32Array.of(0, 1)));
    expect(await inputErrorOf(open({}, other))).toMatchObject({ code: 'array-shape' });
  });

  it('names links that are not followed', async () => {
    const folder = folderOf({ 'image.npy': 2 });
    symlinkSync('nowhere.npy', join(folder, 'text.npy'));
    const dataset = await open({}, folder);
    expect(Object.keys(await readAll(dataset))).toEqual(['image']);
    expect(dataset.notes).toEqual([
      expect.objectContaining({
        message: expect.stringContaining('text.npy (a link that is not followed)') as unknown,
      }),
    ]);
  });

  it('refuses a pickle beside one file of arrays, and names it beside several', async () => {
    const folder = folderOf({ 'image.npy': 2 }, ['text.pkl']);
    const error = await inputErrorOf(open({}, folder));
    expect(error.code).toBe('pickle-refused');
    expect(error.message).toMatch(/np\.save\("text\.npy", x\).*To measure without it, name .*image\.npy$/);
    put(folder, 'audio.npy', npyFile([2, 2], Float32Array.of(0, 1, 2, 3)));
    const { notes } = await open({}, folder);
    expect(notes[0]!.message).toContain(
      'text.pkl (a pickle, which is never loaded; convert it with np.save)',
    );
  });

  it.each([
    ['an empty folder', [], 'folder-empty', /is empty/],
    ['pickles', ['image.pkl', 'text.pkl'], 'pickle-refused', /image\.pkl is a pickle/],
    ['tables of a modality each', ['image.csv', 'text.csv'], 'folder-of-data', /np\.loadtxt\("image\.csv"/],
    ['a table', ['a.parquet', 'README.md'], 'folder-of-data', /one table \(a\.parquet\); name it/],
    [
      'Zarr hierarchies',
      ['image.zarr/.zarray', 'text.zarr/.zarray'],
      'folder-of-data',
      /measure ".*image\.zarr" ".*text\.zarr"/,
    ],
  ] as const)(
    'says how to measure %s, which no reader takes as a folder',
    async (_, names, code, message) => {
      const folder = folderOf({}, names);
      mkdirSync(folder, { recursive: true });
      const error = await inputErrorOf(recogniseReader(folder, true));
      expect(error.code).toBe(code);
      expect(error.message).toMatch(message);
    },
  );

  it('says of a folder of links that they are not followed', async () => {
    const folder = folderOf({}, ['README.md']);
    for (const name of ['image.npy', 'text.npy'])
      symlinkSync(join(root, 'elsewhere', name), join(folder, name));
    const error = await inputErrorOf(recogniseReader(folder, true));
    expect(error.code).toBe('links-not-followed');
    expect(error.message).toMatch(/measure ".*image\.npy" ".*text\.npy"/);
  });

  it('reads files of several formats', async () => {
    const folder = folderOf({ 'image.npy': 2 });
    const data = Float32Array.of(1, 2, 3, 4);
    await writeSafetensors(join(folder, 'text.safetensors'), { x: { shape: [2, 2], data } });
    expect(Object.keys(await readAll(await open({}, folder)))).toEqual(['image', 'text']);
  });

  it('joins parts in the order of their numbers', async () => {
    const folder = folderOf({
      'img_emb/img_emb_10.npy': 1,
      'img_emb/img_emb_9.npy': 2,
      'text_emb/text_emb_10.npy': 1,
      'text_emb/text_emb_9.npy': 2,
    });
    expect(await readAll(await open({}, folder))).toEqual({
      image: rowsOf(100, 101, 0),
      text: rowsOf(300, 301, 200),
    });
  });

  it('names parts that every modality lacks', async () => {
    const names = [0, 1, 3].flatMap((part) => [`img_${part}.npy`, `txt_${part}.npy`]);
    const folder = folderOf(Object.fromEntries(names.map((name) => [name, 1])));
    expect((await open({}, folder)).notes).toEqual([
      {
        code: 'parts-missing',
        message: `${folder}: img has no part 2, txt has no part 2, but parts before and after`,
      },
    ]);
    const leaps = [0, 1000].flatMap((part) => [`img_${part}.npy`, `txt_${part}.npy`]);
    const other = folderOf(Object.fromEntries(leaps.map((name) => [name, 1])));
    expect((await open({}, other)).notes).toEqual([]);
  });

  it('takes the names that are given', async () => {
    const folder = folderOf({ 'x_0.npy': 2, 'x_1.npy': 1 });
    expect(await inputErrorOf(open({}, folder))).toMatchObject({ code: 'files-unclear' });
    expect(await readAll(await open({ modalities: ['image'] }, folder))).toEqual({
      image: rowsOf(0, 1, 100),
    });
  });

  it.each([
    ['an empty folder', {}, ['notes.md'], 'no-embeddings'],
    ['different numbers of rows', { 'image.npy': 2, 'text.npy': 3 }, [], 'unequal-rows'],
    [
      'a missing part',
      { 'image_0.npy': 2, 'image_1.npy': 2, 'text_0.npy': 2, 'text_2.npy': 2 },
      [],
      'part-missing',
    ],
    [
      'parts that are cut elsewhere',
      { 'image_0.npy': 2, 'image_1.npy': 1, 'text_0.npy': 1, 'text_1.npy': 2 },
      [],
      'unequal-parts',
    ],
  ] as const)('refuses %s', async (_, files, others, code) => {
    expect(await inputErrorOf(open({}, folderOf(files, others)))).toMatchObject({ code });
  });

  it('refuses what is no folder', async () => {
    const folder = folderOf({ 'a.npy': 2 });
    expect(await inputErrorOf(open({}, join(folder, 'a.npy')))).toMatchObject({ code: 'not-a-folder' });
    expect(await inputErrorOf(open({ path: { a: join(folder, 'a.npy'), b: 'b.xyz' } }))).toMatchObject({
      code: 'file-unreadable',
    });
  });

  it.each([
    [['image.npy', 'text.npy'], 'embeddings'],
    [['a/img_emb/0.npy', 'a/text_emb/0.npy', 'a/metadata/0.parquet'], 'embeddings'],
    [['config.json', 'model.safetensors'], undefined],
    [['1.jpg', '1.npy'], 'folder'],
    [['README.md'], undefined],
  ])('is told by what it holds: %j', async (names, kind) => {
    const folder = folderOf({}, names);
    expect((await recogniseReader(folder, true))?.kind).toBe(kind);
  });
});

describe('pictures beside arrays', () => {
  it.each([
    ['plots', { 'image.npy': 20, 'text.npy': 20 }, ['tsne.png', 'loss.png'], 'embeddings'],
    ['a plot of one of them', { 'image.npy': 20, 'text.npy': 20 }, ['image.png'], 'embeddings'],
    ['items of the same names', { '1.npy': 20, '2.npy': 20 }, ['1.png', '2.png'], 'folder'],
    ['items beside few rows', { 'image.npy': 3 }, ['1.png', '2.png', '3.png'], 'folder'],
    ['items of other lengths', { 'a.npy': 20, 'b.npy': 30 }, ['1.png'], 'folder'],
    [
      'an item a row',
      { 'image.npy': 20, 'text.npy': 20 },
      Array.from({ length: 20 }, (_, at) => `${at}.png`),
      'folder',
    ],
  ] as const)('are %s', async (_, arrays, pictures, kind) => {
    const folder = folderOf(arrays, pictures);
    expect((await recogniseReader(folder, true))?.kind).toBe(kind);
  });

  it('are named where they are plots', async () => {
    const { notes } = await open({}, folderOf({ 'image.npy': 20, 'text.npy': 20 }, ['tsne.png']));
    expect(notes[0]!.message).toContain('tsne.png (not a format of arrays)');
  });
});

describe('parts of an array', () => {
  it('are rows of one, however they are cut and read', async () => {
    const parts = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        parts.filter((rows) => rows.some((count) => count > 0)),
        fc.integer({ min: 1, max: 7 }),
        async (rows, chunk) => {
          const names = rows.map((_, at) => `p${at}.npy`);
          const folder = folderOf(Object.fromEntries(names.map((name, at) => [name, rows[at]!])));
          const path = { a: names.map((name) => join(folder, name)) };
          const expected = rows.flatMap((count, at) =>
            rowsOf(...Array.from({ length: count }, (_, row) => 100 * at + row)),
          );
          expect(await readAll(await openReader(npy, { path }, root), chunk)).toEqual({ a: expected });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('come from a pattern too, 10 after 9', async () => {
    const folder = folderOf({ 'a_10.npy': 1, 'a_9.npy': 1 });
    const path = { a: join(folder, 'a_*.npy') };
    expect(await readAll(await openReader(npy, { path }, root))).toEqual({ a: rowsOf(100, 0) });
  });

  it('have the same columns', async () => {
    const folder = folderOf({ 'a_0.npy': 2 });
    put(folder, 'a_1.npy', npyFile([2, 3], new Float32Array(6)));
    const path = { a: [join(folder, 'a_0.npy'), join(folder, 'a_1.npy')] };
    expect(await inputErrorOf(openReader(npy, { path }, root))).toMatchObject({
      code: 'unequal-parts',
      message: expect.stringContaining('a_1.npy: modality is float32 of shape (2, 3)') as unknown,
    });
  });
});

describeShared('what clip-retrieval writes', () => {
  it('is two modalities in parts', async () => {
    const dataset = await open({}, sharedFile('cases/containers/clip_retrieval'));
    const { image, text } = await readAll(dataset);
    expect([image?.length, text?.length]).toEqual([24, 24]);
  });
});
