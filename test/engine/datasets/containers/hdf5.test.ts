import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hdf5 } from '../../../../server/engine/datasets/hdf5.ts';
import { describeShared, sharedFile } from '../../sharedData.ts';
import { asEmbeddings, inputErrorOf, openReader, readAll } from '../openForTest.ts';
import { containers, containersFolder, othersOf, readContainer } from './containerFiles.ts';

function failure(path: string, params: object = {}) {
  return inputErrorOf(openReader(hdf5, { path, ...params }, containersFolder));
}

describe('HDF5 files are read as h5py reads them', () => {
  it.each(['types.h5', 'stored.h5', 'latest.h5', 'pytables.h5', 'matlab73.mat'])('%s', async (file) => {
    const found = await readContainer('hdf5', join(containersFolder, file));
    expect(found).toMatchObject(containers[file]!);
  });
});

describe('hdf5', () => {
  it('gives the datasets of floats that are named, and says nothing of the others', async () => {
    const named = { path: 'others.h5', modalities: ['image', 'text'] };
    const dataset = asEmbeddings(await openReader(hdf5, named, containersFolder));
    expect(dataset.sources.map(({ modality }) => modality)).toEqual(['image', 'text']);
    expect(dataset.notes).toEqual([]);
    await dataset.close();
  });

  it('refuses a file where only the storage of floats is not read, unless the others are named', async () => {
    const error = await inputErrorOf(openReader(hdf5, { path: 'others.h5' }, containersFolder));
    expect(error.message).toMatch(/virtual \(.*shape \(23, 6\)\) cannot be read.*name image, text alone/);
  });

  it('names what it does not read, and never looks into another file', async () => {
    expect(await othersOf('hdf5', join(containersFolder, 'others.h5'))).toEqual({
      names: 'strings',
      captions: 'strings',
      records: expect.stringMatching(/^records \(compound\); write the field/) as string,
      complex: 'complex numbers',
      empty: 'a dataset without values',
      soft: 'a link to /image; name what it leads to',
      dangling: 'a link to /nowhere; name what it leads to',
      outside: expect.stringMatching(/^a link into the file types.h5; no other file is read/) as string,
      virtual: expect.stringMatching(/^float32, a virtual dataset of other files; no other file/) as string,
      brain: 'floats of 2 bytes that are not IEEE 754',
    });
    const external = await openReader(hdf5, { path: 'external.h5' }, containersFolder);
    expect((await inputErrorOf(readAll(external))).code).toBe('hdf5-damaged');
    await external.close();
    expect(await othersOf('hdf5', join(containersFolder, 'filter.h5'))).toEqual({
      image: expect.stringMatching(/^float64, compressed with the filter lzo \(305\); .*gzip/) as string,
    });
  });

  it('takes the datasets named, by their ways', async () => {
    const params = { path: 'stored.h5', modalities: { t: 'clip/text', i: 'clip/image' } };
    const found = await readAll(await openReader(hdf5, params, containersFolder));
    const { data } = containers['stored.h5']!['clip/text']!;
    expect(found['t']!.flat()).toEqual(data);
    expect((await failure('stored.h5', { modalities: { t: 'clip/none' } })).code).toBe('array-missing');
    expect((await failure('others.h5', { modalities: { t: 'outside' } })).message).toContain('no other file');
  });

  it('reads a modality of each file', async () => {
    const path = { a: 'filled.h5', b: 'latest.h5' };
    const modalities = { a: 'image', b: 'text' };
    const given = { path: { ...path, a: 'others.h5' }, modalities };
    const found = await readAll(await openReader(hdf5, given, containersFolder));
    expect(found['b']!.flat()).toEqual(containers['latest.h5']!['text']!.data);
    expect(found['a']!.flat()).toEqual(containers['latest.h5']!['image']!.data);
  });

  it('reads matrices of MATLAB 7.3 as MATLAB shows them, says so, and names cell arrays', async () => {
    const dataset = await openReader(hdf5, { path: 'matlab73.mat' }, containersFolder);
    const messages = dataset.notes.map(({ code, message }) => `${code}: ${message}`);
    expect(messages).toEqual([
      expect.stringMatching(
        /^left-out: .*batches \(a cell array, shape \(2, 1\): save it as one matrix.*ids \(float64, shape \(23, 1\): one value a row/,
      ),
      expect.stringMatching(
        /^matlab-order: .*matlab73\.mat is a MATLAB 7\.3 file.*image \(23×6\), text \(23×6\)\./,
      ),
    ]);
    const found = await readAll(dataset);
    expect(Object.keys(found)).toEqual(['image', 'text']);
    expect(found['image']!.flat()).toEqual(containers['matlab73.mat']!['image']!.data);
  });

  it('refuses a MATLAB file of an older version with the lines that convert it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'matlab-'));
    const path = join(folder, 'old.mat');
    writeFileSync(path, 'MATLAB 5.0 MAT-file, Platform: GLNXA64'.padEnd(300));
    const error = await failure(path);
    rmSync(folder, { recursive: true });
    expect(error.code).toBe('format-not-read');
    expect(error.message).toContain('scipy.io.loadmat("old.mat")');
  });

  it('refuses what is no HDF5', async () => {
    expect(await failure('types.zarr.zip')).toMatchObject({ code: 'hdf5-damaged' });
    expect((await failure('none.h5')).code).toBe('file-unreadable');
    expect((await failure('stored.zarr')).code).toBe('file-unreadable');
  });
});

describeShared('hdf5', () => {
  it('reads what a stranger brings', async () => {
    const path = sharedFile('cases/containers/embeddings.h5');
    const dataset = asEmbeddings(await openReader(hdf5, { path }, '/'));
    expect(dataset.sources.map(({ modality, rows, columns }) => [modality, rows, columns])).toEqual([
      ['image', 24, 8],
      ['text', 24, 8],
    ]);
    await dataset.close();
  });
});
