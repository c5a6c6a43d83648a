import { relative, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { classesParam, selectClasses } from './classSelection.ts';
import { leftOutNotes, leftOutTypes, withLeftOutRows, type LeftOut } from './dataNotes.ts';
import { contentNouns, contentsParam, fileContents, type FileContent } from './contentOfName.ts';
import { defineReader, type Item, type RowFacts, type SampleDataset, type SkippedRow } from './dataset.ts';
import { mediaBytesItem } from './mediaItem.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { shardPaths } from './shardPaths.ts';
import type { TarMember } from './tarIndex.ts';
import { listTarSamples, readTarMember, type TarSample } from './tarSamples.ts';
import { decodeText } from './textFile.ts';

const params = z.strictObject({
  path: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe(
      'The `.tar` shards: a file, a list, or a pattern such as `train-{000..010}.tar` or `train-*.tar`.',
    ),
  contents: contentsParam,
  caption: z
    .string()
    .min(1)
    .default('caption')
    .describe('The key of the caption in the `.json` member, for samples that have no `.txt` member.'),
  attributes: z
    .array(z.string().min(1))
    .default([])
    .describe('Keys of the `.json` members to keep as attributes of the rows, for example `[gender, age]`.'),
  classes: classesParam,
  ...samplingParams,
});

/** WebDataset shards. */
export const webDataset = defineReader({
  kind: 'webdataset',
  title: 'WebDataset',
  description:
    'Tar shards whose members belong together when their names agree up to the first dot: an image (`jpg`, `png`, `webp`, …), audio (`wav`, `flac`, `mp3`, …), a video (`mp4`, `webm`, …), a tensor (`npy`), a text (`txt`, or a key of `json`), a label (`cls`), attributes (keys of `json`). Read in place, in any order; nothing is unpacked.',
  gives: 'samples',
  params,
  recognises: (path, isFolder) => Promise.resolve(!isFolder && /\.tar$/i.test(path)),
  paramsFor: (path) => ({ path }),
  async open(given, { baseFolder, random, signal }) {
    const patterns = typeof given.path === 'string' ? [given.path] : given.path;
    const listed = await Promise.all(patterns.map((path) => shardPaths(resolve(baseFolder, path))));
    const shards = [...new Set(listed.flat())];
    const samples: TarSample[] = [];
    const skipped: SkippedRow[] = [];
    for (const shard of shards) {
      const prefix = shards.length === 1 ? '' : `${relative(baseFolder, shard)}:`;
      const found = await listTarSamples(shard, prefix, given, signal);
      samples.push(...found.samples);
      skipped.push(...found.skipped);
    }
    const where = patterns.join(', ');
    const all = toDataset(samples, skipped, given, where);
    const expected = 'a member `.cls` with its class in every sample';
    return selectSamples(selectClasses(all, given.classes, { where, expected }), given, random);
  },
});

function toDataset(
  samples: readonly TarSample[],
  unusable: readonly SkippedRow[],
  { contents: wanted, attributes }: Pick<z.output<typeof params>, 'contents' | 'attributes'>,
  path: string,
): SampleDataset {
  const possible = [...fileContents, 'text'] as const;
  const contents = possible.filter(
    (content) =>
      wanted?.includes(content) ?? samples.some((sample) => memberOf(sample, content) !== undefined),
  );
  const skipped = [...unusable];
  const kept = samples.filter((sample) => {
    const unread = sample.unreadMedia.find(({ content }) => wanted?.includes(content) ?? true);
    if (unread !== undefined) {
      skipped.push({ id: sample.id, reason: `${unread.name}: ${unread.reason}` });
      return false;
    }
    const missing = contents.filter((content) => memberOf(sample, content) === undefined);
    if (missing.length > 0) {
      const nouns = missing.map((content) => contentNouns[content]);
      skipped.push({ id: sample.id, reason: `the sample has no ${nouns.join(' and no ')}` });
    }
    return missing.length === 0;
  });
  if (contents.length === 0 || kept.length === 0) {
    const asked = wanted?.join(', ') ?? 'an image, audio, a video, a tensor or a text';
    const found = `${path} gives no row with ${asked}; expected members such as \`0001.jpg\` and \`0001.txt\``;
    throw new InputError('no-rows', withLeftOutRows(found, skipped));
  }
  return {
    kind: 'samples',
    // Who says which contents to take has said which not to take.
    notes: wanted === undefined ? leftOutNotes(path, 'type of member', unreadMembers(kept)) : [],
    modalities: contents.map((content) => ({ name: content, content })),
    count: kept.length,
    facts: factsOf(kept, attributes),
    skipped,
    async read(index) {
      const sample = kept[index]!;
      const items = contents.map((content) => itemOf(sample, content));
      return { id: sample.id, items: await Promise.all(items) };
    },
    close: () => Promise.resolve(),
  };
}

function unreadMembers(samples: readonly TarSample[]): LeftOut[] {
  return leftOutTypes(
    samples.flatMap(({ id, unread }) => unread.map((end) => [end, `${id}.${end}`] as const)),
  );
}

/** What a sample has of a content: its member, or the text from JSON. */
function memberOf({ media, text }: TarSample, content: FileContent | 'text'): TarMember | string | undefined {
  return content === 'text' ? text : media.get(content);
}

async function itemOf({ media, text, shard }: TarSample, content: FileContent | 'text'): Promise<Item> {
  if (content === 'text') return { content, text: await textOf(shard, text!) };
  const member = media.get(content)!;
  return mediaBytesItem(content, () => readTarMember(shard, member), `${member.name} in ${shard}`);
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

async function textOf(shard: string, text: TarMember | string): Promise<string> {
  if (typeof text === 'string') return text;
  const name = `${text.name} in ${shard}`;
  const caption = decodeText(await readTarMember(shard, text), name).trim();
  if (caption === '') throw new InputError('empty-caption', `${name} is empty`, { file: shard });
  return caption;
}
