import { readdir } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { captionRows, captionsParam, type CaptionedItem } from './captionRows.ts';
import { classesParam, labelsMissingProblem, selectClasses, type LabelledPlace } from './classSelection.ts';
import { contentOfName, contentsParam } from './contentOfName.ts';
import { leftOutNotes, leftOutTypes, withLeftOutRows, type LeftOut } from './dataNotes.ts';
import {
  defineReader,
  type ReadContext,
  type RowFacts,
  type SampleDataset,
  type SkippedRow,
} from './dataset.ts';
import { groupFiles, withoutExtension, type FileRow, type FileRows } from './fileRows.ts';
import { listFolder, type ListedFile } from './folderListing.ts';
import { mediaFileItem } from './mediaItem.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { readTextFile } from './textFile.ts';
import { unreadMedia } from './unreadFormats.ts';

const params = z.strictObject({
  path: z.string().min(1).describe('The folder of files; its folders are searched too.'),
  layout: z
    .enum(['auto', 'classes', 'pairs', 'files'])
    .default('auto')
    .describe(
      'What the folder holds: `classes`, a folder for each class (`dog/1.jpg`); `pairs`, a text file of captions beside each file (`1.jpg`, `1.txt`); `files`, files alone; `auto`, `pairs` if a file has a text file, else `classes` if files of one content lie in folders, else `files`. In each of them, files of several contents belong together where their names are equal up to the extension (`1.jpg`, `1.wav`).',
    ),
  contents: contentsParam,
  prompt: z
    .string()
    .includes('{class}', { message: 'must contain {class}' })
    .optional()
    .describe(
      'For class folders: the text that goes with each row, with the name of its class for `{class}`, for example `a photo of a {class}.`. Absent: files and labels alone.',
    ),
  captions: captionsParam,
  classes: classesParam,
  ...samplingParams,
});

/** Rows of a layout before any is left out by `limit`. */
interface LayoutRows {
  readonly count: number;
  readonly facts: RowFacts;
  readonly skipped: readonly SkippedRow[];
  row(index: number): FileRow;
  /** Absent where the layout gives no texts. */
  text?(index: number): string;
}

/** Files in folders: images, sounds, videos or tensors, in class folders, with caption files, or alone. */
export const mediaFolder = defineReader({
  kind: 'folder',
  title: 'Folder of files',
  description:
    'A folder of images, audio files, videos or tensors (`.npy`, one an item): a folder for each class (labels, and texts made with `prompt`), files with caption files (`name.jpg` and `name.txt`, a caption a line), or files alone. Files of several contents with equal names (`name.jpg`, `name.wav`) are one row, with a modality for each content. Images are JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP, PPM, JPEG 2000 or DICOM; files of other known formats, such as HEIC, are named and left out. Ordered by the bytes of their names.',
  gives: 'samples',
  params,
  recognises: async (path, isFolder) => isFolder && (await holdsMedia(path)),
  paramsFor: (path) => ({ path }),
  check: ({ path, layout, classes }) =>
    classes === undefined || layout === 'classes' || layout === 'auto'
      ? []
      : [labelsMissingProblem(labelledPlace(path, layout))],
  async open(given, context) {
    const folder = resolve(context.baseFolder, given.path);
    const { files, skipped } = await listFolder(folder, context.signal);
    const grouped = groupFiles(files, given.contents, folder);
    const texts = new Map(
      files
        .filter(({ name }) => /\.txt$/i.test(name) && (given.contents?.includes('text') ?? true))
        .map((file) => [withoutExtension(file.name), file]),
    );
    const layout = given.layout === 'auto' ? layoutOf(grouped, texts) : given.layout;
    if (given.prompt !== undefined && layout !== 'classes') {
      throw new InputError(
        'prompt-without-classes',
        `\`prompt\` needs class folders, but ${folder} was read as ${layout}`,
        { file: folder },
      );
    }
    const rows = await readLayout(layout, grouped, texts, given, context);
    if (rows.count === 0) {
      const found = withLeftOutRows(`${folder} gives no row`, [...grouped.skipped, ...rows.skipped]);
      throw new InputError('no-rows', found, { file: folder });
    }
    const all = {
      ...toDataset(rows, grouped, [...skipped, ...grouped.skipped, ...rows.skipped]),
      // Who says which contents to take has said which not to take.
      notes:
        given.contents === undefined ? leftOutNotes(folder, 'type of file', unreadFiles(files, layout)) : [],
    };
    const place = { ...labelledPlace(folder, layout), file: folder };
    return selectSamples(selectClasses(all, given.classes, place), given, context.random);
  },
});

/** Files that are of no content, and texts where the layout has no use for them. */
function unreadFiles(files: readonly ListedFile[], layout: string): LeftOut[] {
  const isUnread = ({ name }: ListedFile) =>
    // Of formats that are known and not read, each file is named, as a row.
    contentOfName(name) === null &&
    unreadMedia(name) === null &&
    !(layout === 'pairs' && /\.txt$/i.test(name));
  return leftOutTypes(
    files.filter(isUnread).map(({ name }) => [extname(name).slice(1).toLowerCase(), name] as const),
  );
}

