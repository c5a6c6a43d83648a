import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { z } from 'zod';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { leftOutNotes } from './dataNotes.ts';
import { defineReader, type ReadContext } from './dataset.ts';
import { arraysOfAnyFormat, isArrayFile } from './arrayFormats.ts';
import { contentOfName } from './contentOfName.ts';
import { embeddingFileParams, openEmbeddingFiles } from './embeddingFiles.ts';
import { isNameOfFacts } from './embeddingArrays.ts';
import { listFolder } from './folderListing.ts';
import {
  areEmbeddingsBeside,
  lookInto,
  withoutFacts,
  type ArrayFile,
  type SeenFile,
} from './folderArrays.ts';
import type { FoundArray } from './foundArray.ts';
import { missingParts, modalityFiles } from './modalityFiles.ts';
import { hasPickleName, pickleRefusal } from './pickleRefusal.ts';
import { pairingEntry } from './pairedTables.ts';
import { tableExtension, tableExtensions } from './tableExtension.ts';
import { unconvertedFormat } from './unconvertedFormats.ts';

/** Files that say that a folder is a model's: its arrays are weights. */
const modelFiles: ReadonlySet<string> = new Set(['config.json', 'modules.json', 'open_clip_config.json']);

/** Files of embeddings of any format: those of a folder, or those that are named. */
export const embeddingFolder = defineReader({
  kind: 'embeddings',
  title: 'Folder of embeddings',
  description:
    'Precomputed embeddings in several files, whatever the format of each: those of a folder, such as `image_embeddings.npy` and `text_embeddings.npy` or what clip-retrieval writes (`img_emb/`, `text_emb/`); or those that `path` names by modality. Modalities are called after their files; numbered files of one name (`img_emb_0.npy`, `img_emb_1.npy`) are parts whose rows follow one another.',
  gives: 'embeddings',
  params: z.strictObject({
    ...embeddingFileParams,
    path: embeddingFileParams.path.describe(
      'The folder of the files; or a mapping from modality to file, such as `{ image: a.npy, text: b.safetensors }`; several files are parts whose rows follow one another: `{ image: [a_0.npy, a_1.npy] }`, `{ image: a_*.npy }`.',
    ),
  }),
  recognises: async (path, isFolder) => isFolder && (await holdsArrays(path)),
  paramsFor: (path) => ({ path }),
  async open(given, context) {
    if (typeof given.path !== 'string') {
      await expectNoTables(given.path, context);
      return openEmbeddingFiles(given, context, arraysOfAnyFormat);
    }
    const { path, modalities, leftOut } = await filesOf(given.path, given.modalities, context);
    const dataset = await openEmbeddingFiles({ ...given, path, modalities }, context, arraysOfAnyFormat);
    const notes = [...gapNotes(given.path, path), ...leftOutNotes(given.path, 'file', leftOut)];
    return { ...dataset, notes: [...dataset.notes, ...notes] };
  },
});

type Path = z.output<typeof embeddingFileParams.path>;
type Modalities = z.output<typeof embeddingFileParams.modalities>;

/** @throws InputError `array-format` where every modality is a table, which another reader pairs. */
async function expectNoTables(files: Exclude<Path, string>, { baseFolder }: ReadContext): Promise<void> {
  const found = Object.entries(files).map(([modality, file]) => ({ modality, place: [file].flat() }));
  const tables = found.flatMap(({ modality, place: [place, ...more] }) =>
    place !== undefined && more.length === 0 && tableExtensions.includes(tableExtension(place))
      ? [{ modality, place, path: resolve(baseFolder, place) }]
      : [],
  );
  if (tables.length < found.length || tables.length < 2) return;
  throw new InputError(
    'array-format',
    `${tables.map(({ path }) => path).join(' and ')} are tables, expected arrays; ${await pairingEntry(tables)}`,
    { file: tables[0]!.path },
  );
}

