import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scenes } from '../../../../server/engine/datasets/scenes/scenes.ts';
import { shapes } from '../../../../server/engine/datasets/scenes/shapeDistance.ts';
import { imageBytes, openSamples, rowTexts } from '../openSamples.ts';

describe('rows', () => {
  it('depend on the seed and their number alone', async () => {
    const few = await openSamples(scenes, { count: 8, resolution: 32 }, '.');
    const many = await openSamples(scenes, { count: 50, resolution: 32 }, '.');
    const other = await openSamples(scenes, { count: 8, resolution: 32 }, '.', 1);
    for (const index of [7, 0, 3]) {
      const [row, same, different] = await Promise.all([few, many, other].map((set) => set.read(index)));
      expect([row!.id, row!.items[1]]).toEqual([same!.id, same!.items[1]]);
      expect(row!.items[1]).not.toEqual(different!.items[1]);
      const pixels = await imageBytes(few, index);
      expect(pixels).toEqual(await imageBytes(many, index));
      expect(pixels).not.toEqual(await imageBytes(other, index));
    }
    expect(few.facts.labels).toEqual(many.facts.labels!.slice(0, 8));
  });

  it('may be those of some shapes', async () => {
    const all = await openSamples(scenes, { count: 60 }, '.');
    const [shape] = all.facts.labels!;
    const some = await openSamples(scenes, { count: 60, classes: [shape!], limit: 3 }, '.');
    const ids = all.facts.ids!.filter((_, row) => all.facts.labels![row] === shape);
    expect(some.facts.ids).toEqual(ids.slice(0, 3));
    await expect(openSamples(scenes, { classes: ['sphinx'] }, '.')).rejects.toMatchObject({
      code: 'unknown-class',
    });
  });

  it('have pixels at the resolution asked for', async () => {
    const dataset = await openSamples(scenes, { count: 1, resolution: 33 }, '.');
    const item = (await dataset.read(0)).items[0]!;
    if (item.content !== 'image') throw new Error('expected an image');
    const image = await item.load();
    expect(image).toMatchObject({ kind: 'pixels', width: 33, height: 33 });
    expect(await imageBytes(dataset, 0)).toHaveLength(33 * 33 * 3);
  });

  it('are varied: captions hardly ever repeat, every class and attribute comes up', async () => {
    const dataset = await openSamples(scenes, { count: 1000 }, '.');
    const captions = (await rowTexts(dataset)).map((row) => row[1]!.toLowerCase().replace(/\.$/, ''));
    expect(new Set(captions).size).toBeGreaterThan(980);
    expect(new Set(dataset.facts.labels)).toEqual(new Set(shapes));
    const values = Object.entries(dataset.facts.attributes!).map(([name, all]) => [name, new Set(all).size]);
    expect(Object.fromEntries(values)).toEqual({
      shape: 10,
      colour: 12,
      texture: 4,
      size: 3,
      position: 9,
      relation: 5,
      count: 3,
      background: 8,
      mismatched: 1,
    });
  });
});

describe('mismatch', () => {
  it('swaps the captions of that share of the rows, and says of which', async () => {
    const matched = await openSamples(scenes, { count: 300 }, '.');
    const captions = (await rowTexts(matched)).map((row) => row[1]);
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), async (mismatch, seed) => {
        const truth = seed === 0 ? captions : undefined;
        const dataset = await openSamples(scenes, { count: 300, mismatch }, '.', seed);
        const marked = dataset.facts.attributes!['mismatched']!;
        const expected = Math.round(mismatch * 300);
        expect(marked.filter((mark) => mark === 'yes')).toHaveLength(expected === 1 ? 0 : expected);
        if (truth === undefined) return;
        const found = (await rowTexts(dataset)).map((row) => row[1]);
        expect([...found].sort()).toEqual([...truth].sort());
        expect(found.map((text, index) => (text === truth[index] ? 'no' : 'yes'))).toEqual(marked);
      }),
      {
        numRuns: 15,
        examples: [
          [0.1, 0],
          [1, 0],
          [0, 0],
          [1 / 300, 0],
        ],
      },
    );
  });

  it('leaves images and labels as they are', async () => {
    const matched = await openSamples(scenes, { count: 10, resolution: 16 }, '.');
    const swapped = await openSamples(scenes, { count: 10, resolution: 16, mismatch: 1 }, '.');
    expect(swapped.facts.labels).toEqual(matched.facts.labels);
    expect(await imageBytes(swapped, 4)).toEqual(await imageBytes(matched, 4));
  });
});

it.each([{ count: 0 }, { count: 1.5 }, { resolution: 4 }, { mismatch: 1.1 }, { mismatches: 0.5 }])(
  'refuses %o',
  async (params) => {
    await expect(openSamples(scenes, params, '.')).rejects.toThrow();
  },
);
