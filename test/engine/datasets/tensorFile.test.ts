import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tensorBytesItem, tensorFileItem } from '../../../server/engine/datasets/tensorFile.ts';
import { npyFile } from '../../npyFile.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { oracleFolder } from './openForTest.ts';

const folder = useTemporaryFolder();

it('reads the shape and the values, also in column-major order', async () => {
  const values = JSON.parse(await readFile(`${oracleFolder}.json`, 'utf8')) as { values: number[][][] };
  const { shape, data } = await tensorFileItem(join(oracleFolder, 'f4_little_F_3d.npy'), 'x').load();
  expect(shape).toEqual([3, 7, 5]);
  expect([...data]).toEqual(values.values.flat(2));
});

describe('refuses', () => {
  const load = async (content: Uint8Array) => {
    await mkdir(folder(), { recursive: true });
    await writeFile(join(folder(), 'a.npy'), content);
    return tensorFileItem(join(folder(), 'a.npy'), 'my tensor').load();
  };
  const good = Buffer.from(npyFile([2, 3], new Float32Array(6)));

  it.each([
    ['an empty file', Buffer.alloc(0), 'npy-empty'],
    ['another format', Buffer.from('no numpy array in here'), 'npy-magic'],
    ['a shape larger than the file', npyFile([2 ** 40, 3], new Float32Array(6)), 'npy-size'],
    ['a file cut off', good.subarray(0, good.length - 1), 'npy-size'],
    ['an array without values', npyFile([0, 3], new Float32Array(0)), 'tensor-size'],
  ])('%s', async (_, content, code) => {
    await expect(load(content)).rejects.toMatchObject({
      code,
      message: expect.stringContaining('my tensor') as string,
    });
    await expect(tensorBytesItem(() => Promise.resolve(content), 'my tensor').load()).rejects.toMatchObject({
      code,
    });
  });

  it.each(['objects', 'strings', 'structured'])('%s', async (name) => {
    const item = tensorFileItem(join(oracleFolder, `${name}.npy`), name);
    await expect(item.load()).rejects.toMatchObject({ code: 'npy-type' });
  });
});
