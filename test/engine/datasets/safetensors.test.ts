import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { safetensors } from '../../../server/engine/datasets/safetensors.ts';
import { inputErrorOf, openReader, oracle, oracleFolder, readAll, temporaryFolder } from './openForTest.ts';

const folder = temporaryFolder();
const [first, second, third] = oracle.values;
const written = join(oracleFolder, 'tensors.safetensors');

function write(header: string, data: Uint8Array = new Uint8Array(24), claimed = header.length): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(claimed));
  writeFileSync(join(folder, 'x.safetensors'), Buffer.concat([length, Buffer.from(header), data]));
  return 'x.safetensors';
}

function tensor(begin: number, end: number, shape = [2, 3], dtype = 'F32') {
  return { dtype, shape, data_offsets: [begin, end] };
}

function failure(path: string, params: object = {}) {
  return inputErrorOf(openReader(safetensors, { path, ...params }, folder));
}

describe('safetensors', () => {
  it('reads F32, BF16, F16 and F64, one modality a tensor or a slice', async () => {
    const found = await readAll(await openReader(safetensors, { path: written }, folder));
    expect(found).toEqual({
      image: first,
      text: second,
      audio: third,
      'all-1': first,
      'all-2': second,
      'all-3': third,
    });
  });

  it('takes the tensors named, in that order, of random rows', async () => {
    const params = {
      path: written,
      modalities: { t: 'text', i: 'image' },
      limit: 3,
      sampling: 'random',
    } as const;
    const found = await readAll(await openReader(safetensors, params, folder));
    expect(Object.keys(found)).toEqual(['t', 'i']);
    const rows = found['t']!.map((values) => second!.findIndex((row) => String(row) === String(values)));
    expect(rows).toHaveLength(3);
    expect(rows).not.toContain(-1);
    expect(found['i']).toEqual(rows.map((row) => first![row]));
  });
});

describe('safetensors refuses', () => {
  it('an empty file, and every truncation of a good one', async () => {
    const whole = readFileSync(written);
    for (let length = 0; length < whole.length; length += length < 20 ? 1 : 37) {
      writeFileSync(join(folder, 'cut.safetensors'), whole.subarray(0, length));
      const expected = length === 0 ? /-empty$/ : /-(truncated|offsets)$/;
      expect((await failure('cut.safetensors')).code).toMatch(expected);
    }
  });

  it.each([
    'not JSON',
    '[]',
    '{"x": 1}',
    '{"x": {"dtype": "F32", "shape": [2, -3], "data_offsets": [0, 24]}}',
    'null',
  ])('the header %s', async (header) => {
    expect((await failure(write(header))).code).toBe('safetensors-header');
  });

  it('a header that claims to be longer than the file, or immense', async () => {
    const header = JSON.stringify({ x: tensor(0, 24) });
    expect((await failure(write(header, new Uint8Array(24), 10_000))).code).toBe('safetensors-truncated');
    expect((await failure(write(header, new Uint8Array(24), 2 ** 52))).code).toBe('safetensors-truncated');
  });

  it.each([
    ['more bytes than there are', { x: tensor(0, 48, [4, 3]) }],
    ['fewer bytes than there are', { x: tensor(0, 12, [1, 3]) }],
    ['overlapping tensors', { x: tensor(0, 16, [2, 2]), y: tensor(8, 24, [2, 2]) }],
    ['a gap', { x: tensor(0, 8, [1, 2]), y: tensor(16, 24, [1, 2]) }],
    ['an end before the beginning', { x: tensor(24, 0, [0, 3]) }],
  ])('%s', async (_, header) => {
    expect((await failure(write(JSON.stringify(header)))).code).toMatch(/safetensors-(offsets|size)/);
  });

  it('offsets that the shape does not agree with', async () => {
    const error = await failure(write(JSON.stringify({ x: tensor(0, 24, [3, 3]) })));
    expect(error.code).toBe('safetensors-size');
    expect(error.message).toContain('36 bytes, but the offsets 0 to 24');
  });

  it('a file without embeddings, saying what there is', async () => {
    const error = await failure(write(JSON.stringify({ x: tensor(0, 24, [3], 'I64') })));
    expect(error.code).toBe('no-embeddings');
    expect(error.message).toContain('x (int64, shape (3,)) cannot be read as embeddings: one value a row');
  });

  it('different numbers of rows', async () => {
    const header = { a: tensor(0, 8, [2, 1]), b: tensor(8, 24, [4, 1]) };
    expect((await failure(write(JSON.stringify(header)))).code).toBe('unequal-rows');
  });
});
