import { readdir, stat } from 'node:fs/promises';
import { z } from 'zod';
import { InputError } from '../../../problems.ts';
import { resolveInside } from '../../resolveInside.ts';
import { readTextFile } from '../../textFile.ts';

const stateSchema = z.object({
  _data_files: z.array(z.object({ filename: z.string().min(1) })).min(1),
  _indices_files: z.array(z.unknown()).nullish(),
  _indices_data_files: z.array(z.unknown()).nullish(),
});
const splitsSchema = z.object({ splits: z.array(z.string().min(1)).min(1) });
/** A shard as the library's cache has it: `name-train.arrow`, `name-train-00000-of-00002.arrow`. */
const shardNames = [/^(?:.*-)?([^-]+)-(\d{5})-of-(\d{5})\.arrow$/, /^(?:.*-)?([^-]+)\.arrow$/] as const;

/**
 * Whether a folder is a dataset of Hugging Face's library: what `save_to_disk` writes, of one split or several, or what
 * its cache holds.
 */
export async function isHuggingFaceFolder(folder: string): Promise<boolean> {
  const names = new Set(await readdir(folder).catch(() => []));
  if (names.has('dataset_dict.json')) return true;
  return (
    (names.has('state.json') || names.has('dataset_info.json')) &&
    [...names].some((name) => name.endsWith('.arrow'))
  );
}

/**
 * The Arrow files of a dataset of Hugging Face's library, in the order of its rows. All lie in the folder.
 *
 * @throws InputError `split-missing`, `split-unclear`, `huggingface-state`, `huggingface-shards`, `path-outside`.
 */
export async function huggingFaceShards(folder: string, split: string | undefined): Promise<string[]> {
  const names = new Set(await readdir(folder));
  if (names.has('dataset_dict.json')) {
    const { splits } = await readJson(resolveInside(folder, 'dataset_dict.json'), splitsSchema);
    return await huggingFaceShards(resolveInside(folder, splitOf(folder, splits, split)), undefined);
  }
  if (names.has('state.json')) {
    if (split !== undefined) throw noSplits(folder, split);
    return await savedShards(folder);
  }
  return cachedShards(folder, [...names], split);
}

async function savedShards(folder: string): Promise<string[]> {
  const path = resolveInside(folder, 'state.json');
  const state = await readJson(path, stateSchema);
  if ((state._indices_files?.length ?? 0) > 0 || (state._indices_data_files?.length ?? 0) > 0) {
    throw new InputError(
      'huggingface-state',
      `${path}: the rows are chosen by a file of indices, as old versions of the library wrote it. Load it and save it again: load_from_disk(…).flatten_indices().save_to_disk(…)`,
      { file: path },
    );
  }
  return state._data_files.map(({ filename }) => resolveInside(folder, filename));
}

function cachedShards(folder: string, names: readonly string[], split: string | undefined): string[] {
  const shards = names.flatMap((name) => {
    const [, of, index, total] =
      shardNames.reduce<string[] | null>((found, form) => found ?? form.exec(name), null) ?? [];
    // What the library keeps of `map` and `filter` is not the dataset.
    if (of === undefined || name.startsWith('cache-') || name.startsWith('tmp')) return [];
    return [{ name, split: of, index: Number(index ?? 0), total: Number(total ?? 1) }];
  });
  const chosen = splitOf(folder, [...new Set(shards.map((shard) => shard.split))].sort(), split);
  const own = shards.filter((shard) => shard.split === chosen).sort((a, b) => a.index - b.index);
  const total = own[0]!.total;
  if (own.length !== total || own.some((shard, index) => shard.index !== index || shard.total !== total)) {
    throw new InputError(
      'huggingface-shards',
      `${folder}: of the split ${chosen}, ${own.length} files are there, expected ${total}, numbered from 00000: some are missing`,
      { file: folder },
    );
  }
  return own.map(({ name }) => resolveInside(folder, name));
}

function splitOf(folder: string, splits: readonly string[], split: string | undefined): string {
  if (split !== undefined) {
    if (splits.includes(split)) return split;
    throw new InputError('split-missing', `${folder} has no split ${split}; it has ${splits.join(', ')}`, {
      file: folder,
    });
  }
  const [only] = splits;
  if (only !== undefined && splits.length === 1) return only;
  throw new InputError(
    'split-unclear',
    splits.length === 0
      ? `${folder} holds no Arrow file of a split`
      : `${folder} has the splits ${splits.join(', ')}; say which to measure with \`split: ${splits.includes('test') ? 'test' : only!}\``,
    { file: folder },
  );
}

function noSplits(folder: string, split: string): InputError {
  return new InputError(
    'split-missing',
    `${folder} has no splits, so none called ${split}: leave \`split\` out`,
    {
      file: folder,
    },
  );
}

async function readJson<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.output<Schema>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(await readTextFile(path));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('huggingface-state', `${path} is not JSON: ${(error as Error).message}`, {
      file: path,
    });
  }
  const checked = schema.safeParse(parsed);
  if (checked.success) return checked.data;
  const { path: place, message } = checked.error.issues[0]!;
  throw new InputError('huggingface-state', `${path} is damaged at ${place.join('.')}: ${message}`, {
    file: path,
  });
}

/** Whether a path is a folder; false where there is none. */
export async function isFolder(path: string): Promise<boolean> {
  const status = await stat(path).catch(() => null);
  return status?.isDirectory() ?? false;
}
