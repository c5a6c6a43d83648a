import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../server/engine/datasets/dataset.ts';
import { npy } from '../../../server/engine/datasets/npy.ts';
import { npz } from '../../../server/engine/datasets/npz.ts';
import { safetensors } from '../../../server/engine/datasets/safetensors.ts';
import { describeShared, sharedFile } from '../sharedData.ts';
import { npyBytesOf, npzBytesOf, safetensorsBytesOf, type WrittenArray } from './arrayFiles.ts';
import { asEmbeddings, inputErrorOf, openReader, readAll, temporaryFolder } from './openForTest.ts';

const folder = temporaryFolder();

function array(name: string, type: string, ...shape: number[]): WrittenArray {
  return { name, type, shape };
}

/** Opens a `.npz` of these arrays. */
function opened(arrays: readonly WrittenArray[], params: object = {}): Promise<Dataset> {
  writeFileSync(join(folder, 'a.npz'), npzBytesOf(arrays));
  return openReader(npz, { path: 'a.npz', ...params }, folder);
}

/** Opens a `.npy` of one array. */
function openedAlone(one: WrittenArray, params: object = {}): Promise<Dataset> {
  writeFileSync(join(folder, 'a.npy'), npyBytesOf(one));
  return openReader(npy, { path: 'a.npy', ...params }, folder);
}

/** The modalities that were read, with rows and columns, and the notes without the file's name. */
async function outcome(opening: Promise<Dataset>): Promise<{ read: string[]; notes: string[] }> {
  const dataset = asEmbeddings(await opening);
  await dataset.close();
  return {
    read: dataset.sources.map(({ modality, rows, columns }) => `${modality} ${rows}×${columns}`),
    notes: dataset.notes.map(({ code, message }) => `${code}: ${message.replace(/^.*?a\.np[yz]: /, '')}`),
  };
}

