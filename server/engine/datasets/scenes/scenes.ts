import { z } from 'zod';
import { classesParam, selectClasses } from '../classSelection.ts';
import { defineReader, type ReadContext, type SampleDataset } from '../dataset.ts';
import { samplingParams } from '../sampling.ts';
import { selectSamples } from '../selectSamples.ts';
import { describeScene } from './describeScene.ts';
import { renderScene } from './renderScene.ts';
import { drawScene, relationOf, zoneOf, type Scene } from './scene.ts';

const params = z.strictObject({
  count: z.number().int().min(1).max(10_000_000).default(512).describe('How many image–text pairs to make.'),
  resolution: z
    .number()
    .int()
    .min(8)
    .max(4096)
    .default(128)
    .describe('Width and height of the images, in pixels.'),
  mismatch: z
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe(
      'The share of rows, from 0 to 1, that have the caption of another one of them. The attribute `mismatched` says which.',
    ),
  classes: classesParam,
  ...samplingParams,
});

/** The built-in dataset: rendered scenes with captions. */
export const scenes = defineReader({
  kind: 'scenes',
  title: 'Scenes (built in)',
  description:
    'Image–text pairs made on the spot, without a download: one to three shapes of a colour, texture, size and place, with captions in varied words, the main (largest) shape as class label, and attributes. The seed and a row’s number alone determine its scene, at any resolution.',
  gives: 'samples',
  params,
  open(given, context) {
    const place = { where: 'the scenes', expected: 'the shape that is the largest' };
    const ofClasses = selectClasses(toDataset(given, context), given.classes, place);
    return Promise.resolve(selectSamples(ofClasses, given, context.random));
  },
});

function toDataset(
  { count, resolution, mismatch }: z.output<typeof params>,
  context: ReadContext,
): SampleDataset {
  const random = context.random.stream('scenes');
  const sceneOf = (index: number): Scene => drawScene(random.stream(`scene/${index}`));
  const idOf = (index: number): string => `scene-${index}`;

  const captionSources = Uint32Array.from({ length: count }, (_, index) => index);
  // A cycle through the chosen rows: none of them keeps its caption. One alone has none to swap with.
  const swapped = random.stream('mismatch').choose(count, Math.round(mismatch * count));
  const cycle = random.stream('cycle').shuffle(swapped);
  cycle.forEach((row, at) => (captionSources[row] = cycle[(at + 1) % cycle.length]!));

  const labels: string[] = [];
  const attributes: Record<string, string[]> = {};
  for (let index = 0; index < count; index++) {
    context.signal.throwIfAborted();
    const described = attributesOf(sceneOf(index));
    labels.push(described.shape);
    const mismatched = captionSources[index] === index ? 'no' : 'yes';
    for (const [name, value] of Object.entries({ ...described, mismatched }))
      (attributes[name] ??= []).push(value);
  }

  return {
    kind: 'samples',
    notes: [],
    modalities: [
      { name: 'image', content: 'image' },
      { name: 'text', content: 'text' },
    ],
    count,
    facts: { ids: labels.map((_, index) => idOf(index)), labels, attributes },
    skipped: [],
    read(index) {
      const id = idOf(index);
      const source = captionSources[index]!;
      const text = describeScene(sceneOf(source), random.stream(`caption/${source}`));
      const load = () => {
        const rgb = renderScene(sceneOf(index), resolution);
        return Promise.resolve({ kind: 'pixels', width: resolution, height: resolution, rgb } as const);
      };
      const items = [{ content: 'image', name: id, load } as const, { content: 'text', text } as const];
      return Promise.resolve({ id, items });
    },
    close: () => Promise.resolve(),
  };
}

/** The attributes of a row: those of the main shape, then those of the picture. */
function attributesOf({ objects, background }: Scene) {
  const [main, second] = [objects[0]!, objects[1]];
  const { shape, colour, texture, size } = main;
  const position = zoneOf(main)!;
  const relation = second === undefined ? 'none' : relationOf(main, second)!;
  return { shape, colour, texture, size, position, relation, count: String(objects.length), background };
}
