import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasOneLineBreak } from '../../../server/engine/datasets/csvBytes.ts';
import { useTableFolder } from './tableFolder.ts';
import { join } from 'node:path';

const { path, write } = useTableFolder();

it('knows files with one kind of line break, wherever chunks end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.stringMatching(/^[a\r\n]{0,12}$/),
      fc.constantFrom(0, 2 ** 20 - 3),
      async (end, before) => {
        const text = 'a'.repeat(before) + end;
        const breaks = new Set(text.match(/\r\n|\r|\n/g));
        const expected = !breaks.has('\r') && breaks.size <= 1;
        expect(await hasOneLineBreak(join(path, write('a.txt', text)))).toBe(expected);
      },
    ),
    { numRuns: 100 },
  );
});
