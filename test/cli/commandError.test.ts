import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatInputError } from '../../server/cli/commandError.ts';
import { InputError } from '../../server/engine/problems.ts';

it('files are named from the working directory on', () => {
  const file = join(process.cwd(), 'data', 'a.npy');
  const said = (message: string, place = {}) => formatInputError(new InputError('npy-magic', message, place));
  const from = join('data', 'a.npy');
  expect(said(`${file}: not a .npy array`, { file })).toBe(`${from}: not a .npy array [npy-magic]`);
  expect(said('no number', { file, line: 3 })).toBe(`${from}:3: no number [npy-magic]`);
  expect(said('no number', { file: '/elsewhere/b.npy' })).toBe('/elsewhere/b.npy: no number [npy-magic]');
});
