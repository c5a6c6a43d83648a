import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { flickrCaptions } from '../../../server/engine/datasets/flickrCaptions.ts';
import { recogniseReader } from '../../../server/engine/datasets/recogniseReader.ts';
import { inputErrorOf } from './openForTest.ts';
import { imageBytes, openSamples, rowTexts } from './openSamples.ts';
import { useTableFolder } from './tableFolder.ts';

const { path: folder, write } = useTableFolder();
for (const name of ['10_a.jpg', '11_b.jpg']) write(`Images/${name}`, `bytes of ${name}`);

const files = {
  'Flickr8k.token.txt':
    '10_a.jpg#0\tA child , "asleep" .\r\n10_a.jpg#1\tOne child .\r\n11_b.jpg#0\tA dog | a bone\r\n',
  'results_20130124.token':
    '10_a.jpg#0\tA child , "asleep" .\n10_a.jpg#1\tOne child .\n11_b.jpg#0\tA dog | a bone',
  'results.csv':
    'image_name| comment_number| comment\n10_a.jpg| 0| A child , "asleep" .\n10_a.jpg| 1| One child .\n11_b.jpg| 0| A dog | a bone\n',
  'captions.txt':
    'image,caption\n10_a.jpg,"A child , ""asleep"" ."\n10_a.jpg,One child .\n11_b.jpg,A dog | a bone\n',
};
const rows = [
  ['10_a.jpg#1', 'A child , "asleep" .'],
  ['10_a.jpg#2', 'One child .'],
  ['11_b.jpg#1', 'A dog | a bone'],
];

describe('captions of Flickr8k and Flickr30k', () => {
  it.each(Object.entries(files))('%s', async (name, content) => {
    const path = write(name, content);
    expect((await recogniseReader(join(folder, path), false))?.kind).toBe('flickr-captions');
    const dataset = await openSamples(flickrCaptions, { path }, folder);
    expect(await rowTexts(dataset)).toEqual(rows);
    expect(Buffer.from(await imageBytes(dataset, 2)).toString()).toBe('bytes of 11_b.jpg');
    expect(dataset.facts.relevance).toEqual({ shared: 'image', groups: Int32Array.of(0, 0, 1) });
    expect(dataset.skipped).toEqual([]);
    const first = await openSamples(flickrCaptions, { path, captions: 'first' }, folder);
    expect((await rowTexts(first)).map(([id]) => id)).toEqual(['10_a.jpg', '11_b.jpg']);
  });

  it('name the lines that are damaged, as one of results.csv is, and images that are gone', async () => {
    const path = write(
      'results.csv',
      `${files['results.csv']}11_b.jpg| 4   A dog runs .\n11_b.jpg| 5| \nno.jpg| 0| x\n`,
    );
    const dataset = await openSamples(flickrCaptions, { path }, folder);
    expect(await rowTexts(dataset)).toEqual(rows);
    expect(dataset.skipped).toEqual([
      { id: 'line 5', reason: 'it names no image with a caption' },
      { id: 'line 6', reason: 'the caption is empty' },
      { id: 'no.jpg', reason: expect.stringContaining('there is no such image') as string },
    ]);
  });

  it('commas without quotes, and UTF-16', async () => {
    const text = '\ufeffimage,caption\n10_a.jpg,A child , asleep\n';
    const path = write('captions.txt', Buffer.from(text, 'utf16le'));
    expect(await rowTexts(await openSamples(flickrCaptions, { path }, folder))).toEqual([
      ['10_a.jpg#1', 'A child , asleep'],
    ]);
  });

  it('are captions alone where there are no images, which is said', async () => {
    const path = write('alone/a.token', files['results_20130124.token']);
    const dataset = await openSamples(flickrCaptions, { path }, folder);
    expect(dataset.modalities).toEqual([{ name: 'text', content: 'text' }]);
    expect(dataset.notes).toMatchObject([{ code: 'left-out' }]);
  });

  it('refuse other lines, other images and other encodings', async () => {
    const failure = (path: string, images?: string) =>
      inputErrorOf(openSamples(flickrCaptions, { path, ...(images !== undefined && { images }) }, folder));
    const other = write('other.txt', 'a line\nanother\n');
    expect((await failure(other)).code).toBe('not-flickr-captions');
    expect((await recogniseReader(join(folder, other), false))?.kind).toBe('text-lines');
    const table = write('pairs.csv', 'image,caption\n10_a.jpg,x\n');
    expect((await recogniseReader(join(folder, table), false))?.kind).toBe('table');
    expect((await failure(write('empty.csv', 'image_name| comment_number| comment\n'))).code).toBe('no-rows');
    expect((await failure(write('none.token', 'no.jpg#0\tx\n'), 'Images')).code).toBe('no-rows');
    const latin = write('latin.token', Buffer.from('10_a.jpg#0\tcaf\xe9\n', 'latin1'));
    expect((await failure(latin)).code).toBe('not-utf-8');
  });
});
