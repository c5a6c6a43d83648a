import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { zarr } from '../../../../server/engine/datasets/zarr.ts';
import { asEmbeddings, inputErrorOf, openReader, temporaryFolder } from '../openForTest.ts';
import { containers, containersFolder, othersOf, readContainer } from './containerFiles.ts';

const folder = temporaryFolder();

describe('Zarr 2 is read as zarr-python reads it', () => {
  it.each(['types.zarr.zip', 'stored.zarr', 'image.zarr'])('%s', async (file) => {
    expect(await readContainer('zarr', join(containersFolder, file))).toEqual(containers[file]);
  });
});

describe('zarr', () => {
  it('says what it does not read, and which chunks are not there', async () => {
    expect(await othersOf('zarr', join(containersFolder, 'others.zarr'))).toEqual({
      names: 'strings (<U1)',
      records: 'records (structured)',
      bz2: 'float64, compressed by bz2; save it with Blosc, Zstd, LZ4, GZip or Zlib',
      delta: 'float64, with the filter delta; save it without filters',
      unwritten: 'float32; none of its chunks is there: nothing was written to it',
    });
    const dataset = asEmbeddings(await openReader(zarr, { path: 'stored.zarr' }, containersFolder));
    expect(
      dataset.notes.filter(({ code }) => code === 'chunks-missing').map(({ message }) => message),
    ).toEqual([
      expect.stringContaining('2 of 3 chunks of filled'),
      expect.stringContaining('1 of 2 chunks of infinite'),
    ]);
    await dataset.close();
  });

  it('recognises folders and archives', async () => {
    const recognise = (path: string, isFolder: boolean) =>
      zarr.recognises!(join(containersFolder, path), isFolder);
    expect(await recognise('stored.zarr', true)).toBe(true);
    expect(await recognise('image.zarr', true)).toBe(true);
    expect(await recognise('.', true)).toBe(false);
    expect(await recognise('types.zarr.zip', false)).toBe(true);
    expect(await recognise('types.h5', false)).toBe(false);
  });

  it.each<[string, (at: string) => void, string]>([
    [
      'a chunk that is cut off',
      (at) => {
        writeFileSync(join(at, 'gzip/0.0'), 'abc');
      },
      'zarr-chunk',
    ],
    [
      'metadata that are no JSON',
      (at) => {
        writeFileSync(join(at, 'gzip/.zarray'), '{');
      },
      'zarr-metadata',
    ],
  ])('refuses %s', async (_, damage, code) => {
    const at = join(folder, 'damaged.zarr');
    rmSync(at, { recursive: true, force: true });
    cpSync(join(containersFolder, 'stored.zarr'), at, { recursive: true });
    damage(at);
    expect(await inputErrorOf(readContainer('zarr', at))).toMatchObject({ code });
  });
});
