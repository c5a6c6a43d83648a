import { truncate, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { TensorInput } from '../../../server/engine/datasets/dataset.ts';
import { writeSafetensors } from '../../../server/engine/datasets/safetensorsFile.ts';
import { tensors } from '../../../server/engine/datasets/tensors.ts';
import { npyFile } from '../../npyFile.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { loadedRow, openSamples } from './openSamples.ts';

/** The arrays that numpy wrote, by `test/oracle/tensors.py`. */
const oracleFolder = fileURLToPath(new URL('../../oracle/tensors', import.meta.url));
const oracle = JSON.parse(readFileSync(`${oracleFolder}.json`, 'utf8')) as Readonly<
  Record<string, { readonly shape: readonly number[]; readonly data: readonly number[] }>
>;

const folder = useTemporaryFolder();
type Params = Parameters<typeof openSamples<typeof tensors.params>>[1];
const open = (params: Params, base = folder()) => openSamples(tensors, params, base, 1);

const count = (n: number, from = 0) => Float32Array.from({ length: n }, (_, i) => from + i);

async function writeStacks(): Promise<void> {
  await writeFile(join(folder(), 'eeg.npy'), npyFile([3, 2, 2], count(12)));
  await writeFile(join(folder(), 'image.npy'), npyFile([3, 4], count(12, 100)));
  await writeFile(join(folder(), 'words.txt'), 'one\r\n\ntwo words \n');
}

it('gives the slices of each file, with the lines of a text', async () => {
  await writeStacks();
  const dataset = await open({ files: { eeg: 'eeg.npy', image: 'image.npy' }, text: 'words.txt' });
  expect(dataset.modalities).toEqual([
    { name: 'eeg', content: 'tensor' },
    { name: 'image', content: 'tensor' },
    { name: 'text', content: 'text' },
  ]);
  expect(dataset.facts).toEqual({ ids: ['row-1', 'row-3'] });
  expect(dataset.skipped).toEqual([
    { id: 'row-2', reason: `line 2 of ${join(folder(), 'words.txt')} is blank` },
  ]);
  expect(await loadedRow(dataset, 1)).toEqual([
    { shape: [2, 2], data: count(4, 8) },
    { shape: [4], data: count(4, 108) },
    'two words',
  ]);
  expect((await dataset.read(1)).id).toBe('row-3');
  await dataset.close();
});

describe('numbers of every type', () => {
  const stacked = Object.keys(oracle).filter((name) => !name.startsWith('fortran') && name !== 'scalar');

  it.each(stacked)('%s', async (name) => {
    const dataset = await open({ files: { x: { file: 'types.npz', array: name } } }, oracleFolder);
    const { shape, data } = oracle[name]!;
    expect(dataset.count).toBe(shape[0]);
    const found: number[] = [];
    for (let row = 0; row < dataset.count; row++) {
      const [slice] = (await loadedRow(dataset, row)) as [TensorInput];
      expect(slice.shape).toEqual(shape.slice(1));
      found.push(...slice.data);
    }
    expect(found).toEqual(data);
    await dataset.close();
  });

  it('safetensors', async () => {
    await writeSafetensors(join(folder(), 'a.safetensors'), {
      floats: { shape: [2, 2], data: count(4) },
      bytes: { shape: [2, 3], data: Uint8Array.of(0, 127, 128, 255, 1, 2) },
    });
    const file = 'a.safetensors';
    const dataset = await open({ files: { floats: file, y: { file, array: 'bytes' } } });
    expect(await loadedRow(dataset, 0)).toEqual([
      { shape: [2], data: count(2) },
      { shape: [3], data: Float32Array.of(0, 127, 128) },
    ]);
    await dataset.close();
  });

  it('compressed, in any order and at once', async () => {
    const dataset = await open({ files: { eeg: 'compressed.npz' } }, oracleFolder);
    const { data } = oracle['little_i2']!;
    const rows = await Promise.all([1, 0, 1].map((row) => loadedRow(dataset, row)));
    expect(rows.map(([slice]) => [...(slice as TensorInput).data])).toEqual([
      data.slice(12),
      data.slice(0, 12),
      data.slice(12),
    ]);
    await dataset.close();
  });
});

it('takes fewer rows', async () => {
  await writeStacks();
  const dataset = await open({ files: { image: 'image.npy' }, limit: 1 });
  expect(dataset.facts.ids).toEqual(['row-1']);
  await dataset.close();
});

describe('bad input', () => {
  it('other numbers of rows', async () => {
    await writeStacks();
    await writeFile(join(folder(), 'two.npy'), npyFile([2, 4], count(8)));
    await expect(open({ files: { eeg: 'eeg.npy', image: 'two.npy' } })).rejects.toMatchObject({
      code: 'unequal-rows',
      message: expect.stringMatching(/eeg has 3 rows .*image 2 .*two\.npy/) as string,
    });
    await writeFile(join(folder(), 'words.txt'), 'one\ntwo');
    await expect(open({ files: { eeg: 'eeg.npy' }, text: 'words.txt' })).rejects.toMatchObject({
      code: 'unequal-rows',
      message: expect.stringMatching(/text 2 .*words\.txt/) as string,
    });
  });

  it('no modality, two of a name, only blank lines', async () => {
    await writeStacks();
    await expect(open({ files: {} })).rejects.toMatchObject({ code: 'modality-names' });
    const twice = open({ files: { text: 'eeg.npy' }, text: 'words.txt' });
    await expect(twice).rejects.toMatchObject({ code: 'modality-names' });
    await writeFile(join(folder(), 'words.txt'), '\n \n\n');
    const blank = open({ files: { eeg: 'eeg.npy' }, text: 'words.txt' });
    await expect(blank).rejects.toMatchObject({ code: 'no-rows' });
  });

  it('an array that is not there, or not told', async () => {
    const take = (array: string) => open({ files: { x: { file: 'types.npz', array } } }, oracleFolder);
    await expect(take('little_i3')).rejects.toMatchObject({
      code: 'array-missing',
      message: expect.stringContaining('Did you mean little_i2?') as string,
    });
    await expect(open({ files: { x: 'types.npz' } }, oracleFolder)).rejects.toMatchObject({
      code: 'array-missing',
      message: expect.stringContaining('none called x') as string,
    });
    await writeStacks();
    const named = open({ files: { x: { file: 'eeg.npy', array: 'a' } } });
    await expect(named).rejects.toMatchObject({ code: 'array-missing' });
  });

  it.each([
    ['scalar', 'tensor-shape'],
    ['fortran_3d', 'tensor-order'],
  ])('%s', async (array, code) => {
    const opened = open({ files: { x: { file: 'types.npz', array } } }, oracleFolder);
    await expect(opened).rejects.toMatchObject({ code });
  });

  it('no rows, other files, no file, types that are no numbers', async () => {
    await writeFile(join(folder(), 'none.npy'), npyFile([0, 4], count(0)));
    await writeFile(join(folder(), 'a.csv'), '1');
    const header = '{"x":{"dtype":"F8_E5M2","shape":[1],"data_offsets":[0,1]}}  ';
    const start = Buffer.alloc(8);
    start.writeUInt32LE(header.length);
    await writeFile(join(folder(), 'a.safetensors'), Buffer.concat([start, Buffer.from(`${header}0`)]));
    for (const [file, code] of [
      ['none.npy', 'tensor-shape'],
      ['a.csv', 'tensor-format'],
      ['missing.npy', 'file-unreadable'],
      ['a.safetensors', 'tensor-type'],
    ] as const) {
      await expect(open({ files: { x: file } }), file).rejects.toMatchObject({ code });
    }
  });

  it('a file that was cut after it was opened', async () => {
    await writeStacks();
    const dataset = await open({ files: { eeg: 'eeg.npy' } });
    await truncate(join(folder(), 'eeg.npy'), 150);
    await expect(loadedRow(dataset, 2)).rejects.toMatchObject({ code: 'file-changed' });
    await dataset.close();
  });
});
