import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npz } from '../../../server/engine/datasets/npz.ts';
import {
  asEmbeddings,
  inputErrorOf,
  openReader,
  oracle,
  oracleFolder,
  readAll,
  temporaryFolder,
} from './openForTest.ts';
import { zipArchive, type ZipEntry } from './zipArchive.ts';

const folder = temporaryFolder();

function writeZip(name: string, entries: readonly ZipEntry[]): string {
  writeFileSync(join(folder, name), zipArchive(entries));
  return name;
}

function npyBytes(rows: number, columns: number, data = new Uint8Array(rows * columns * 4)): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows}, ${columns}), }\n`;
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header), data]);
}

function failure(path: string, params: object = {}) {
  return inputErrorOf(openReader(npz, { path, ...params }, folder));
}

describe.each(['stored', 'compressed'])('npz reads what numpy wrote, %s', (name) => {
  const path = join(oracleFolder, `${name}.npz`);
  it.each(oracle.layouts)('%s', async (layout) => {
    const is3d = layout.endsWith('3d');
    const modalities = is3d ? { first: `${layout}-1`, third: `${layout}-3` } : { first: layout };
    const found = await readAll(await openReader(npz, { path, modalities }, folder));
    const third = is3d ? { third: oracle.values[2] } : {};
    expect(found).toEqual({ first: oracle.values[0], ...third });
  });
});

describe('npz', () => {
  const mixed = join(oracleFolder, 'mixed.npz');

  it('takes the arrays that are embeddings, and leaves the others', async () => {
    const dataset = await openReader(npz, { path: mixed }, folder);
    expect(await readAll(dataset)).toEqual({ image: oracle.values[0], text: oracle.values[1] });
    // Not without a word: each with its type or shape.
    expect(dataset.notes).toMatchObject([
      {
        code: 'left-out',
        message: expect.stringMatching(/mixed\.npz: \d arrays were not read as a modality: /) as unknown,
      },
    ]);
  });

  it('says nothing of arrays that were not asked for', async () => {
    const dataset = await openReader(npz, { path: mixed, modalities: { a: 'text' } }, folder);
    expect(dataset.notes).toEqual([]);
    await dataset.close();
  });

  it('takes the array named of each file', async () => {
    const params = { path: { a: mixed, b: mixed }, modalities: { a: 'text', b: 'image' } };
    const found = await readAll(await openReader(npz, params, folder));
    expect(found).toEqual({ a: oracle.values[1], b: oracle.values[0] });
  });

  it('reads compressed rows in any order, concurrently, and after part of them', async () => {
    const rows = 40_000;
    const data = Float32Array.from({ length: rows * 4 }, (_, index) => Math.sin(index));
    const path = writeZip('order.npz', [
      { name: 'x.npy', content: npyBytes(rows, 4, new Uint8Array(data.buffer)) },
    ]);
    const dataset = asEmbeddings(await openReader(npz, { path }, folder));
    const [source] = dataset.sources;
    const starts = [39_998, 0, 20_000, 19_998, 39_998];
    await Promise.all(
      starts.map(async (start) => {
        const target = new Float32Array(8);
        await source!.read(start, 2, target);
        expect(target).toEqual(data.subarray(start * 4, start * 4 + 8));
      }),
    );
    await source!.read(0, 1, new Float32Array(4));
    await dataset.close();
  });

  it('names what is there when an array is missing', async () => {
    const error = await failure(mixed, { modalities: { image: 'imag' } });
    expect(error.code).toBe('array-missing');
    expect(error.message).toContain(
      'it has image (7×5), text (7×5); not usable: ids (int64, shape (7,): one value a row)',
    );
    expect((await failure(mixed, { modalities: { image: 'objects' } })).message).toContain('pickled');
  });
});

describe('npz refuses', () => {
  it('what is no archive, or half of one', async () => {
    writeFileSync(join(folder, 'text.npz'), 'not an archive at all, but long enough to be one');
    writeFileSync(join(folder, 'empty.npz'), '');
    writeFileSync(join(folder, 'half.npz'), readFileSync(join(oracleFolder, 'stored.npz')).subarray(0, 5000));
    for (const path of ['text.npz', 'empty.npz', 'half.npz']) {
      expect((await failure(path)).code).toBe('archive-damaged');
    }
  });

  it('an archive without embeddings', async () => {
    const path = writeZip('none.npz', [{ name: 'readme.txt', content: Buffer.from('hello') }]);
    expect((await failure(path)).code).toBe('no-embeddings');
  });

  it('a bomb: 64 MB of zeros in 64 kB', async () => {
    const path = writeZip('bomb.npz', [{ name: 'x.npy', content: npyBytes(125_000, 128) }]);
    const error = await failure(path);
    expect(error.code).toBe('archive-bomb');
    expect(error.message).toContain('64000');
  });

  it('a bomb whose directory claims a harmless size', async () => {
    const content = Buffer.concat([npyBytes(10, 10), new Uint8Array(50_000_000)]);
    const claimedSize = npyBytes(10, 10).length;
    const path = writeZip('liar.npz', [{ name: 'x.npy', content, claimedSize }]);
    const error = await inputErrorOf(openReader(npz, { path }, folder).then(readAll));
    expect(error.code).toBe('archive-damaged');
    expect(error.message).toContain('but it inflates to more');
  });

  it('one that inflates to less than claimed', async () => {
    const content = npyBytes(10, 10).subarray(0, 200);
    const claimedSize = npyBytes(10, 10).length;
    const path = writeZip('short.npz', [{ name: 'x.npy', content, claimedSize }]);
    const dataset = await openReader(npz, { path }, folder);
    const error = await inputErrorOf(readAll(dataset));
    await dataset.close();
    expect(error).toMatchObject({ code: 'archive-damaged' });
    expect(error.message).toContain('inflates to only 200 bytes');
  });

  it('a size that the array’s header does not agree with', async () => {
    const path = writeZip('lying.npz', [{ name: 'x.npy', content: npyBytes(10, 10, new Uint8Array(100)) }]);
    expect((await failure(path)).code).toBe('npy-size');
  });

  it('damaged compressed bytes', async () => {
    const noise = Uint8Array.from({ length: 8000 }, (_, index) => (index * 2654435761) >>> 24);
    const path = writeZip('damaged.npz', [{ name: 'x.npy', content: npyBytes(20, 100, noise) }]);
    const bytes = readFileSync(join(folder, path));
    bytes.fill(0xff, 200, 300);
    writeFileSync(join(folder, path), bytes);
    expect((await inputErrorOf(openReader(npz, { path }, folder).then(readAll))).code).toBe(
      'archive-damaged',
    );
  });

  it.each(['../x.npy', 'a/../../x.npy', '/x.npy', 'C:\\x.npy'])('the name %s', async (name) => {
    const path = writeZip('names.npz', [{ name, content: npyBytes(2, 2) }]);
    expect((await failure(path)).code).toBe('archive-name');
  });

  it('encrypted entries and other methods', async () => {
    const encrypted = writeZip('secret.npz', [{ name: 'x.npy', content: npyBytes(2, 2), flags: 1 }]);
    expect((await failure(encrypted)).code).toBe('archive-method');
    const packed = writeZip('method.npz', [{ name: 'x.npy', content: npyBytes(2, 2), method: 93 }]);
    expect((await failure(packed)).message).toContain('packed with method 93');
  });
});
