import type { z } from 'zod';
import type { Item, ReaderDefinition, SampleDataset } from '../../../server/engine/datasets/dataset.ts';
import { Random } from '../../../server/engine/numerics/random.ts';

/** Opens rows to embed with a reader, as a run does: parameters are parsed first. */
export async function openSamples<Params extends z.ZodObject>(
  reader: ReaderDefinition<Params>,
  params: z.input<Params>,
  baseFolder: string,
  seed = 0,
): Promise<SampleDataset> {
  const context = { baseFolder, random: new Random(seed), signal: new AbortController().signal };
  const dataset = await reader.open(reader.params.parse(params), context);
  if (dataset.kind !== 'samples') throw new Error(`${reader.kind} gave ${dataset.kind}`);
  return dataset;
}

/** Every row's id and texts, in order. */
export async function rowTexts(dataset: SampleDataset): Promise<[string, ...string[]][]> {
  const rows: [string, ...string[]][] = [];
  for (let index = 0; index < dataset.count; index++) {
    const { id, items } = await dataset.read(index);
    rows.push([id, ...items.filter((item) => item.content === 'text').map((item) => item.text)]);
  }
  return rows;
}

/** What an item is when it is loaded: a text or sequence itself. */
export async function loaded(item: Item | undefined): Promise<unknown> {
  if (item === undefined) throw new Error('there is no item');
  if (item.content === 'text') return item.text;
  return item.content === 'protein' ? item.sequence : await item.load();
}

/** What each item of a row is when it is loaded. */
export async function loadedRow(dataset: SampleDataset, index: number): Promise<unknown[]> {
  return await Promise.all((await dataset.read(index)).items.map(loaded));
}

/** The bytes of the image of a row. */
export async function imageBytes(dataset: SampleDataset, index: number): Promise<Uint8Array> {
  const item = (await dataset.read(index)).items.find(({ content }) => content === 'image');
  if (item?.content !== 'image') throw new Error(`row ${index} has no image`);
  const image = await item.load();
  return image.kind === 'encoded' ? image.bytes : image.rgb;
}
