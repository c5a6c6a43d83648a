import { existsSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cocoCaptions } from '../../../server/engine/datasets/cocoCaptions.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { imageBytes, openSamples, rowTexts } from './openSamples.ts';

const folder = useTemporaryFolder();

const content = {
  info: { anything: true },
  images: [
    { id: 7, file_name: 'b.jpg', width: 3 },
    { id: 3, file_name: 'sub/a.jpg' },
    { id: 9, file_name: 'lonely.jpg' },
    { id: 11, file_name: 'gone.jpg' },
  ],
  annotations: [
    { id: 1, image_id: 3, caption: ' A cat. ' },
    { id: 2, image_id: 7, caption: 'A dog.' },
    { id: 3, image_id: 3, caption: 'One cat.' },
    { id: 4, image_id: 11, caption: 'Lost.' },
    { id: 5, image_id: 99, caption: 'Of nothing.' },
    { id: 6, image_id: 7, caption: '  ' },
  ],
};

async function writeData(captions: unknown = content): Promise<void> {
  await mkdir(join(folder(), 'images', 'sub'), { recursive: true });
  for (const name of ['b.jpg', 'sub/a.jpg', 'lonely.jpg']) {
    await writeFile(join(folder(), 'images', name), `bytes of ${name}`);
  }
  await writeFile(
    join(folder(), 'captions.json'),
    typeof captions === 'string' ? captions : JSON.stringify(captions),
  );
}

const both = { path: 'captions.json', images: 'images' };

describe('rows', () => {
  it('are the images with their first caption, and what is left out is named', async () => {
    await writeData();
    const dataset = await openSamples(cocoCaptions, both, folder());
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['image', 'text']);
    expect(await rowTexts(dataset)).toEqual([
      ['b.jpg', 'A dog.'],
      ['sub/a.jpg', 'A cat.'],
    ]);
    expect(Buffer.from(await imageBytes(dataset, 1)).toString()).toBe('bytes of sub/a.jpg');
    expect(dataset.facts).toEqual({ ids: ['b.jpg', 'sub/a.jpg'] });
    expect(dataset.skipped).toEqual([
      { id: 'caption 5', reason: 'its image 99 is not among the images' },
      { id: 'caption 6', reason: 'it is empty' },
      { id: 'lonely.jpg', reason: 'the image has no caption' },
      { id: 'gone.jpg', reason: expect.stringContaining('there is no such image') as string },
    ]);
  });

  it('are the captions, sharing their images, with `all`', async () => {
    await writeData();
    const dataset = await openSamples(cocoCaptions, { ...both, captions: 'all' }, folder());
    expect(await rowTexts(dataset)).toEqual([
      ['b.jpg#1', 'A dog.'],
      ['sub/a.jpg#1', 'A cat.'],
      ['sub/a.jpg#2', 'One cat.'],
    ]);
    expect(dataset.facts.relevance).toEqual({ shared: 'image', groups: Int32Array.from([0, 1, 1]) });
    const last = await openSamples(cocoCaptions, { ...both, captions: 'all', limit: 2 }, folder());
    expect(last.facts.relevance?.groups).toEqual(Int32Array.from([0, 1]));
  });

  it('have a caption drawn from the seed with `random`', async () => {
    await writeData();
    const draw = async (seed: number) =>
      (
        await rowTexts(await openSamples(cocoCaptions, { ...both, captions: 'random' }, folder(), seed))
      )[1]![1];
    const drawn = new Set<string | undefined>();
    for (let seed = 0; seed < 20; seed++) drawn.add(await draw(seed));
    expect(drawn).toEqual(new Set(['A cat.', 'One cat.']));
    expect(await draw(1)).toBe(await draw(1));
  });

  it('are texts alone without a folder of images', async () => {
    await writeData();
    const dataset = await openSamples(cocoCaptions, { path: 'captions.json', captions: 'all' }, folder());
    expect(dataset.modalities).toEqual([{ name: 'text', content: 'text' }]);
    expect(dataset.count).toBe(4);
    expect(dataset.facts.relevance).toBeUndefined();
  });
});

describe('bad input', () => {
  const duplicate = { ...content, images: [...content.images, { id: 7, file_name: 'c.jpg' }] };
  it.each([
    ['not JSON', '{"images": [', 'bad-json'],
    ['an empty file', '', 'bad-json'],
    ['a list', '[1, 2]', 'not-coco-captions'],
    ['other JSON', { images: [{ id: 'x', file_name: 'a.jpg' }], annotations: [] }, 'not-coco-captions'],
    ['no captions', { images: content.images, annotations: [] }, 'no-rows'],
    ['no images', { images: [], annotations: [] }, 'no-rows'],
    ['an image listed twice', duplicate, 'duplicate-image'],
  ])('%s', async (_, captions, code) => {
    await writeData(captions);
    await expect(openSamples(cocoCaptions, both, folder())).rejects.toMatchObject({
      code,
      message: expect.stringContaining('captions.json') as string,
    });
  });

  it.each(['../secret.jpg', '/etc/passwd', 'out/secret.jpg'])(
    'a file name that leads outside: %s',
    async (name) => {
      await writeData({
        images: [{ id: 1, file_name: name }],
        annotations: [{ image_id: 1, caption: 'x' }],
      });
      await symlink(folder(), join(folder(), 'images', 'out'));
      await writeFile(join(folder(), 'secret.jpg'), 'secret');
      await expect(openSamples(cocoCaptions, both, folder())).rejects.toMatchObject({ code: 'path-outside' });
    },
  );

  it('missing files and folders', async () => {
    await writeData();
    const open = (params: { path: string; images?: string }) => openSamples(cocoCaptions, params, folder());
    await expect(open({ path: 'none.json' })).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(open({ ...both, images: 'none' })).rejects.toMatchObject({ code: 'file-unreadable' });
    await expect(open({ ...both, images: 'captions.json' })).rejects.toMatchObject({ code: 'not-a-folder' });
  });
});

it('recognises its files by a look at their start', async () => {
  await writeData();
  await writeFile(join(folder(), 'other.json'), '{"rows": []}');
  expect(await cocoCaptions.recognises!(join(folder(), 'captions.json'), false)).toBe(true);
  expect(await cocoCaptions.recognises!(join(folder(), 'other.json'), false)).toBe(false);
  expect(await cocoCaptions.recognises!(folder(), true)).toBe(false);
});

const val2017 = '../shared/data/coco_val2017_captions/captions_val2017.json';
describe.skipIf(!existsSync(val2017))('captions_val2017.json (skipped where ../shared is absent)', () => {
  it('has 5,000 images and 25,014 captions', async () => {
    expect(await cocoCaptions.recognises!(val2017, false)).toBe(true);
    const all = await openSamples(cocoCaptions, { path: val2017, captions: 'all' }, '.');
    const first = await openSamples(cocoCaptions, { path: val2017, limit: 3, sampling: 'random' }, '.');
    expect([all.count, all.skipped, first.count]).toEqual([25_014, [], 3]);
    expect(new Set(all.facts.ids).size).toBe(25_014);
  });
});
