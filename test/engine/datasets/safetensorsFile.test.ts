import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { safetensors } from '../../../server/engine/datasets/safetensors.ts';
import { writeSafetensors } from '../../../server/engine/datasets/safetensorsFile.ts';
import { openReader, readAll, temporaryFolder } from './openForTest.ts';

const folder = temporaryFolder();

it('writes the format: length, padded header, values', async () => {
  const path = join(folder, 'a.safetensors');
  const image = { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) };
  await writeSafetensors(path, { image }, { format: 'pt' });
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE());
  expect(length % 8).toBe(0);
  expect(JSON.parse(bytes.subarray(8, 8 + length).toString())).toEqual({
    __metadata__: { format: 'pt' },
    image: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
  });
  expect(bytes.subarray(8 + length).toString('hex')).toBe('0000803f000000400000404000008040');
});

it('is read back the same, views into larger buffers too', async () => {
  const large = Float32Array.from({ length: 100 }, (_, index) => index / 3);
  const tensors = {
    image: { shape: [3, 4], data: large.subarray(5, 17) },
    text: { shape: [3, 2], data: large.subarray(50, 56) },
  };
  await writeSafetensors(join(folder, 'b.safetensors'), tensors);
  const found = await readAll(await openReader(safetensors, { path: 'b.safetensors' }, folder));
  expect(found['image']!.flat()).toEqual([...tensors.image.data]);
  expect(found['text']!.flat()).toEqual([...tensors.text.data]);
});

it('leaves no file when the values do not fit the shape', async () => {
  const path = join(folder, 'c.safetensors');
  const wrong = writeSafetensors(path, { x: { shape: [2, 2], data: new Float32Array(3) } });
  await expect(wrong).rejects.toThrow(RangeError);
  expect(existsSync(path)).toBe(false);
});
