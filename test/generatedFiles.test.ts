import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { generatedFiles } from '../scripts/generatedFiles.ts';

const generated = await generatedFiles();

it.each(Object.keys(generated))('%s is what `npm run generate` writes', async (path) => {
  expect(await readFile(path, 'utf8')).toBe(generated[path]);
});
