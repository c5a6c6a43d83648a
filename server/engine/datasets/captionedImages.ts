import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from '../problems.ts';
import type { Random } from '../numerics/random.ts';
import { captionRows, type CaptionedItem, type captionsParam } from './captionRows.ts';
import type { RowFacts, SampleDataset } from './dataset.ts';
import { mediaFileItem } from './mediaItem.ts';
import { resolveInside } from './resolveInside.ts';
import type { Sampling } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { readTextFile, unreadableFile } from './textFile.ts';
import type { z } from 'zod';

/** An image with its captions, and its file where the images are read. */
export interface CaptionedImage extends CaptionedItem {
  readonly path?: string;
}

/** Rows of images and captions, or of the captions alone, that `captions` and the sampling take. */
export function captionedImages(
  images: readonly CaptionedImage[],
  { hasFiles, skipped, notes }: Pick<SampleDataset, 'skipped' | 'notes'> & { readonly hasFiles: boolean },
  params: Sampling & { readonly captions: z.output<typeof captionsParam> },
  random: Random,
): SampleDataset {
  const { rows, facts } = captionRows('image', images, params.captions, random);
  const text = { name: 'text', content: 'text' } as const;
  const all: SampleDataset = {
    kind: 'samples',
    notes,
    modalities: hasFiles ? [{ name: 'image', content: 'image' }, text] : [text],
    count: rows.length,
    facts: hasFiles ? facts : withoutRelevance(facts),
    skipped,
    read(index) {
      const { item, caption } = rows[index]!;
      const { id, path } = images[item]!;
      const textItem = { content: 'text', text: caption } as const;
      const items = path === undefined ? [textItem] : [mediaFileItem('image', path, id), textItem];
      return Promise.resolve({ id: facts.ids![index]!, items });
    },
    close: () => Promise.resolve(),
  };
  return selectSamples(all, params, random);
}

/** With the captions alone there is no image that rows could share. */
function withoutRelevance({ ids }: RowFacts): RowFacts {
  return ids === undefined ? {} : { ids };
}

/** @throws InputError `not-a-folder`, `file-unreadable`. */
export async function checkImageFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: unknown) => {
    throw unreadableFile(folder, error);
  });
  if (!found.isDirectory()) {
    throw new InputError('not-a-folder', `\`images\` must be a folder, but ${folder} is a file`, {
      file: folder,
    });
  }
}

/** Images as a file of captions lists them: by their names, the likeliest first. */
export interface ListedImage extends CaptionedItem {
  readonly names: readonly string[];
}

/**
 * Finds the files of listed images, in the folder that is given, or else in that of the file of captions or one in it,
 * which is the first that holds one of the first images. Where none does, the captions stand alone, and a note says so.
 *
 * @throws InputError `not-a-folder`, `file-unreadable`, `path-outside`, `no-rows` when no image has a file.
 */
export async function findImages(
  listed: readonly ListedImage[],
  path: string,
  given: string | undefined,
): Promise<Pick<SampleDataset, 'skipped' | 'notes'> & { images: CaptionedImage[]; hasFiles: boolean }> {
  if (given !== undefined) await checkImageFolder(given);
  const folder = given ?? (await folderOfImages(listed.slice(0, firstImages), dirname(path)));
  if (folder === undefined) {
    const message = `${basename(path)}: the images were not read: they lie neither beside the file nor in a folder beside it; \`images\` says where`;
    return { images: [...listed], skipped: [], hasFiles: false, notes: [{ code: 'left-out', message }] };
  }
  const images: CaptionedImage[] = [];
  const skipped: { id: string; reason: string }[] = [];
  for (const image of listed) {
    const file = fileIn(folder, image);
    if (file === undefined) skipped.push({ id: image.id, reason: `there is no such image in ${folder}` });
    else images.push({ ...image, path: file });
  }
  if (images.length === 0) {
    throw new InputError('no-rows', `${path}: none of its ${listed.length} images is in ${folder}`, {
      file: path,
    });
  }
  return { images, skipped, hasFiles: true, notes: [] };
}

/** Images of which one tells the folder. */
const firstImages = 20;

async function folderOfImages(listed: readonly ListedImage[], beside: string): Promise<string | undefined> {
  const entries = await readdir(beside, { withFileTypes: true });
  const inside = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(beside, name));
  return [beside, ...inside.sort()].find((folder) => listed.some((image) => fileIn(folder, image)));
}

function fileIn(folder: string, { names }: ListedImage): string | undefined {
  return names.map((name) => resolveInside(folder, name)).find((file) => existsSync(file));
}

/** @throws InputError `bad-json`, and those of `readTextFile`. */
export async function parseJsonFile(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    const found = text.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new InputError('bad-json', `${path} is not valid JSON: ${found}`, { file: path });
  }
}
