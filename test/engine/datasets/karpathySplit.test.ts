import { describe, expect, it } from 'vitest';
import { join } from 'node:path';
import { karpathySplit } from '../../../server/engine/datasets/karpathySplit.ts';
import { inputErrorOf } from './openForTest.ts';
import { imageBytes, openSamples, rowTexts } from './openSamples.ts';
import { useTableFolder } from './tableFolder.ts';

const { path: folder, write } = useTableFolder();

const sentences = (...raw: string[]) =>
  raw.map((text) => ({ tokens: text.split(' '), raw: text, sentid: 1 }));
const images = [
  {
    sentids: [0, 1],
    imgid: 0,
    filename: 'a.jpg',
    split: 'train',
    sentences: sentences('A dog.', ' One dog. '),
  },
  { filepath: 'val2014', filename: 'b.jpg', split: 'test', sentences: sentences('A cat.', '', 'One cat.') },
  { filename: 'gone.jpg', split: 'test', sentences: sentences('Lost.') },
  { filename: 'a2.jpg', split: 'test', sentences: [] },
];
write('pictures/a.jpg', 'bytes of a');
write('pictures/val2014/b.jpg', 'bytes of b');
const file = () => write('dataset_coco.json', JSON.stringify({ dataset: 'coco', images }));
const open = (params: object = {}) => openSamples(karpathySplit, { path: file(), ...params }, folder);

describe('Karpathy’s splits', () => {
  it('give a row for each caption, which share their images, found in a folder beside the file', async () => {
    const dataset = await open();
    expect(await rowTexts(dataset)).toEqual([
      ['a.jpg#1', 'A dog.'],
      ['a.jpg#2', 'One dog.'],
      ['b.jpg#1', 'A cat.'],
      ['b.jpg#2', 'One cat.'],
    ]);
    expect(Buffer.from(await imageBytes(dataset, 2)).toString()).toBe('bytes of b');
    expect(dataset.facts.relevance).toEqual({ shared: 'image', groups: Int32Array.of(0, 0, 1, 1) });
    expect(dataset.skipped).toEqual([
      { id: 'a2.jpg', reason: 'the image has no caption' },
      { id: 'gone.jpg', reason: expect.stringContaining('there is no such image') as string },
    ]);
  });

  it('take a split or several, and one caption', async () => {
    const test = await open({ split: 'test', captions: 'first', images: 'pictures' });
    expect(await rowTexts(test)).toEqual([['b.jpg', 'A cat.']]);
    expect((await open({ split: ['train', 'test'] })).count).toBe(4);
    expect(await inputErrorOf(open({ split: 'val' }))).toMatchObject({
      code: 'unknown-split',
      message: expect.stringContaining('expected one of train, test') as string,
    });
  });

  it('are captions alone where there are no images, which is said', async () => {
    const path = write('alone/dataset.json', JSON.stringify({ images }));
    const dataset = await openSamples(karpathySplit, { path }, folder);
    expect([dataset.modalities.length, dataset.count, dataset.facts.relevance]).toEqual([1, 5, undefined]);
    expect(dataset.notes).toMatchObject([
      { code: 'left-out', message: expect.stringContaining('`images` says where') as string },
    ]);
  });

  it.each([
    ['other JSON', '{"images": [{"filename": "a.jpg"}]}', 'not-karpathy-split'],
    ['no JSON', '{"images": [', 'bad-json'],
    ['no images', '{"images": []}', 'no-rows'],
    [
      'names that lead outside',
      JSON.stringify({ images: [{ ...images[0], filename: '../x.jpg' }] }),
      'path-outside',
    ],
  ])('refuse %s', async (_, content, code) => {
    const path = write('wrong.json', content);
    expect(
      await inputErrorOf(openSamples(karpathySplit, { path, images: 'pictures' }, folder)),
    ).toMatchObject({ code });
    const path2 = write('found.json', JSON.stringify({ images }));
    const elsewhere = openSamples(karpathySplit, { path: path2, images: 'pictures/val2014/nowhere' }, folder);
    expect((await inputErrorOf(elsewhere)).code).toBe('file-unreadable');
  });

  it('are known by a look at their start', async () => {
    const recognises = (name: string, text: string) =>
      karpathySplit.recognises!(join(folder, write(name, text)), false);
    expect(await recognises('k.json', JSON.stringify({ images }))).toBe(true);
    expect(
      await recognises('coco.json', '{"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}'),
    ).toBe(false);
  });
});
