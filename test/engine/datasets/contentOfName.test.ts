import { expect, it } from 'vitest';
import {
  contentOfName,
  fileContents,
  fileExtensions,
} from '../../../server/engine/datasets/contentOfName.ts';
import { unreadFile, unreadFormats } from '../../../server/engine/datasets/unreadFormats.ts';

it.each([
  ['a.jpg', 'image'],
  ['a.JPEG', 'image'],
  ['x/b.y.png', 'image'],
  ['scan.dcm', 'image'],
  ['a.bmp', 'image'],
  ['a.JFIF', 'image'],
  ['a.jp2', 'image'],
  ['a.opus', 'audio'],
  ['a.Wav', 'audio'],
  ['a.mkv', 'video'],
  ['a.npy', 'tensor'],
  ['a.svg', null],
  ['jpg', null],
  ['a.jpg/b', null],
  ['a.jpg.txt', null],
  ['.png', null],
] as const)('%s is %s', (name, content) => {
  expect(contentOfName(name)).toBe(content);
});

it('no extension stands for two contents', () => {
  const all = fileContents.flatMap((content) => [
    ...fileExtensions[content],
    ...Object.keys(unreadFormats[content]),
  ]);
  expect(new Set(all).size).toBe(all.length);
});

it('formats that are not read are known by their names', () => {
  expect(unreadFile('a/b.HEIC')).toMatchObject({
    content: 'image',
    reason: expect.stringMatching(/^by its name it is HEIC, .* not read; convert it to /) as string,
  });
  expect(unreadFile('a.m4a')?.content).toBe('audio');
  expect(unreadFile('a.jpg')).toBeNull();
  expect(unreadFile('heic')).toBeNull();
});
