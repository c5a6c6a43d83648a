import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { textLines } from '../../../server/engine/datasets/textLines.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { inputErrorOf } from './openForTest.ts';
import { openSamples, rowTexts } from './openSamples.ts';

const folder = useTemporaryFolder();

async function read(content: string | Uint8Array, limit?: number): Promise<string[][]> {
  await writeFile(join(folder(), 'lines.txt'), content);
  const dataset = await openSamples(textLines, { path: 'lines.txt', limit }, folder());
  try {
    expect(dataset.facts.ids).toHaveLength(dataset.count);
    return await rowTexts(dataset);
  } finally {
    await dataset.close();
  }
}

it('reads a row a line, leaves blank ones out and keeps the numbers of lines', async () => {
  expect(await read('\ufeffa cat\r\n\n  \nzwei Hünde 🐕\nlast')).toEqual([
    ['line 1', 'a cat'],
    ['line 4', 'zwei Hünde 🐕'],
    ['line 5', 'last'],
  ]);
  expect(await read('a\nb\nc\n', 2)).toEqual([
    ['line 1', 'a'],
    ['line 2', 'b'],
  ]);
});

describe('lines of numbers', () => {
  const vectors = ['0.5 -1e-3 2 .25', '1 2 3 4', 'nan 0 inf 7.'];
  const named = vectors.map((line, i) => `word${i} ${line}`);

  it.each([
    ['of savetxt', vectors.join('\n'), 'np.loadtxt("lines.txt", dtype="float32")'],
    ['with commas', vectors.join('\n').replaceAll(' ', ','), 'np.loadtxt('],
    ['of GloVe', named.join('\n'), '[line.split()[1:] for line in open("lines.txt")]'],
    ['of word2vec', ['3 4', ...named].join('\n'), 'open("lines.txt")][1:]'],
  ])('%s are refused with the line that saves them as an array', async (_, content, advice) => {
    await writeFile(join(folder(), 'lines.txt'), content);
    const error = await inputErrorOf(openSamples(textLines, { path: 'lines.txt' }, folder()));
    expect(error.code).toBe('lines-of-numbers');
    expect(error.message).toContain(advice);
    expect(error.message).toContain('np.save("lines.npy", ');
  });

  it.each([
    ['a text among them', [...vectors, 'a cat of 1 2 3 4']],
    ['short ones', ['1 2 3', '4 5 6']],
    ['texts with numbers', ['10 cats', '1 2 3 4 cats', '3 dogs']],
    ['a single one', ['1 2 3 4']],
  ])('%s are texts', async (_, lines) => {
    expect(await read(lines.join('\n'))).toHaveLength(lines.length);
  });
});

it('agrees with splitting the whole text', async () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1 }), async (lines) => {
      const text = lines.join('\n');
      const expected = text.split('\n').map((part) => part.trim());
      if (expected.every((part) => part === '')) return;
      expect((await read(text)).map((row) => row[1])).toEqual(expected.filter((part) => part !== ''));
    }),
    { numRuns: 50 },
  );
});

it('reads lines that cross the borders of its chunks', async () => {
  const lines = Array.from({ length: 5 }, (_, index) => `${index}é`.repeat(150_000));
  expect((await read(lines.join('\n'))).map((row) => row[1])).toEqual(lines);
});

it.each([
  ['an empty file', '', 'no-rows', 'empty'],
  ['blank lines only', '\n \n', 'no-rows', 'blank'],
  ['bytes that are not UTF-8', Buffer.from('fine\nbad \xe9\n', 'latin1'), 'not-utf-8', 'Line 2'],
  ['a line without an end', 'x'.repeat(3 << 20), 'line-too-long', 'Line 1'],
])('%s is an error that names the file', async (_, content, code, found) => {
  const error: unknown = await read(content).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code, message: expect.stringContaining(found) as string });
  expect((error as Error).message).toContain('lines.txt');
});

it('names a file that is missing, or is a folder', async () => {
  for (const path of ['missing.txt', '.']) {
    await expect(openSamples(textLines, { path }, folder())).rejects.toMatchObject({
      code: 'file-unreadable',
    });
  }
});
