import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { npy } from '../../../server/engine/datasets/npy.ts';
import {
  asEmbeddings,
  inputErrorOf,
  openReader,
  oracle,
  oracleFolder,
  readAll,
  temporaryFolder,
} from './openForTest.ts';

const folder = temporaryFolder();

/** Writes a version 1.0 file with a header of one's own. */
function writeNpy(name: string, header: string, data: Uint8Array = new Uint8Array()): string {
  const start = Buffer.alloc(10);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  writeFileSync(join(folder, name), Buffer.concat([start, Buffer.from(header, 'latin1'), data]));
  return name;
}

function floatHeader(shape: string, descr = "'<f4'"): string {
  return `{'descr': ${descr}, 'fortran_order': False, 'shape': ${shape}, }\n`;
}

function failure(path: string, params: object = {}) {
  return inputErrorOf(openReader(npy, { path, ...params }, folder));
}

describe('npy reads what numpy wrote', () => {
  const matrix = oracle.values[0];
  it.each(['f2_little_C_2d', 'f4_little_C_2d', 'f8_big_F_2d', 'version2', 'version3'])(
    '%s: a matrix',
    async (name) => {
      const found = await readAll(await openReader(npy, { path: `${name}.npy` }, oracleFolder));
      expect(found).toEqual({ 'modality-1': matrix });
    },
  );

  it.each(['f4_little_C_3d', 'f4_little_F_3d'])('%s: a modality a slice', async (name) => {
    const [first, second, third] = oracle.values;
    const found = await readAll(await openReader(npy, { path: `${name}.npy` }, oracleFolder));
    expect(found).toEqual({ 'modality-1': first, 'modality-2': second, 'modality-3': third });
  });

  it('float16 of every kind: subnormal, infinite, NaN', async () => {
    const found = await readAll(await openReader(npy, { path: 'float16_patterns.npy' }, oracleFolder));
    const expected = oracle.float16.map((value) => Number(String(value).replace('inf', 'Infinity')));
    expect(found['modality-1']!.flat()).toEqual(expected);
  });

  it('one file a modality', async () => {
    const path = { image: 'f2_little_C_2d.npy', text: 'f8_big_F_2d.npy' };
    expect(await readAll(await openReader(npy, { path }, oracleFolder))).toEqual({
      image: matrix,
      text: matrix,
    });
  });

  it('names and limits', async () => {
    const params = { path: 'f4_little_C_3d.npy', modalities: ['image', 'text', 'audio'], limit: 2 };
    const found = await readAll(await openReader(npy, params, oracleFolder));
    expect(found).toEqual({
      image: oracle.values[0]!.slice(0, 2),
      text: oracle.values[1]!.slice(0, 2),
      audio: oracle.values[2]!.slice(0, 2),
    });
  });
});

it('reads any part of a matrix as it was written', async () => {
  const shape = fc.record({ rows: fc.integer({ min: 1, max: 9 }), columns: fc.integer({ min: 1, max: 9 }) });
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 1, max: 4 }), async ({ rows, columns }, chunkRows) => {
      const data = Float32Array.from({ length: rows * columns }, (_, index) => Math.fround(index / 7));
      const path = writeNpy('any.npy', floatHeader(`(${rows}, ${columns})`), new Uint8Array(data.buffer));
      const found = await readAll(await openReader(npy, { path }, folder), chunkRows);
      expect(found['modality-1']!.flat()).toEqual([...data]);
    }),
    { numRuns: 30 },
  );
});

it('reads rows of a file larger than what is read', async () => {
  const { truncate } = await import('node:fs/promises');
  // A sparse file: 3 GB that take no room on the disk.
  const rows = 1_500_000;
  const path = writeNpy('large.npy', floatHeader(`(${rows}, 512)`));
  const headerBytes = readFileSync(join(folder, path)).length;
  await truncate(join(folder, path), headerBytes + rows * 512 * 4);
  const { open } = await import('node:fs/promises');
  const handle = await open(join(folder, path), 'r+');
  await handle.write(new Uint8Array(Float32Array.of(1.5).buffer), 0, 4, headerBytes + (rows - 1) * 512 * 4);
  await handle.close();
  const dataset = asEmbeddings(await openReader(npy, { path }, folder));
  const target = new Float32Array(2 * 512);
  await dataset.sources[0]!.read(rows - 2, 2, target);
  expect([target[0], target[512], target[513]]).toEqual([0, 1.5, 0]);
  await dataset.close();
});

