import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { npyFile } from '../npyFile.ts';
import { useWorker } from './useWorker.ts';

const { folder, handlers, measure, write } = useWorker();

/** Rows at angles to the first axis: a pair's cosine is that of the difference of its angles. */
async function measureAngles(first: readonly number[], second: readonly number[]): Promise<string> {
  const points = [...first, ...second].flatMap((angle) => [3 * Math.cos(angle), 3 * Math.sin(angle)]);
  await write('angles.npy', npyFile([2, first.length, 2], Float32Array.from(points)));
  return measure('{ kind: npy, path: angles.npy, modalities: [image, text] }');
}

it('gives the pairs with the lowest cosines, the lowest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 8 }), fc.integer({ min: 0, max: 8 })), {
        minLength: 2,
        maxLength: 30,
      }),
      fc.integer({ min: 0, max: 40 }),
      async (angles, count) => {
        const runFolder = await measureAngles(
          angles.map(([a]) => a / 3),
          angles.map(([, b]) => b / 3),
        );
        const { pairs } = await handlers()('worstPairs', { runFolder, modalities: ['image', 'text'], count });
        const cosines = angles.map(([a, b]) => Math.cos((a - b) / 3)).sort((a, b) => a - b);
        expect(pairs).toHaveLength(Math.min(count, angles.length));
        pairs.forEach(({ row, id, cosine }, place) => {
          expect(cosine).toBeCloseTo(cosines[place]!, 5);
          const [a, b] = angles[row]!;
          expect(cosine).toBeCloseTo(Math.cos((a - b) / 3), 5);
          expect(id).toBe(String(row + 1));
        });
        expect(new Set(pairs.map(({ row }) => row)).size).toBe(pairs.length);
      },
    ),
    { numRuns: 15 },
  );
});

it('takes rows beyond the first chunk', async () => {
  const rows = 9000;
  const angles = Array.from({ length: rows }, (_, r) => (r === 8999 ? 2 : r === 4096 ? 1 : 0));
  const runFolder = await measureAngles(new Array<number>(rows).fill(0), angles);
  const { pairs } = await handlers()('worstPairs', { runFolder, modalities: ['text', 'image'], count: 2 });
  expect(pairs.map(({ row }) => row)).toEqual([8999, 4096]);
});

it('calls rows by their number where the data are gone, and refuses a modality that there is none of', async () => {
  const runFolder = await measureAngles([0, 1], [0, 2]);
  await rm(join(folder(), 'angles.npy'));
  const ask = handlers();
  const { pairs } = await ask('worstPairs', { runFolder, modalities: ['image', 'text'], count: 1 });
  expect(pairs).toMatchObject([{ row: 1, id: '2' }]);
  await expect(
    ask('worstPairs', { runFolder, modalities: ['image', 'sound'], count: 1 }),
  ).rejects.toMatchObject({
    code: 'unknown-modality',
    message: expect.stringContaining('image, text') as string,
  });
});
