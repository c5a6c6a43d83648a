import { expect, it } from 'vitest';
import {
  contentOfName,
  fileContents,
  fileExtensions,
} from '../../../server/engine/datasets/contentOfName.ts';

it.each([
  ['a.jpg', 'image'],
  ['a.JPEG', 'image'],
  ['x/b.y.png', 'image'],
  ['scan.dcm', 'image'],
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
  const all = fileContents.flatMap((content) => fileExtensions[content]);
  expect(new Set(all).size).toBe(all.length);
});