function labelledPlace(folder: string, layout: string): LabelledPlace {
  return {
    where: layout === 'classes' ? folder : `${folder}, read as ${layout},`,
    expected: '`layout: classes` and a folder for each class',
  };
}

/**
 * Whether a folder or one below it holds an image, a sound or a video, also of a format that is not read: then this
 * reader says so. Stops at the first. Arrays alone are more often embeddings than items. What cannot be listed holds
 * none.
 */
async function holdsMedia(folder: string): Promise<boolean> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const isMedia = (name: string) =>
    !['tensor', null].includes(contentOfName(name)) || unreadMedia(name) !== null;
  if (entries.some((entry) => entry.isFile() && isMedia(entry.name))) return true;
  for (const entry of entries) {
    if (entry.isDirectory() && (await holdsMedia(join(folder, entry.name)))) return true;
  }
  return false;
}

function layoutOf(
  { rows, contents }: FileRows,
  texts: ReadonlyMap<string, ListedFile>,
): 'classes' | 'pairs' | 'files' {
  if (rows.some(({ stem }) => texts.has(stem))) return 'pairs';
  return contents.length === 1 && rows.some(({ stem }) => stem.includes('/')) ? 'classes' : 'files';
}

async function readLayout(
  layout: 'classes' | 'pairs' | 'files',
  grouped: FileRows,
  texts: ReadonlyMap<string, ListedFile>,
  given: z.output<typeof params>,
  context: ReadContext,
): Promise<LayoutRows> {
  switch (layout) {
    case 'classes':
      return classRows(grouped.rows, given.prompt);
    case 'pairs':
      // Of files of several contents, equal names make pairs, also where there is no text.
      return grouped.contents.length > 1 && texts.size === 0
        ? fileRows(grouped.rows)
        : await captionedRows(grouped, texts, given.captions, context);
    case 'files':
      return fileRows(grouped.rows);
  }
}

function fileRows(rows: readonly FileRow[]): LayoutRows {
  return {
    count: rows.length,
    facts: { ids: rows.map(({ id }) => id) },
    skipped: [],
    row: (index) => rows[index]!,
  };
}

function classRows(rows: readonly FileRow[], prompt: string | undefined): LayoutRows {
  const inClasses = rows.filter(({ stem }) => stem.includes('/'));
  const skipped = rows
    .filter(({ stem }) => !stem.includes('/'))
    .map(({ id }) => ({ id, reason: 'it lies in no class folder' }));
  const labels = inClasses.map(({ stem }) => stem.slice(0, stem.indexOf('/')));
  const files = fileRows(inClasses);
  return {
    ...files,
    facts: { ...files.facts, labels },
    skipped,
    ...(prompt !== undefined && { text: (index) => prompt.replaceAll('{class}', () => labels[index]!) }),
  };
}

async function captionedRows(
  { rows, contents, unreadStems }: FileRows,
  texts: ReadonlyMap<string, ListedFile>,
  choice: z.output<typeof captionsParam>,
  { random, signal }: ReadContext,
): Promise<LayoutRows> {
  const [shared] = contents;
  if (choice === 'all' && contents.length > 1) {
    throw new InputError(
      'captions-of-several',
      `\`captions: all\` needs rows of one content beside the text, found ${contents.join(' and ')}: with several, an item of each would be shared by the rows of its captions; take one with \`contents: [${shared!}, text]\``,
    );
  }
  const skipped: SkippedRow[] = [];
  const captioned: (CaptionedItem & { readonly row: FileRow })[] = [];
  const unused = new Map(texts);
  for (const row of rows) {
    signal.throwIfAborted();
    const textFile = texts.get(row.stem);
    unused.delete(row.stem);
    const found = textFile === undefined ? 'it has no caption file' : await readCaptions(textFile);
    if (typeof found === 'string') skipped.push({ id: row.id, reason: found });
    else captioned.push({ id: row.id, captions: found, row });
  }
  for (const [stem, { name }] of unused) {
    if (unreadStems.has(stem)) continue;
    skipped.push({ id: name, reason: `the captions have no ${contents.join(' and ')}` });
  }
  const { rows: chosen, facts } = captionRows(shared!, captioned, choice, random);
  return {
    count: chosen.length,
    facts,
    skipped,
    row: (index) => captioned[chosen[index]!.item]!.row,
    text: (index) => chosen[index]!.caption,
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

function toDataset(rows: LayoutRows, { contents }: FileRows, skipped: readonly SkippedRow[]): SampleDataset {
  const media = contents.map((content) => ({ name: content, content }));
  return {
    kind: 'samples',
    notes: [],
    modalities: rows.text === undefined ? media : [...media, { name: 'text', content: 'text' }],
    count: rows.count,
    facts: rows.facts,
    skipped,
    read(index) {
      const { files } = rows.row(index);
      const items = contents.map((content, m) => mediaFileItem(content, files[m]!.path, files[m]!.name));
      const text = rows.text?.(index);
      return Promise.resolve({
        id: rows.facts.ids![index]!,
        items: text === undefined ? items : [...items, { content: 'text', text }],
      });
    },
    close: () => Promise.resolve(),
  };
}
