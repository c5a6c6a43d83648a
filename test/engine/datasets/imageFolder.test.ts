import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { imageFolder } from '../../../server/engine/datasets/imageFolder.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { imageBytes, openSamples, rowTexts } from './openSamples.ts';

const folder = useTemporaryFolder();

async function write(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder(), 'data', name)), { recursive: true });
    await writeFile(join(folder(), 'data', name), content);
  }
}

describe('class folders', () => {
  const files = {
    'dog/2.jpg': 'd2',
    'dog/deep/1.PNG': 'd1',
    'cat/1.webp': 'c1',
    'stray.jpg': 's',
    'cat/notes.md': '',
  };

  it('give images and labels', async () => {
    await write(files);
    const dataset = await openSamples(imageFolder, { path: 'data' }, folder());
    expect(dataset.modalities).toEqual([{ name: 'image', content: 'image' }]);
    expect(dataset.facts).toEqual({
      ids: ['cat/1.webp', 'dog/2.jpg', 'dog/deep/1.PNG'],
      labels: ['cat', 'dog', 'dog'],
    });
    expect(dataset.skipped).toEqual([{ id: 'stray.jpg', reason: 'the image lies in no class folder' }]);
    expect(Buffer.from(await imageBytes(dataset, 1)).toString()).toBe('d2');
  });

  it('give texts with a prompt', async () => {
    await write({ ...files, '$&/1.jpg': '' });
    const dataset = await openSamples(
      imageFolder,
      { path: 'data', prompt: 'a {class}, the {class}.' },
      folder(),
    );
    expect(await rowTexts(dataset)).toEqual([
      ['$&/1.jpg', 'a $&, the $&.'],
      ['cat/1.webp', 'a cat, the cat.'],
      ['dog/2.jpg', 'a dog, the dog.'],
      ['dog/deep/1.PNG', 'a dog, the dog.'],
    ]);
  });
});

describe('pairs', () => {
  const files = {
    '1.jpg': '1',
    '1.txt': ' one \n\nuno\r\n',
    '2.png': '2',
    '3.jpg': '3',
    '3.txt': '\n',
    '4.txt': 'nothing to see',
    '5.jpg': '5',
    '5.txt': Buffer.from([0xff, 0xfe]),
    '6.jpg': '6',
    '6.txt': 'six',
  };

  it('have the first line, or every line with a relevance map', async () => {
    await write(files);
    const first = await openSamples(imageFolder, { path: 'data' }, folder());
    expect(await rowTexts(first)).toEqual([
      ['1.jpg', 'one'],
      ['6.jpg', 'six'],
    ]);
    const all = await openSamples(imageFolder, { path: 'data', captions: 'all' }, folder());
    expect(await rowTexts(all)).toEqual([
      ['1.jpg#1', 'one'],
      ['1.jpg#2', 'uno'],
      ['6.jpg#1', 'six'],
    ]);
    expect(all.facts.relevance).toEqual({ shared: 'image', groups: Int32Array.from([0, 0, 1]) });
    expect(Buffer.from(await imageBytes(all, 1)).toString()).toBe('1');
  });

  it('name images without captions and captions without images', async () => {
    await write(files);
    const { skipped } = await openSamples(imageFolder, { path: 'data' }, folder());
    expect(skipped).toEqual([
      { id: '2.png', reason: 'the image has no caption file' },
      { id: '3.jpg', reason: 'its caption file 3.txt is empty' },
      { id: '5.jpg', reason: expect.stringContaining('not valid UTF-8') as string },
      { id: '4.txt', reason: 'the captions have no image' },
    ]);
  });
});

describe('images alone', () => {
  it('are ordered by the bytes of their names', async () => {
    await write({ 'b.jpg': '', 'B.jpg': '', 'ä.jpg': '', 'a10.jpg': '', 'a2.jpg': '', '.hidden.jpg': '' });
    const dataset = await openSamples(imageFolder, { path: 'data' }, folder());
    expect(dataset.facts.ids).toEqual(['B.jpg', 'a10.jpg', 'a2.jpg', 'b.jpg', 'ä.jpg']);
    const some = await openSamples(imageFolder, { path: 'data', limit: 2 }, folder());
    expect([some.count, (await some.read(1)).id]).toEqual([2, 'a10.jpg']);
  });

  it('do not come from outside of the folder', async () => {
    await write({ 'a.jpg': 'a' });
    await mkdir(join(folder(), 'outside'));
    await writeFile(join(folder(), 'outside', 'secret.jpg'), 'secret');
    const link = (to: string, name: string) => symlink(to, join(folder(), 'data', name));
    await link(join(folder(), 'outside', 'secret.jpg'), 'file-out.jpg');
    await link(join(folder(), 'outside'), 'folder-out');
    await link(join(folder(), 'data'), 'folder-in');
    await link('nowhere', 'dangling.jpg');
    await link('a.jpg', 'inside.jpg');
    const dataset = await openSamples(imageFolder, { path: 'data' }, folder());
    expect(dataset.facts.ids).toEqual(['a.jpg', 'inside.jpg']);
    expect(Buffer.from(await imageBytes(dataset, 1)).toString()).toBe('a');
    expect(dataset.skipped.map(({ id }) => id).sort()).toEqual([
      'dangling.jpg',
      'file-out.jpg',
      'folder-in',
      'folder-out',
    ]);
  });
});

describe('bad input', () => {
  it('an empty folder, a folder without images, no folder', async () => {
    await mkdir(join(folder(), 'empty'));
    await write({ 'a.csv': '' });
    for (const [path, code] of [
      ['empty', 'no-rows'],
      ['data', 'no-rows'],
      ['missing', 'file-unreadable'],
      ['data/a.csv', 'file-unreadable'],
    ] as const) {
      await expect(openSamples(imageFolder, { path }, folder()), path).rejects.toMatchObject({
        code,
        message: expect.stringContaining(path) as string,
      });
    }
  });

  it('a prompt without classes, and one without a place for the class', async () => {
    await write({ 'a.jpg': '' });
    const open = (prompt: string) => openSamples(imageFolder, { path: 'data', prompt }, folder());
    await expect(open('a {class}')).rejects.toMatchObject({ code: 'prompt-without-classes' });
    await expect(open('a thing')).rejects.toThrow('must contain {class}');
  });

  it('classes asked for where there are none', async () => {
    await write({ 'a.jpg': '' });
    const opened = openSamples(imageFolder, { path: 'data', layout: 'classes' }, folder());
    await expect(opened).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringContaining('a.jpg') as string,
    });
  });
});

it('recognises folders that hold an image somewhere', async () => {
  await write({ 'readme.md': '', 'a/b/c.jpeg': '' });
  await mkdir(join(folder(), 'empty'));
  expect(await imageFolder.recognises!(join(folder(), 'data'), true)).toBe(true);
  expect(await imageFolder.recognises!(join(folder(), 'empty'), true)).toBe(false);
  expect(await imageFolder.recognises!(join(folder(), 'data', 'readme.md'), false)).toBe(false);
});
