import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { defineReader, type Item, type RowFacts, type SampleDataset, type SkippedRow } from './dataset.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { shardPaths } from './shardPaths.ts';
import type { TarMember } from './tarIndex.ts';
import { listTarSamples, readTarMember, type TarSample } from './tarSamples.ts';
import { decodeText } from './textFile.ts';

/** WebDataset shards. */
export const webDataset = defineReader({
  kind: 'webdataset',
  title: 'WebDataset',
  description:
    'Tar shards whose members belong together when their names agree up to the first dot: an image (`jpg`, `png`, `webp`, …), a text (`txt`, or a key of `json`), a label (`cls`), attributes (keys of `json`). Read in place, in any order; nothing is unpacked.',
  gives: 'samples',
  params: z.strictObject({
    path: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .describe(
        'The `.tar` shards: a file, a list, or a pattern such as `train-{000..010}.tar` or `train-*.tar`.',
      ),
    caption: z
      .string()
      .min(1)
      .default('caption')
      .describe('The key of the caption in the `.json` member, for samples that have no `.txt` member.'),
    attributes: z
      .array(z.string().min(1))
      .default([])
      .describe(
        'Keys of the `.json` members to keep as attributes of the rows, for example `[gender, age]`.',
      ),
    ...samplingParams,
  }),
  recognises: (path, isFolder) => Promise.resolve(!isFolder && /\.tar$/i.test(path)),
  paramsFor: (path) => ({ path }),
  async open(params, { baseFolder, random, signal }) {
    const patterns = typeof params.path === 'string' ? [params.path] : params.path;
    const listed = await Promise.all(patterns.map((path) => shardPaths(resolve(baseFolder, path))));
    const shards = [...new Set(listed.flat())];
    const samples: TarSample[] = [];
    const skipped: SkippedRow[] = [];
    for (const shard of shards) {
      const prefix = shards.length === 1 ? '' : `${relative(baseFolder, shard)}:`;
      const found = await listTarSamples(shard, prefix, params, signal);
      samples.push(...found.samples);
      skipped.push(...found.skipped);
    }
    const all = toDataset(samples, skipped, params.attributes, patterns.join(', '));
    return selectSamples(all, params, random);
  },
});

function toDataset(
  samples: readonly TarSample[],
  unusable: readonly SkippedRow[],
  attributeNames: readonly string[],
  path: string,
): SampleDataset {
  const hasImages = samples.some(({ image }) => image !== undefined);
  const hasTexts = samples.some(({ text }) => text !== undefined);
  const skipped = [...unusable];
  const kept = samples.filter(({ id, image, text }) => {
    const missing = [
      ...(hasImages && image === undefined ? ['image'] : []),
      ...(hasTexts && text === undefined ? ['text'] : []),
    ];
    if (missing.length > 0) skipped.push({ id, reason: `the sample has no ${missing.join(' and no ')}` });
    return missing.length === 0;
  });
  if (!(hasImages || hasTexts) || kept.length === 0) {
    const first = skipped[0] === undefined ? '' : ` (first: ${skipped[0].id}: ${skipped[0].reason})`;
    const expected = 'expected members such as `0001.jpg` and `0001.txt`';
    throw new InputError('no-rows', `${path} gives no row with an image or a text${first}; ${expected}`);
  }
  return {
    kind: 'samples',
    modalities: [
      ...(hasImages ? [{ name: 'image', content: 'image' } as const] : []),
      ...(hasTexts ? [{ name: 'text', content: 'text' } as const] : []),
    ],
    count: kept.length,
    facts: factsOf(kept, attributeNames),
    skipped,
    async read(index) {
      const { id, shard, image, text } = kept[index]!;
      const items: Item[] = [];
      if (hasImages) items.push(imageItem(shard, image!));
      if (hasTexts) items.push({ content: 'text', text: await textOf(shard, text!) });
      return { id, items };
    },
    close: () => Promise.resolve(),
  };
}

function factsOf(samples: readonly TarSample[], attributeNames: readonly string[]): RowFacts {
  const labels = samples.map(({ label }) => label).filter((label) => label !== undefined);
  return {
    ids: samples.map(({ id }) => id),
    ...(labels.length === samples.length && { labels }),
    ...(attributeNames.length > 0 && {
      attributes: Object.fromEntries(
        attributeNames.map((name, at) => [name, samples.map(({ attributes }) => attributes[at]!)]),
      ),
    }),
  };
}

function imageItem(shard: string, member: TarMember): Item {
  return {
    content: 'image',
    name: `${member.name} in ${shard}`,
    load: async () => ({ kind: 'encoded', bytes: await readTarMember(shard, member) }),
  };
}

async function textOf(shard: string, text: TarMember | string): Promise<string> {
  if (typeof text === 'string') return text;
  const name = `${text.name} in ${shard}`;
  const caption = decodeText(await readTarMember(shard, text), name).trim();
  if (caption === '') throw new InputError('empty-caption', `${name} is empty`, { file: shard });
  return caption;
}
