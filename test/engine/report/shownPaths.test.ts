import { join, sep } from 'node:path';
import { expect, it } from 'vitest';
import { pathShortener } from '../../../server/engine/report/shownPaths.ts';

const base = join(sep, 'home', 'ada', 'project');

it('names what is below the folder from there on, and other files by the way to them', () => {
  const files = [
    join(base, 'a.npy'),
    join(sep, 'home', 'ada', 'data', 'b.npy'),
    join(sep, 'home', 'ada', 'data'),
  ];
  const shorten = pathShortener(base, files);
  expect(shorten(files[0]!)).toBe('a.npy');
  expect(shorten(`${files[1]!}: 1 array, beside ${files[0]!} in ${files[2]!}`)).toBe(
    '../data/b.npy: 1 array, beside a.npy in ../data',
  );
  expect(shorten('no path at all')).toBe('no path at all');
});

it('keeps what the root begins with', () => {
  expect(pathShortener(sep, [])(join(sep, 'data', 'a.npy'))).toBe(join(sep, 'data', 'a.npy'));
});