describe('whole numbers', () => {
  const text = array('text', '<f4', 6, 4);

  it.each(['|i1', '|u1', '<i2', '>i4', '<i8', '<u8'])(
    'of type %s and the shape of floats are quantised embeddings',
    async (type) => {
      const { read, notes } = await outcome(opened([text, array('image', type, 6, 4)]));
      expect(read).toEqual(['text 6×4', 'image 6×4']);
      expect(notes).toEqual([
        expect.stringMatching(/^whole-number-embeddings: .*image \(u?int\d+, shape \(6, 4\)\)/),
      ]);
    },
  );

  it.each<[string, WrittenArray, RegExp]>([
    ['labels', array('y', '<i8', 6), /y \(int64, shape \(6,\): one value a row\)/],
    ['tokens', array('input_ids', '<i8', 6, 4), /input_ids \(int64, shape \(6, 4\): .*ids.*`modalities`/],
    ['a mask', array('mask', '|b1', 6, 4), /mask \(bool, shape \(6, 4\): truth values/],
    ['one-hot labels', array('onehot', '|u1', 6, 10), /onehot \(uint8, shape \(6, 10\): .*another shape/],
    ['pictures', array('pixels', '|u1', 6, 8, 8, 3), /pixels \(uint8, shape \(6, 8, 8, 3\): which axes/],
    ['objects', array('image', '|O', 6), /image \(pickled Python objects \(\|O\), shape \(6,\): .*np\.stack/],
    ['strings', array('names', '<U5', 6), /names \(strings \(<U5\), shape \(6,\)/],
    ['complex numbers', array('z', '<c8', 6, 4), /z \(complex numbers \(<c8\), shape \(6, 4\)/],
    ['values', array('labels', '<f4', 6, 1), /labels \(float32, shape \(6, 1\): one value a row; name it/],
    ['one number', array('logit_scale', '<f4'), /logit_scale \(float32, shape \(\): a single value\)/],
    [
      'tokens of each row',
      array('hidden', '<f4', 6, 7, 4),
      /hidden \(float32, shape \(6, 7, 4\): several vectors/,
    ],
  ])('and others that are not embeddings are named: %s', async (_, other, note) => {
    const { read, notes } = await outcome(opened([text, other]));
    expect(read).toEqual(['text 6×4']);
    expect(notes).toEqual([expect.stringMatching(new RegExp(`^left-out: .*${note.source}`, 's'))]);
  });

  it('of 8 bits are embeddings where there are no floats, wider ones are not', async () => {
    const bytes = await outcome(opened([array('image', '|i1', 6, 4), array('text', '|i1', 6, 4)]));
    expect(bytes.read).toEqual(['image 6×4', 'text 6×4']);
    expect((await outcome(openedAlone(array('', '|u1', 6, 4)))).read).toEqual(['modality-1 6×4']);
    const error = await inputErrorOf(openedAlone(array('', '<i8', 6, 4)));
    expect(error).toMatchObject({ code: 'no-embeddings' });
    expect(error.message).toMatch(/modality \(int64, shape \(6, 4\)\).*`modalities`/);
  });

  it('that the user names are read, whatever their type and name', async () => {
    const ids = array('input_ids', '<i8', 6, 4);
    for (const modalities of [{ text: 'text', ids: 'input_ids' }, ['text', 'input_ids']]) {
      expect((await outcome(opened([text, ids], { modalities }))).read[1]).toMatch(/ids 6×4/);
    }
    expect((await outcome(openedAlone(ids, { modalities: ['image'] }))).read).toEqual(['image 6×4']);
    expect((await outcome(openedAlone(ids, { path: { image: 'a.npy' } }))).read).toEqual(['image 6×4']);
    const flags = { ...array('flags', '|b1', 2, 3), data: Uint8Array.of(1, 0, 1, 0, 0, 1) };
    const found = await readAll(await opened([flags], { modalities: { image: 'flags' } }));
    expect(found).toEqual({
      image: [
        [1, 0, 1],
        [0, 0, 1],
      ],
    });
  });
});

it('names in a list that the arrays have too say which, whatever their order', async () => {
  const data = (value: number) => new Uint8Array(Float32Array.from({ length: 4 }, () => value).buffer);
  const arrays = [
    { ...array('text', '<f4', 2, 2), data: data(1) },
    { ...array('image', '<f4', 2, 2), data: data(2) },
  ];
  const found = await readAll(await opened(arrays, { modalities: ['image', 'text'] }));
  expect(found).toEqual({
    image: [
      [2, 2],
      [2, 2],
    ],
    text: [
      [1, 1],
      [1, 1],
    ],
  });
  const renamed = await readAll(await opened(arrays, { modalities: ['a', 'b'] }));
  expect(Object.keys(renamed)).toEqual(['a', 'b']);
});

describe('axes', () => {
  it.each<[number[], string]>([
    [[960, 1, 8], 'modality-1 960×8'],
    [[1, 960, 8], 'modality-1 960×8'],
    [[960, 8, 1], 'modality-1 960×8'],
    [[5, 1, 8], 'modality-1 5×8'],
    [[960, 8, 1, 1], 'modality-1 960×8'],
    [[1, 960, 1, 8], 'modality-1 960×8'],
  ])('of length 1 are dropped and said: %j', async (shape, read) => {
    const found = await outcome(openedAlone(array('', '<f4', ...shape)));
    expect(found.read).toEqual([read]);
    expect(found.notes).toEqual([
      `axes-dropped: modality (float32, shape (${shape.join(', ')})) is read as ${read.includes('960') ? '(960, 8)' : '(5, 8)'}: axes of length 1 hold nothing of their own`,
    ]);
  });

  it('of modalities come first and are few, and that is said unless the user says so', async () => {
    const shape = array('', '<f4', 2, 50, 8);
    const guessed = await outcome(openedAlone(shape));
    expect(guessed.read).toEqual(['modality-1 50×8', 'modality-2 50×8']);
    expect(guessed.notes).toEqual([expect.stringMatching(/^first-axis: .* 2 modalities of 50 rows/)]);
    expect(await outcome(openedAlone(shape, { modalities: ['image', 'text'] }))).toEqual({
      read: ['image 50×8', 'text 50×8'],
      notes: [],
    });
    const named = Array.from({ length: 120 }, (_, layer) => `layer ${layer}`);
    const many = await outcome(openedAlone(array('', '<f4', 120, 5, 8), { modalities: named }));
    expect(many.read).toHaveLength(120);
    const one = await outcome(opened([array('x', '<f4', 120, 5, 8)], { modalities: { last: 'x-120' } }));
    expect(one).toEqual({ read: ['last 5×8'], notes: [] });
  });

  it.each<[number[], RegExp]>([
    [[120, 5, 8], /shape \(120, 5, 8\).*which axis is the one of rows\?.*x\[:, 0\]/],
    [[120, 500, 8], /shape \(120, 500, 8\).*which axis/],
    [[6, 5, 8], /shape \(6, 5, 8\).*which axis/],
    [[120, 8, 7, 7], /shape \(120, 8, 7, 7\).*which axes.*x\.mean\(axis=\(2, 3\)\)/],
    [[2, 3, 4, 5, 6], /which axes/],
    [[1, 1, 1, 1], /which axes/],
    [[0, 8], /it is empty/],
    [[12], /one value a row/],
  ])('that leave open which are the rows are asked about: %j', async (shape, message) => {
    const error = await inputErrorOf(openedAlone(array('', '<f4', ...shape)));
    expect(error.code).toBe('array-shape');
    expect(error.message).toMatch(message);
  });
});

it('no list in a note or message grows with the file', async () => {
  const many = Array.from({ length: 300 }, (_, at) => array(`array ${at} ${'x'.repeat(at)}`, '<i8', 6));
  const { notes } = await outcome(opened([array('text', '<f4', 6, 4), ...many]));
  expect(notes[0]).toMatch(/^left-out: 300 arrays .*, and \d+ more$/);
  const withFloats = [array('a', '<f4', 6, 4), ...many];
  for (const [arrays, modalities] of [
    [many, undefined],
    [withFloats, many.map(({ name }) => `${name}?`)],
    [withFloats, { image: 'b'.repeat(5000) }],
  ] as const) {
    const { message } = await inputErrorOf(opened(arrays, { modalities }));
    expect(message.length).toBeLessThanOrEqual(1000);
  }
  expect(Math.max(...notes.map(({ length }) => length))).toBeLessThanOrEqual(1000);
});

describeShared('inputs that people have', () => {
  const cases = sharedFile('cases/arrays');

  it('an int8 tensor beside one of floats', async () => {
    const dataset = asEmbeddings(await openReader(safetensors, { path: 'int8_image.safetensors' }, cases));
    expect(dataset.sources.map(({ modality, rows, columns }) => [modality, rows, columns])).toEqual([
      ['text', 24, 8],
      ['image', 24, 8],
    ]);
    expect(dataset.notes.map(({ code }) => code)).toEqual(['whole-number-embeddings']);
    await dataset.close();
  });

  it('an array of objects beside one of floats', async () => {
    const dataset = asEmbeddings(await openReader(npz, { path: 'object_image.npz' }, cases));
    expect(dataset.sources.map(({ modality }) => modality)).toEqual(['text']);
    expect(dataset.notes).toMatchObject([
      {
        code: 'left-out',
        message: expect.stringMatching(/image \(pickled Python objects.*shape \(24,\).*np\.stack/) as string,
      },
    ]);
    await dataset.close();
  });

  it('tokens, an axis of 1, and objects alone', async () => {
    const tokens = await inputErrorOf(openReader(npy, { path: 'tokens.npy' }, cases));
    expect(tokens.message).toMatch(/shape \(120, 5, 8\).*which axis/);
    const dataset = asEmbeddings(await openReader(npy, { path: 'unsqueezed.npy' }, cases));
    expect(dataset.sources).toMatchObject([{ rows: 960, columns: 8 }]);
    expect(dataset.notes.map(({ code }) => code)).toEqual(['axes-dropped']);
    await dataset.close();
    const objects = await inputErrorOf(openReader(npy, { path: 'objects.npy' }, cases));
    expect(objects.message).toMatch(/np\.stack\(x\)\.astype\('float32'\)/);
  });
});

it('safetensors: as npz', async () => {
  const arrays = [array('text', '<f4', 6, 4), array('image', '|i1', 6, 4), array('ids', '<i8', 6)];
  writeFileSync(join(folder, 'a.safetensors'), safetensorsBytesOf(arrays));
  const dataset = asEmbeddings(await openReader(safetensors, { path: 'a.safetensors' }, folder));
  expect(dataset.sources.map(({ modality }) => modality)).toEqual(['text', 'image']);
  expect(dataset.notes.map(({ code }) => code)).toEqual(['left-out', 'whole-number-embeddings']);
  await dataset.close();
});