describe('npy refuses', () => {
  it('a missing file, and a folder', async () => {
    const error = await failure('missing.npy');
    expect(error.code).toBe('file-unreadable');
    expect(error.message).toContain('missing.npy cannot be read: there is no such file');
    expect((await failure('.')).message).toContain('not a regular file');
  });

  it('an empty file', async () => {
    writeFileSync(join(folder, 'empty.npy'), '');
    expect(await failure('empty.npy')).toMatchObject({
      code: 'npy-empty',
      message: expect.stringContaining('empty (0 bytes)') as string,
    });
  });

  it('a file that is something else', async () => {
    writeFileSync(join(folder, 'other.npy'), 'PK\x03\x04 and more');
    expect((await failure('other.npy')).code).toBe('npy-magic');
  });

  it('every truncation of a good file', async () => {
    const whole = readFileSync(join(oracleFolder, 'f4_little_C_2d.npy'));
    for (let length = 1; length < whole.length; length++) {
      writeFileSync(join(folder, 'cut.npy'), whole.subarray(0, length));
      const { code } = await failure('cut.npy');
      expect(['npy-magic', 'npy-truncated', 'npy-size']).toContain(code);
    }
  });

  it.each([
    ['more', '(4, 4)', 'needs 64 bytes after the header, found 24: it is truncated'],
    ['fewer', '(2, 2)', 'needs 16 bytes after the header, found 24: it has more'],
    ['absurdly many', '(9007199254740991, 9007199254740991)', 'found 24'],
  ])('a header that claims %s bytes than there are', async (_, shape, message) => {
    const error = await failure(writeNpy('lying.npy', floatHeader(shape), new Uint8Array(24)));
    expect(error.code).toBe('npy-size');
    expect(error.message).toContain(message);
  });

  it.each([
    ['(12,)', 48],
    ['()', 4],
    ['(1, 2, 3, 2)', 48],
    ['(0, 512)', 0],
    ['(5, 0)', 0],
    ['(0, 2, 2)', 0],
  ])('the shape %s', async (shape, bytes) => {
    const error = await failure(writeNpy('shape.npy', floatHeader(shape), new Uint8Array(bytes)));
    expect(error.code).toBe('array-shape');
    expect(error.message).toContain('expected (rows, columns) or (modalities, rows, columns)');
  });

  it.each([
    ['objects', 'pickled Python objects (|O), expected floats, integers or booleans; they are never loaded'],
    ['structured', 'a structured type'],
    ['strings', 'strings (<U2)'],
  ])('%s', async (name, message) => {
    const error = await failure(join(oracleFolder, `${name}.npy`));
    expect(error.code).toBe('npy-type');
    expect(error.message).toContain(message);
  });

  it.each([
    "{'descr': '<f4', 'fortran_order': False}",
    "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
    "{'descr': '<f4', 'descr': '<f8', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} + 1",
    "__import__('os').system('touch pwned')",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1e3, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999, 3)}",
    "{'descr': '<f4",
    '('.repeat(60_000),
    '',
  ])('the header %.70s', async (header) => {
    expect((await failure(writeNpy('header.npy', header, new Uint8Array(24)))).code).toBe('npy-header');
  });

  it('an unknown version', async () => {
    const whole = Buffer.from(readFileSync(join(oracleFolder, 'version2.npy')));
    whole[6] = 9;
    writeFileSync(join(folder, 'version.npy'), whole);
    expect((await failure('version.npy')).code).toBe('npy-version');
  });

  it('different numbers of rows, naming both', async () => {
    const path = {
      image: writeNpy('three.npy', floatHeader('(3, 2)'), new Uint8Array(24)),
      text: writeNpy('two.npy', floatHeader('(2, 3)'), new Uint8Array(24)),
    };
    const error = await inputErrorOf(openReader(npy, { path }, folder));
    expect(error.code).toBe('unequal-rows');
    expect(error.message).toMatch(/image has 3 rows .*three\.npy.* text 2 .*two\.npy/);
  });

  it('the wrong number of names, and the same name twice', async () => {
    const path = writeNpy('names.npy', floatHeader('(2, 3, 1)'), new Uint8Array(24));
    for (const modalities of [['a'], ['a', 'b', 'c'], ['a', 'a']]) {
      expect((await failure(path, { modalities })).code).toBe('modality-names');
    }
  });
});

it('knows its files by their name', async () => {
  expect(await npy.recognises!('/data/A.NPY', false)).toBe(true);
  expect(await npy.recognises!('/data/a.npy', true)).toBe(false);
  expect(await npy.recognises!('/data/a.npz', false)).toBe(false);
  expect(npy.paramsFor!('/data/a.npy')).toEqual({ path: '/data/a.npy' });
});
