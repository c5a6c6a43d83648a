import { mkdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mediaFolder } from '../../../server/engine/datasets/mediaFolder.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { npyFile } from '../../npyFile.ts';
import { imageBytes, loadedRow, openSamples, rowTexts } from './openSamples.ts';

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
    const dataset = await openSamples(mediaFolder, { path: 'data' }, folder());
    expect(dataset.modalities).toEqual([{ name: 'image', content: 'image' }]);
    expect(dataset.facts).toEqual({
      ids: ['cat/1.webp', 'dog/2.jpg', 'dog/deep/1.PNG'],
      labels: ['cat', 'dog', 'dog'],
    });
    expect(dataset.skipped).toEqual([{ id: 'stray.jpg', reason: 'it lies in no class folder' }]);
    expect(Buffer.from(await imageBytes(dataset, 1)).toString()).toBe('d2');
  });

  it('give texts with a prompt', async () => {
    await write({ ...files, '$&/1.jpg': '' });
    const dataset = await openSamples(
      mediaFolder,
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

  it('give some of the classes, before a limit', async () => {
    await write({ ...files, 'ant/1.jpg': 'a1', 'ant/2.jpg': 'a2' });
    const open = (params: object) =>
      openSamples(mediaFolder, { path: 'data', prompt: 'a {class}', ...params }, folder(), 7);
    const dataset = await open({ classes: ['dog', 'ant'] });
    expect(dataset.facts).toEqual({
      ids: ['ant/1.jpg', 'ant/2.jpg', 'dog/2.jpg', 'dog/deep/1.PNG'],
      labels: ['ant', 'ant', 'dog', 'dog'],
    });
    expect(await loadedRow(dataset, 2)).toEqual([{ kind: 'encoded', bytes: Buffer.from('d2') }, 'a dog']);
    const limited = await open({ classes: ['dog'], limit: 1 });
    expect(await rowTexts(limited)).toEqual([['dog/2.jpg', 'a dog']]);
    await rm(join(folder(), 'data', 'cat'), { recursive: true });
    const sampled = { limit: 3, sampling: 'random' };
    expect((await open({ classes: ['dog', 'ant'], ...sampled })).facts).toEqual((await open(sampled)).facts);
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
    const first = await openSamples(mediaFolder, { path: 'data' }, folder());
    expect(await rowTexts(first)).toEqual([
      ['1.jpg', 'one'],
      ['6.jpg', 'six'],
    ]);
    const all = await openSamples(mediaFolder, { path: 'data', captions: 'all' }, folder());
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
    const { skipped } = await openSamples(mediaFolder, { path: 'data' }, folder());
    expect(skipped).toEqual([
      { id: '2.png', reason: 'it has no caption file' },
      { id: '3.jpg', reason: 'its caption file 3.txt is empty' },
      { id: '5.jpg', reason: expect.stringContaining('not valid UTF-8') as string },
      { id: '4.txt', reason: 'the captions have no image' },
    ]);
  });
});

describe('images alone', () => {
  it('are ordered by the bytes of their names', async () => {
    await write({ 'b.jpg': '', 'B.jpg': '', 'ä.jpg': '', 'a10.jpg': '', 'a2.jpg': '', '.hidden.jpg': '' });
    const dataset = await openSamples(mediaFolder, { path: 'data' }, folder());
    expect(dataset.facts.ids).toEqual(['B.jpg', 'a10.jpg', 'a2.jpg', 'b.jpg', 'ä.jpg']);
    const some = await openSamples(mediaFolder, { path: 'data', limit: 2 }, folder());
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
    const dataset = await openSamples(mediaFolder, { path: 'data' }, folder());
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

describe('other contents', () => {
  const modalities = async (params: Parameters<typeof openSamples<typeof mediaFolder.params>>[1]) =>
    (await openSamples(mediaFolder, params, folder())).modalities.map(({ name }) => name);

  it('are sounds, videos and tensors, with classes or captions as images are', async () => {
    await write({ 'dog/1.wav': 'bark', 'cat/1.flac': 'meow' });
    const sounds = await openSamples(mediaFolder, { path: 'data', prompt: 'a {class}' }, folder());
    expect(sounds.modalities).toEqual([
      { name: 'audio', content: 'audio' },
      { name: 'text', content: 'text' },
    ]);
    expect(sounds.facts.labels).toEqual(['cat', 'dog']);
    expect(await loadedRow(sounds, 1)).toEqual([Buffer.from('bark'), 'a dog']);
  });

  it('stay files, or become arrays', async () => {
    await write({ '1.mp4': 'film', '1.npy': npyFile([2], Float32Array.of(1, 2)) });
    const dataset = await openSamples(mediaFolder, { path: 'data' }, folder());
    expect(await loadedRow(dataset, 0)).toEqual([
      { kind: 'file', path: join(await realpath(folder()), 'data', '1.mp4') },
      { shape: [2], data: Float32Array.of(1, 2) },
    ]);
  });

  const several = {
    'a/1.jpg': 'i1',
    'a/1.wav': 'a1',
    'a/1.txt': 'one\nuno',
    'a/2.jpg': 'i2',
    'a/2.wav': 'a2',
    'a/2.txt': 'two',
    'b/1.jpg': 'i3',
    'b/1.png': 'twin',
    'b/1.wav': 'a3',
    'b/3.wav': 'a4',
  };

  it('belong together where their names are equal', async () => {
    await write(several);
    const dataset = await openSamples(mediaFolder, { path: 'data' }, folder());
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['image', 'audio', 'text']);
    expect(dataset.facts).toEqual({ ids: ['a/1', 'a/2'] });
    expect(await loadedRow(dataset, 1)).toEqual([
      { kind: 'encoded', bytes: Buffer.from('i2') },
      Buffer.from('a2'),
      'two',
    ]);
    expect(dataset.skipped).toEqual([
      { id: 'b/1.png', reason: 'b/1.jpg is the image of that name' },
      { id: 'b/3', reason: 'there is no image of that name' },
      { id: 'b/1', reason: 'it has no caption file' },
    ]);
  });

  it('have labels too, or do without captions, when the layout says so', async () => {
    await write(several);
    const classes = await openSamples(mediaFolder, { path: 'data', layout: 'classes' }, folder());
    expect(classes.facts).toEqual({ ids: ['a/1', 'a/2', 'b/1'], labels: ['a', 'a', 'b'] });
    expect(await modalities({ path: 'data', layout: 'files' })).toEqual(['image', 'audio']);
    expect(await modalities({ path: 'data', contents: ['image', 'audio'], layout: 'pairs' })).toEqual([
      'image',
      'audio',
    ]);
  });

  it('are passed over where others are asked for', async () => {
    await write(several);
    const dataset = await openSamples(mediaFolder, { path: 'data', contents: ['audio', 'text'] }, folder());
    expect(dataset.modalities.map(({ name }) => name)).toEqual(['audio', 'text']);
    expect(dataset.facts.ids).toEqual(['a/1.wav', 'a/2.wav']);
    expect(await modalities({ path: 'data', contents: ['image'] })).toEqual(['image']);
    const all = await openSamples(
      mediaFolder,
      { path: 'data', contents: ['audio', 'text'], captions: 'all' },
      folder(),
    );
    expect(all.facts.relevance).toEqual({ shared: 'audio', groups: Int32Array.of(0, 0, 1) });
  });

  it('must match somewhere, be there, and have one caption', async () => {
    await write(several);
    const open = (params: object) => openSamples(mediaFolder, { path: 'data', ...params }, folder());
    await expect(open({ captions: 'all' })).rejects.toMatchObject({ code: 'captions-of-several' });
    await expect(open({ contents: ['image', 'video'] })).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringContaining('no video') as string,
    });
    await expect(open({ contents: ['text'] })).rejects.toMatchObject({ code: 'no-rows' });
    await mkdir(join(folder(), 'mixed'));
    await writeFile(join(folder(), 'mixed', '1.jpg'), '');
    await writeFile(join(folder(), 'mixed', '2.mp4'), '');
    await expect(open({ path: 'mixed' })).rejects.toMatchObject({
      code: 'contents-unmatched',
      message: expect.stringContaining('image: 1, video: 1') as string,
    });
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
      await expect(openSamples(mediaFolder, { path }, folder()), path).rejects.toMatchObject({
        code,
        message: expect.stringContaining(path) as string,
      });
    }
  });

  it('a prompt without classes, and one without a place for the class', async () => {
    await write({ 'a.jpg': '' });
    const open = (prompt: string) => openSamples(mediaFolder, { path: 'data', prompt }, folder());
    await expect(open('a {class}')).rejects.toMatchObject({ code: 'prompt-without-classes' });
    await expect(open('a thing')).rejects.toThrow('must contain {class}');
  });

  it('classes that are not there, and classes of what has none', async () => {
    await write({ 'dog/1.jpg': '', 'cat/1.jpg': '' });
    const open = (params: object) =>
      openSamples(mediaFolder, { path: 'data', classes: ['cat', 'dogg'], ...params }, folder());
    await expect(open({})).rejects.toMatchObject({
      code: 'unknown-class',
      message: expect.stringMatching(
        /data is of the class "dogg"; expected one of cat, dog\. Did you mean "dog"/,
      ) as string,
      place: { file: join(folder(), 'data') },
    });
    const missing = {
      code: 'labels-missing',
      message: expect.stringContaining('read as files, has none') as string,
    };
    await expect(open({ layout: 'files' })).rejects.toMatchObject(missing);
    await write({ 'dog/1.txt': 'a dog' });
    await expect(open({})).rejects.toMatchObject({
      code: 'labels-missing',
      message: expect.stringContaining('read as pairs') as string,
    });
  });

  it('classes asked for where there are none', async () => {
    await write({ 'a.jpg': '' });
    const opened = openSamples(mediaFolder, { path: 'data', layout: 'classes' }, folder());
    await expect(opened).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringContaining('a.jpg') as string,
    });
  });
});

