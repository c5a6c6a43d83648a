import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileContents } from '../../../server/engine/datasets/contentOfName.ts';
import { mediaBytesItem, mediaFileItem } from '../../../server/engine/datasets/mediaItem.ts';
import { npyFile } from '../../npyFile.ts';
import { useTemporaryFolder } from '../../temporaryFolder.ts';
import { loaded } from './openSamples.ts';

const folder = useTemporaryFolder();
const bytes = Buffer.from([1, 2, 3]);
const npy = npyFile([1, 2], Float32Array.of(4, 5));

it('reads files when they are loaded, but a video stays in its place', async () => {
  const path = (name: string) => join(folder(), name);
  const items = {
    image: mediaFileItem('image', path('a.png'), 'the image'),
    audio: mediaFileItem('audio', path('a.wav'), 'the sound'),
    video: mediaFileItem('video', path('a.mp4'), 'the video'),
    tensor: mediaFileItem('tensor', path('a.npy'), 'the tensor'),
  };
  for (const name of ['a.png', 'a.wav', 'a.mp4']) await writeFile(path(name), bytes);
  await writeFile(path('a.npy'), npy);
  expect(await loaded(items.image)).toEqual({ kind: 'encoded', bytes });
  expect(await loaded(items.audio)).toEqual(bytes);
  expect(await loaded(items.video)).toEqual({ kind: 'file', path: path('a.mp4') });
  expect(await loaded(items.tensor)).toEqual({ shape: [1, 2], data: Float32Array.of(4, 5) });
  for (const [content, item] of Object.entries(items)) expect(item.content).toBe(content);
});

it('takes bytes from elsewhere', async () => {
  const read = () => Promise.resolve(bytes);
  expect(await loaded(mediaBytesItem('image', read, 'x'))).toEqual({ kind: 'encoded', bytes });
  expect(await loaded(mediaBytesItem('audio', read, 'x'))).toEqual(bytes);
  expect(await loaded(mediaBytesItem('video', read, 'x'))).toEqual({ kind: 'bytes', bytes });
  const tensor = mediaBytesItem('tensor', () => Promise.resolve(npy), 'x');
  expect(await loaded(tensor)).toEqual({ shape: [1, 2], data: Float32Array.of(4, 5) });
});

it.each(fileContents)('names a file of %s that is missing or none', async (content) => {
  await mkdir(join(folder(), 'inner'));
  await writeFile(join(folder(), 'file'), '');
  for (const [name, found] of [
    ['missing', 'there is no such file'],
    ['file/below', 'there is no such file'],
    ['inner', 'it is not a regular file'],
  ] as const) {
    await expect(loaded(mediaFileItem(content, join(folder(), name), `my ${name}`))).rejects.toMatchObject({
      code: `${content}-unreadable`,
      message: expect.stringMatching(`my ${name} .*${found}`) as string,
      place: { file: join(folder(), name) },
    });
  }
});
