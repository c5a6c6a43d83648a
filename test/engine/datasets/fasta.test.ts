import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fasta } from '../../../server/engine/datasets/fasta.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { contextFor } from './openForTest.ts';
import { loadedRow, openSamples } from './openSamples.ts';

const folder = useTemporaryFolder();
const open = (params: Parameters<typeof openSamples<typeof fasta.params>>[1], seed = 0) =>
  openSamples(fasta, params, folder(), seed);

async function write(name: string, content: string | Uint8Array): Promise<string> {
  await writeFile(join(folder(), name), content);
  return name;
}

const text = `>sp|P1|ONE_HUMAN First protein OS=Homo sapiens OX=9606
mkv
LLA*
>P2 second
MM1K
>P3
MKV
>P1 again
MKV

>P5 fifth
GGG`;

const skipped = [
  { id: 'P2', reason: 'line 5 has "1" in a sequence, expected letters of amino acids alone' },
  { id: 'P3', reason: 'line 6 has no description' },
  { id: 'P1', reason: 'line 8 has the name of line 1' },
];

it.each([
  ['plain', text],
  ['gzipped', gzipSync(text)],
  ['gzipped in parts', Buffer.concat([gzipSync(text.slice(0, 70)), gzipSync(text.slice(70))])],
])('gives sequences and descriptions, %s', async (_, content) => {
  const dataset = await open({ path: await write('a.fasta', content) });
  expect(dataset.modalities).toEqual([
    { name: 'protein', content: 'protein' },
    { name: 'text', content: 'text' },
  ]);
  expect(dataset.facts).toEqual({ ids: ['P1', 'P5'] });
  expect(dataset.skipped).toEqual(skipped);
  expect(await loadedRow(dataset, 1)).toEqual(['GGG', 'fifth']);
  expect(await dataset.read(0)).toEqual({
    id: 'P1',
    items: [
      { content: 'protein', name: 'P1', sequence: 'MKVLLA' },
      { content: 'text', text: 'First protein' },
    ],
  });
  await dataset.close();
});

it('gives what is asked for alone, or what the first record has', async () => {
  const path = await write('a.fasta', text);
  const proteins = await open({ path, contents: ['protein'] });
  expect(proteins.modalities.map(({ name }) => name)).toEqual(['protein']);
  expect(proteins.facts.ids).toEqual(['P1', 'P3', 'P5']);
  const texts = await open({ path, contents: ['text'] });
  expect(await loadedRow(texts, 0)).toEqual(['First protein']);
  const bare = await open({ path: await write('b.fa', '>a\nM\n>b with words\nK\n') });
  expect([bare.modalities.length, bare.count]).toEqual([1, 2]);
  for (const dataset of [proteins, texts, bare]) await dataset.close();
});

it('takes the first rows without reading on, or random ones', async () => {
  const many = Array.from({ length: 50 }, (_, i) => `>p${i}\n${'M'.repeat(i + 1)}\n`).join('');
  const path = await write('a.fasta', many);
  const first = await open({ path: await write('cut.fasta', `${many}>broken\n1\n`), limit: 3 });
  expect(first.facts.ids).toEqual(['p0', 'p1', 'p2']);
  expect(first.skipped).toEqual([]);
  const random = await open({ path, limit: 10, sampling: 'random' }, 3);
  expect(random.count).toBe(10);
  for (const [index, id] of random.facts.ids!.entries()) {
    expect(await loadedRow(random, index)).toEqual(['M'.repeat(Number(id.slice(1)) + 1)]);
  }
  const again = await open({ path, limit: 10, sampling: 'random' }, 3);
  expect(again.facts).toEqual(random.facts);
  for (const dataset of [first, random, again]) await dataset.close();
});

describe('bad input', () => {
  it.each([
    ['empty', '', 'no-rows', 'is empty'],
    ['no usable record', '>a\n1\n', 'no-rows', 'first: a: line 2 has "1"'],
    ['another format', '{"a": 1}', 'fasta-invalid', 'begins with "{\\"a\\": 1}" (line 1)'],
    ['gzip cut off', gzipSync(text).subarray(0, 60), 'file-unreadable', 'unexpected end of file'],
  ])('%s', async (_, content, code, message) => {
    const path = await write('a.fasta', content);
    await expect(open({ path })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message) as string,
    });
  });

  it('no file', async () => {
    await expect(open({ path: 'missing.fasta' })).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it('a cancelled run', async () => {
    const path = await write('a.fasta', text);
    const context = { ...contextFor(folder()), signal: AbortSignal.abort() };
    await expect(fasta.open(fasta.params.parse({ path }), context)).rejects.toThrow('abort');
  });
});

it('knows its files by their names', async () => {
  for (const name of ['a.fasta', 'a.FA', 'a.faa.gz']) expect(await fasta.recognises!(name, false)).toBe(true);
  for (const name of ['a.txt', 'a.gz', 'fasta']) expect(await fasta.recognises!(name, false)).toBe(false);
});
