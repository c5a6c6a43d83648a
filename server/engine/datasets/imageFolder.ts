import { readdir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { captionRows, captionsParam, type CaptionedImage } from './captionRows.ts';
import {
  defineReader,
  type Item,
  type ReadContext,
  type RowFacts,
  type SampleDataset,
  type SkippedRow,
} from './dataset.ts';
import { listFolder, type ListedFile } from './folderListing.ts';
import { imageFileItem, isImageName } from './imageFile.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { readTextFile } from './textFile.ts';

const params = z.strictObject({
  path: z.string().min(1).describe('The folder of images; its folders are searched too.'),
  layout: z
    .enum(['auto', 'classes', 'pairs', 'images'])
    .default('auto')
    .describe(
      'What the folder holds: `classes`, a folder for each class (`dog/1.jpg`); `pairs`, a text file of captions beside each image (`1.jpg`, `1.txt`); `images`, images alone; `auto`, `pairs` if an image has a text file, else `classes` if an image lies in a folder, else `images`.',
    ),
  prompt: z
    .string()
    .includes('{class}', { message: 'must contain {class}' })
    .optional()
    .describe(
      'For class folders: the text that goes with each image, with the name of its class for `{class}`, for example `a photo of a {class}.`. Absent: images and labels alone.',
    ),
  captions: captionsParam,
  ...samplingParams,
});

/** Rows of a layout before any is left out by `limit`. */
interface Rows {
  readonly count: number;
  readonly facts: RowFacts;
  readonly skipped: readonly SkippedRow[];
  image(index: number): ListedFile;
  /** Absent where the layout gives no texts. */
  text?(index: number): string;
}

/** Images in folders: class folders, images with caption files, or images alone. */
export const imageFolder = defineReader({
  kind: 'image-folder',
  title: 'Image folder',
  description:
    'A folder of images: a folder for each class (labels, and texts made with `prompt`), images with caption files (`name.jpg` and `name.txt`, a caption a line), or images alone. Ordered by the bytes of their names.',
  gives: 'samples',
  params,
  recognises: async (path, isFolder) => isFolder && (await holdsImage(path)),
  paramsFor: (path) => ({ path }),
  async open(given, context) {
    const folder = resolve(context.baseFolder, given.path);
    const { files, skipped } = await listFolder(folder, context.signal);
    const images = files.filter(({ name }) => isImageName(name));
    if (images.length === 0) {
      throw new InputError('no-rows', `${folder} holds no image (${files.length} other files)`, {
        file: folder,
      });
    }
    const texts = new Map(
      files.filter(({ name }) => /\.txt$/i.test(name)).map((file) => [withoutExtension(file.name), file]),
    );
    const layout = given.layout === 'auto' ? layoutOf(images, texts) : given.layout;
    if (given.prompt !== undefined && layout !== 'classes') {
      throw new InputError(
        'prompt-without-classes',
        `\`prompt\` needs class folders, but ${folder} was read as ${layout}`,
        {
          file: folder,
        },
      );
    }
    const rows = await readLayout(layout, images, texts, given, context);
    if (rows.count === 0) {
      const first = rows.skipped[0]!;
      throw new InputError('no-rows', `${folder} gives no row (first: ${first.id}: ${first.reason})`, {
        file: folder,
      });
    }
    return selectSamples(toDataset(rows, skipped), given, context.random);
  },
});

/** Whether a folder or one below it holds an image; stops at the first. What cannot be listed holds none. */
async function holdsImage(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.isFile() && isImageName(entry.name))) return true;
  for (const entry of entries) {
    if (entry.isDirectory() && (await holdsImage(join(folder, entry.name)))) return true;
  }
  return false;
}

function withoutExtension(name: string): string {
  return name.slice(0, name.length - extname(name).length);
}

function layoutOf(
  images: readonly ListedFile[],
  texts: ReadonlyMap<string, ListedFile>,
): 'classes' | 'pairs' | 'images' {
  if (images.some(({ name }) => texts.has(withoutExtension(name)))) return 'pairs';
  return images.some(({ name }) => name.includes('/')) ? 'classes' : 'images';
}

async function readLayout(
  layout: 'classes' | 'pairs' | 'images',
  images: readonly ListedFile[],
  texts: ReadonlyMap<string, ListedFile>,
  given: z.output<typeof params>,
  context: ReadContext,
): Promise<Rows> {
  switch (layout) {
    case 'classes':
      return classRows(images, given.prompt);
    case 'pairs':
      return await pairRows(images, texts, given.captions, context);
    case 'images':
      return imageRows(images);
  }
}

function imageRows(images: readonly ListedFile[]): Rows {
  const ids = images.map(({ name }) => name);
  return { count: images.length, facts: { ids }, skipped: [], image: (index) => images[index]! };
}

function classRows(images: readonly ListedFile[], prompt: string | undefined): Rows {
  const inClasses = images.filter(({ name }) => name.includes('/'));
  const skipped = images
    .filter(({ name }) => !name.includes('/'))
    .map(({ name }) => ({ id: name, reason: 'the image lies in no class folder' }));
  const labels = inClasses.map(({ name }) => name.slice(0, name.indexOf('/')));
  const rows = imageRows(inClasses);
  return {
    ...rows,
    facts: { ...rows.facts, labels },
    skipped,
    ...(prompt !== undefined && { text: (index) => prompt.replaceAll('{class}', () => labels[index]!) }),
  };
}

async function pairRows(
  images: readonly ListedFile[],
  texts: ReadonlyMap<string, ListedFile>,
  choice: z.output<typeof captionsParam>,
  { random, signal }: ReadContext,
): Promise<Rows> {
  const skipped: SkippedRow[] = [];
  const captioned: (CaptionedImage & { readonly file: ListedFile })[] = [];
  const withoutImage = new Map(texts);
  for (const file of images) {
    signal.throwIfAborted();
    const id = file.name;
    const textFile = texts.get(withoutExtension(id));
    withoutImage.delete(withoutExtension(id));
    const found = textFile === undefined ? 'the image has no caption file' : await readCaptions(textFile);
    if (typeof found === 'string') skipped.push({ id, reason: found });
    else captioned.push({ id, captions: found, file });
  }
  for (const { name } of withoutImage.values())
    skipped.push({ id: name, reason: 'the captions have no image' });
  const { rows, facts } = captionRows(captioned, choice, random);
  return {
    count: rows.length,
    facts,
    skipped,
    image: (index) => captioned[rows[index]!.image]!.file,
    text: (index) => rows[index]!.caption,
  };
}

/** The captions of a file, one a line, empty lines left out; or why there are none. */
async function readCaptions({ name, path }: ListedFile): Promise<readonly string[] | string> {
  try {
    const lines = (await readTextFile(path)).split(/\r?\n/).map((line) => line.trim());
    const captions = lines.filter((line) => line !== '');
    return captions.length === 0 ? `its caption file ${name} is empty` : captions;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}

function toDataset(rows: Rows, notFollowed: readonly SkippedRow[]): SampleDataset {
  const image = { name: 'image', content: 'image' } as const;
  const text = { name: 'text', content: 'text' } as const;
  return {
    kind: 'samples',
    modalities: rows.text === undefined ? [image] : [image, text],
    count: rows.count,
    facts: rows.facts,
    skipped: [...notFollowed, ...rows.skipped],
    read(index) {
      const { name, path } = rows.image(index);
      const items: Item[] = [imageFileItem(path, name)];
      if (rows.text !== undefined) items.push({ content: 'text', text: rows.text(index) });
      return Promise.resolve({ id: rows.facts.ids![index]!, items });
    },
    close: () => Promise.resolve(),
  };
}
