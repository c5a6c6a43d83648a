import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readResidueTokenizer } from '../../../../server/engine/encoders/checkpoint/residueTokenizer.ts';
import { useTemporaryFolder } from '../../../temporaryFolder.ts';
import { modelFile } from '../onnxFixture.ts';

const folder = useTemporaryFolder();
const esm = modelFile('protein');
/** ESM's numbers. */
const [start, padding, end, unknown] = [0, 1, 2, 3];

async function withVocabulary(text: string): Promise<string> {
  await writeFile(join(folder(), 'vocab.txt'), text);
  return folder();
}

describe('tokens of a protein', () => {
  it('are its residues between start and end, padded to a multiple of 16', async () => {
    const tokenizer = await readResidueTokenizer(esm, null);
    expect([tokenizer.prefix, tokenizer.suffix]).toEqual([[start], [end]]);
    const { ids, attentionMask, isTruncated } = tokenizer.tokens('LAGV');
    expect([...ids]).toEqual([start, 4, 5, 6, 7, end, ...Array<number>(10).fill(padding)]);
    expect([...attentionMask]).toEqual([1, 1, 1, 1, 1, 1, ...Array<number>(10).fill(0)]);
    expect(isTruncated).toBe(false);
    const lengths = [0, 14, 15, 30].map((length) => tokenizer.tokens('A'.repeat(length)).ids.length);
    expect(lengths).toEqual([16, 16, 32, 32]);
  });

  it('are unknown where the vocabulary does not have them', async () => {
    const { ids } = (await readResidueTokenizer(esm, null)).tokens('LJ*lL');
    expect([...ids.subarray(0, 7)]).toEqual([start, 4, unknown, unknown, unknown, 4, end]);
  });

  it('end with the end where there are too many', async () => {
    const tokenizer = await readResidueTokenizer(esm, 6);
    const fitting = tokenizer.tokens('LAGV');
    expect(fitting).toEqual({
      ids: Int32Array.of(start, 4, 5, 6, 7, end),
      attentionMask: new Int32Array(6).fill(1),
      types: new Int32Array(6),
      isTruncated: false,
    });
    expect(tokenizer.tokens('LAGVS')).toEqual({ ...fitting, isTruncated: true });
  });

  it('are 1026 at most where nothing is said, those of ESM-2', async () => {
    const tokenizer = await readResidueTokenizer(esm, null);
    expect(tokenizer.tokens('A'.repeat(1024))).toMatchObject({ isTruncated: false });
    const { ids, isTruncated } = tokenizer.tokens('A'.repeat(1025));
    expect([ids.length, ids[1025], isTruncated]).toEqual([1026, end, true]);
  });

  it('are told apart by what determines them', async () => {
    const text = await readFile(join(esm, 'vocab.txt'), 'utf8');
    const source = async (path: string, length: number | null) =>
      (await readResidueTokenizer(path, length)).source;
    const first = await source(esm, null);
    expect(await source(await withVocabulary(text), 1026)).toBe(first);
    expect(await source(esm, 20)).not.toBe(first);
    expect(await source(await withVocabulary(text.replace('L\nA', 'A\nL')), null)).not.toBe(first);
  });

  it('are the same for lines that end as on Windows', async () => {
    const text = await readFile(join(esm, 'vocab.txt'), 'utf8');
    const windows = await readResidueTokenizer(await withVocabulary(text.replaceAll('\n', '\r\n')), null);
    expect(windows.tokens('LAGV')).toEqual((await readResidueTokenizer(esm, null)).tokens('LAGV'));
  });
});

describe('a vocabulary that cannot be used', () => {
  it.each(['<cls>', '<eos>', '<pad>', '<unk>', 'A'])('lacks %s', async (token) => {
    const left = ['<cls>', '<pad>', '<eos>', '<unk>', 'L', 'A'].filter((each) => each !== token);
    await expect(readResidueTokenizer(await withVocabulary(left.join('\n')), null)).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining(`vocab.txt: it has no token ${token}`) as string,
    });
  });

  it('is not there', async () => {
    await expect(readResidueTokenizer(folder(), null)).rejects.toMatchObject({ code: 'checkpoint-file' });
  });

  it('is longer than any', async () => {
    await expect(
      readResidueTokenizer(await withVocabulary('A\n'.repeat(600_000)), null),
    ).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining('it has 1200000 bytes, at most 1048576 are read') as string,
    });
  });

  it.each([1, 2])('and %i tokens leave no room', async (length) => {
    await expect(readResidueTokenizer(esm, length)).rejects.toMatchObject({
      code: 'checkpoint-tokenizer',
      message: expect.stringContaining(`${length} tokens leave no room for a protein`) as string,
    });
  });
});