/** What of a folder is read as what. */
async function filesOf(
  folder: string,
  modalities: Modalities,
  { baseFolder, signal }: ReadContext,
): Promise<{ path: Path; modalities: Modalities; leftOut: { name: string; reason: string }[] }> {
  const root = resolve(baseFolder, folder);
  if (!(await isFolder(root))) {
    throw new InputError(
      'not-a-folder',
      `${root} is no folder; a file of embeddings has a reader of its own`,
      {
        file: root,
      },
    );
  }
  const { files, skipped } = await listFolder(root, signal);
  const names = files.map(({ name }) => name);
  const arrays = files.filter(({ name }) => isArrayFile(name));
  const pickles = names.filter(hasPickleName);
  const leftOut = [
    ...names
      .filter((name) => !isArrayFile(name))
      .map((name) => ({
        name,
        reason: reasonOf(name),
      })),
    ...skipped.map(({ id, reason }) => ({ name: id, reason })),
  ];
  if (arrays.length === 0) {
    throw new InputError('no-embeddings', `${root} has no file of embeddings in it`, { file: root });
  }
  const seen = await lookInto(arrays, signal);
  const all = () => ({ ...pathOf(folder, seen, modalities), leftOut });
  // Who names each file has said that each is a modality.
  if (Array.isArray(modalities) && modalities.length === seen.length) return all();
  const chosen = withoutFacts(seen);
  const pickle = pickles.find((name) => !isNameOfFacts(basename(name, extname(name))));
  // Beside one file, a pickle is mostly the other modality.
  if (chosen.kept.length === 1 && pickle !== undefined)
    throw pickleBeside(root, pickle, chosen.kept[0]!.name);
  const { path, modalities: arrayNames } = pathOf(folder, chosen.kept, modalities);
  if (typeof path === 'object' && Object.keys(arrayNames ?? {}).some((name) => !Object.hasOwn(path, name))) {
    return all();
  }
  return { path, modalities: arrayNames, leftOut: [...chosen.leftOut, ...leftOut] };
}

/** Why a file of a folder is no file of arrays. */
function reasonOf(name: string): string {
  if (hasPickleName(name)) return 'a pickle, which is never loaded; convert it with np.save';
  const format = unconvertedFormat(basename(name));
  return format === null
    ? 'not a format of arrays'
    : `${format}, which is not read; name it to see how to convert it`;
}

/** That parts are missing of every modality; where one alone lacks them, the modalities are refused. */
function gapNotes(folder: string, path: Path): Note[] {
  if (typeof path === 'string') return [];
  const gaps = missingParts(Object.values(path).flat());
  if (gaps.length === 0) return [];
  const found = gaps.map(({ of, numbers }) => `${of} has no part ${someOf(numbers.map(String))}`);
  return [{ code: 'parts-missing', message: `${folder}: ${someOf(found)}, but parts before and after` }];
}

/** The refusal of a pickle, and how to measure the file beside it alone. */
function pickleBeside(root: string, pickle: string, other: string): InputError {
  const { code, message } = pickleRefusal(join(root, pickle));
  const file = join(root, other);
  return new InputError(code, `${message}. To measure without it, name ${file}`, {
    file: join(root, pickle),
  });
}

/** What to read of a folder as what. */
function pathOf(
  folder: string,
  files: readonly SeenFile[],
  modalities: Modalities,
): { path: Path; modalities: Modalities } {
  const inFolder = (name: string) => join(folder, name);
  const names = files.map(({ name }) => name);
  const [only, ...others] = files;
  if (only !== undefined && others.length === 0) {
    const file = inFolder(only.name);
    // An array without a name of its own has that of its file.
    const [found] = modalities === undefined && isOneMatrix(only) ? modalityFiles(names) : [];
    return { path: found === undefined ? file : { [found.name]: file }, modalities };
  }
  const isList = Array.isArray(modalities);
  const found = modalityFiles(names, isList ? modalities : undefined);
  const path = Object.fromEntries(found.map(({ name, files: parts }) => [name, parts.map(inFolder)]));
  return { path, modalities: isList ? undefined : modalities };
}

/** Whether a file has one array, without a name, of rows and columns. */
function isOneMatrix({ arrays }: SeenFile): boolean {
  if (arrays instanceof InputError || arrays.length !== 1) return false;
  const [{ name, shape }] = arrays as [FoundArray];
  return /^modality(-1)?$/.test(name) && shape?.length === 2;
}

/** Whether a folder holds files of arrays and no model, and no media but pictures of these arrays, such as plots. */
async function holdsArrays(folder: string): Promise<boolean> {
  const arrays: ArrayFile[] = [];
  const media: string[] = [];
  const isOther = async (prefix: string, depth: number): Promise<boolean> => {
    const entries = await readdir(join(folder, prefix), { withFileTypes: true }).catch(() => []);
    for (const { name } of entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'))) {
      if (modelFiles.has(name)) return true;
      if (!['tensor', null].includes(contentOfName(name))) media.push(name);
      if (media.length > mostPlots) return true;
      if (isArrayFile(name)) arrays.push({ name: join(prefix, name), path: join(folder, prefix, name) });
    }
    if (depth === mostDepth) return false;
    for (const entry of entries.filter((candidate) => candidate.isDirectory())) {
      if (await isOther(join(prefix, entry.name), depth + 1)) return true;
    }
    return false;
  };
  if ((await isOther('', 0)) || arrays.length === 0) return false;
  return media.length === 0 || (await areEmbeddingsBeside(media, arrays));
}

/** Of folders within folders, embeddings lie no deeper than this. */
const mostDepth = 3;

/** More pictures than this beside arrays are data. */
const mostPlots = 100;

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
