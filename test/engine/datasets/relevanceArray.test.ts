import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Field, Float32, Int64, List, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { arrow } from '../../../server/engine/datasets/arrow.ts';
import type { ReaderDefinition } from '../../../server/engine/datasets/dataset.ts';
import { hdf5 } from '../../../server/engine/datasets/hdf5.ts';
import { npy } from '../../../server/engine/datasets/npy.ts';
import { npz } from '../../../server/engine/datasets/npz.ts';
import { pytorch } from '../../../server/engine/datasets/pytorch.ts';
import { safetensors } from '../../../server/engine/datasets/safetensors.ts';
import { zarr } from '../../../server/engine/datasets/zarr.ts';
import { npyBytesOf, npzBytesOf, safetensorsBytesOf, type WrittenArray } from './arrayFiles.ts';
import { asEmbeddings, inputErrorOf, openReader, temporaryFolder } from './openForTest.ts';

const folder = temporaryFolder();
const oracleFolder = fileURLToPath(new URL('../../oracle', import.meta.url));

const image: WrittenArray = { name: 'image', type: '<f4', shape: [5, 2] };
const text: WrittenArray = { name: 'text', type: '<f4', shape: [5, 2] };
/** Two of them are equal as float32. */
const ids: WrittenArray = {
  name: 'ids',
  type: '<i8',
  shape: [5],
  data: new Uint8Array(
    BigInt64Array.from([9007199254740992n, 3n, 9007199254740993n, 3n, 9007199254740992n]).buffer,
  ),
};
const names: WrittenArray = {
  name: 'names',
  type: '<U2',
  shape: [5],
  data: Buffer.concat(
    ['a', 'bc', 'd', 'bc', 'a'].map((value) =>
      Buffer.from(
        value
          .padEnd(2, '\0')
          .split('')
          .map((letter) => `${letter}\0\0\0`)
          .join(''),
        'latin1',
      ),
    ),
  ),
};

function write(name: string, content: Uint8Array | string): string {
  writeFileSync(join(folder, name), content);
  return name;
}

/** The relevance map and notes of data that were opened. */
async function opened(opening: ReturnType<typeof openReader>) {
  const dataset = asEmbeddings(await opening);
  const { facts, notes } = dataset;
  await dataset.close();
  const { shared, groups } = facts.relevance ?? {};
  return { shared, groups: groups && [...groups], notes: notes.map(({ code }) => code) };
}

const expected = { shared: 'image', groups: [0, 1, 2, 1, 0], notes: [] };

describe('a relevance map', () => {
  it.each(['ids', 'names'])('is told by an array of the data, exactly: %s', async (array) => {
    const relevance = { shared: 'image', array };
    const path = write('a.npz', npzBytesOf([image, text, array === 'ids' ? ids : names]));
    expect(await opened(openReader(npz, { path, relevance }, folder))).toEqual(expected);
  });

  it('of safetensors, and of the rows that are taken', async () => {
    const path = write('a.safetensors', safetensorsBytesOf([image, text, ids]));
    const relevance = { shared: 'image', array: 'ids' };
    expect(await opened(openReader(safetensors, { path, relevance }, folder))).toEqual(expected);
    const some = await opened(openReader(safetensors, { path, relevance, limit: 3 }, folder));
    expect(some.groups).toEqual([0, 1, 2]);
  });

  it.each<[string, ReaderDefinition, string, readonly string[], string, number[]]>([
    // Each has whole numbers of one value a row beside its embeddings.
    ['HDF5', hdf5, 'containers/others.h5', ['image', 'text'], 'ids', [0, 1, 2]],
    ['MATLAB, of shape (rows, 1)', hdf5, 'containers/matlab73.mat', ['image', 'text'], 'ids', [0, 1, 2]],
    ['PyTorch', pytorch, 'torchFiles/zip_others.pt', ['image'], 'labels', [0, 1, 2]],
    ['Zarr', zarr, 'containers/others.zarr', ['image', 'text'], 'labels', [0, 1, 2]],
  ])('of %s', async (_, reader, path, modalities, array, groups) => {
    const params = { path, modalities, relevance: { shared: 'image', array }, limit: 3 };
    expect((await opened(openReader(reader, params, oracleFolder))).groups).toEqual(groups);
  });

  it('of Arrow files, whose texts are refused with what to do', async () => {
    const vectors = vectorFromArray(
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 8],
        [9, 10],
      ],
      new List(new Field('item', new Float32(), true)),
    );
    const ofRows = vectorFromArray([7n, 3n, 8n, 3n, 7n], new Int64());
    const texts = vectorFromArray(['a', 'b', 'c', 'b', 'a'], new Utf8());
    const path = write(
      'a.arrow',
      tableToIPC(new Table({ image: vectors, text: vectors, ids: ofRows, texts }), 'file'),
    );
    const relevance = { shared: 'image', array: 'ids' };
    expect((await opened(openReader(arrow, { path, relevance }, folder))).groups).toEqual(expected.groups);
    const error = await inputErrorOf(
      openReader(arrow, { path, relevance: { ...relevance, array: 'texts' } }, folder),
    );
    expect(error.message).toMatch(
      /array texts holds strings of shape \(5\).*not read as values of rows.*save them as whole numbers/,
    );
  });

  it('is told by a file beside the data', async () => {
    const path = { image: write('i.npy', npyBytesOf(image)), text: write('t.npy', npyBytesOf(text)) };
    for (const file of [write('ids.txt', 'a\nb\n c\r\nb\na\n'), write('ids.npy', npyBytesOf(ids))]) {
      const relevance = { shared: 'image', file };
      expect(await opened(openReader(npy, { path, relevance }, folder))).toEqual(expected);
    }
  });

  it.each<[string, object, string, RegExp]>([
    [
      'another modality',
      { shared: 'imag', array: 'ids' },
      'relevance-modality',
      /imag, expected one of image, text/,
    ],
    [
      'an array that is not there',
      { shared: 'image', array: 'idz' },
      'relevance-values',
      /array idz, which is not in the data; found image, text, ids/,
    ],
    [
      'an array of two axes',
      { shared: 'image', array: 'text' },
      'relevance-values',
      /array text holds float32 of shape \(5, 2\)/,
    ],
    ['neither array nor file', { shared: 'image' }, 'relevance-values', /found neither/],
    ['both', { shared: 'image', array: 'ids', file: 'four.txt' }, 'relevance-values', /found both/],
    [
      'too few values',
      { shared: 'image', file: 'four.txt' },
      'relevance-values',
      /four\.txt has 4 values .* 5 rows of image/,
    ],
    ['a file that is not there', { shared: 'image', file: 'none.txt' }, 'file-unreadable', /none\.txt/],
  ])('is refused that names %s', async (_, relevance, code, message) => {
    write('four.txt', 'a\nb\nc\nd\n');
    const path = write('a.npz', npzBytesOf([image, text, ids]));
    const error = await inputErrorOf(openReader(npz, { path, relevance: relevance as never }, folder));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });
});