describe('files of formats that are known and not read', () => {
  const open = (params: object = {}) => openSamples(mediaFolder, { path: 'data', ...params }, folder());
  const heic = expect.stringMatching(/^by its name it is HEIC, .* not read; convert it to JPEG/) as string;

  it('are named as rows that are left out, once each', async () => {
    await write({
      'a.jpg': 'a',
      'a.txt': 'one',
      'b.HEIC': 'b',
      'b.txt': 'two',
      'c.bmp': 'c',
      'c.txt': 'three',
    });
    const dataset = await open();
    expect(dataset.facts.ids).toEqual(['a.jpg', 'c.bmp']);
    expect(dataset.skipped).toEqual([{ id: 'b.HEIC', reason: heic }]);
    expect(dataset.notes).toEqual([]);
  });

  it('take the rows along that they would belong to', async () => {
    await write({
      '1.jpg': '',
      '1.wav': '',
      '2.heic': '',
      '2.wav': '',
      '3.heic': '',
      '3.jpg': '',
      '3.wav': '',
    });
    const dataset = await open();
    expect(dataset.facts.ids).toEqual(['1', '3']);
    expect(dataset.skipped).toEqual([
      { id: '2.heic', reason: heic },
      { id: '3.heic', reason: heic },
    ]);
    expect((await open({ contents: ['audio'] })).facts.ids).toEqual(['1.wav', '2.wav', '3.wav']);
    expect((await open({ contents: ['audio'] })).skipped).toEqual([]);
  });

  it('alone, or beside every row, give an error that says so', async () => {
    await write({ 'a.heic': '', 'b.heic': '' });
    expect(await mediaFolder.recognises!(join(folder(), 'data'), true)).toBe(true);
    await expect(open()).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringMatching(
        /holds no image that can be read \(of 2 files: \.heic .*\): a\.heic: by its name it is HEIC/,
      ) as string,
    });
    await write({ 'a.wav': '', 'b.wav': '' });
    await expect(open()).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringMatching(/first: a\.heic: by its name .* `contents: \[audio\]` takes/) as string,
    });
    await expect(open({ contents: ['image', 'audio'] })).rejects.toMatchObject({
      code: 'no-rows',
      message: expect.stringContaining('holds no image that can be read') as string,
    });
  });

  it('are no items where they are tensors', async () => {
    await write({ 'a.jpg': '', 'model.pth': '' });
    const dataset = await open();
    expect(dataset.skipped).toEqual([]);
    expect(dataset.notes[0]!.message).toContain('.pth (model.pth)');
  });
});

it('recognises folders that hold an image, a sound or a video somewhere', async () => {
  await write({ 'readme.md': '', 'a/b/c.jpeg': '' });
  await mkdir(join(folder(), 'empty'));
  expect(await mediaFolder.recognises!(join(folder(), 'data'), true)).toBe(true);
  await mkdir(join(folder(), 'arrays'));
  await writeFile(join(folder(), 'arrays', 'embeddings.npy'), '');
  expect(await mediaFolder.recognises!(join(folder(), 'arrays'), true)).toBe(false);
  await writeFile(join(folder(), 'arrays', 'a.mp3'), '');
  expect(await mediaFolder.recognises!(join(folder(), 'arrays'), true)).toBe(true);
  expect(await mediaFolder.recognises!(join(folder(), 'empty'), true)).toBe(false);
  expect(await mediaFolder.recognises!(join(folder(), 'data', 'readme.md'), false)).toBe(false);
});
