import { stat } from 'node:fs/promises';
import { basename, extname, isAbsolute, relative, sep } from 'node:path';
import { skippedRowsNotes } from '../engine/datasets/dataNotes.ts';
import type { Dataset, ReadContext, ReaderDefinition } from '../engine/datasets/dataset.ts';
import { recogniseReader } from '../engine/datasets/recogniseReader.ts';
import { readers } from '../engine/datasets/registry.ts';
import { Random } from '../engine/numerics/random.ts';
import { InputError } from '../engine/problems.ts';
import type { DataDescription, WorkerContract } from '../protocol/worker.ts';

/**
 * What files or a folder hold, and the `data:` entry that reads them: one path, several files of embeddings (a modality
 * each, called after its file), or several tables (their rows one after the other).
 *
 * @throws InputError `path-not-found`, `not-recognised`, `files-of-several-kinds`, and what opening the data finds.
 */
export async function describeData(
  { paths, baseFolder }: WorkerContract['requests']['describeData']['params'],
  signal: AbortSignal,
): Promise<DataDescription> {
  return describeEntry({ data: await entryFor(paths, baseFolder), baseFolder }, signal);
}

/**
 * What a `data:` entry gives.
 *
 * @throws InputError `unknown-kind`, and what opening the data finds.
 */
export async function describeEntry(
  { data, baseFolder }: WorkerContract['requests']['describeEntry']['params'],
  signal: AbortSignal,
): Promise<DataDescription> {
  const { reader, given } = readerOf(data);
  const dataset = await reader.open(reader.params.parse(given), contextIn(baseFolder, signal));
  try {
    return { reader: reader.kind, title: reader.title, data, ...factsOf(dataset) };
  } finally {
    await dataset.close();
  }
}

/** The reader of an entry, and what is given to it. @throws InputError `unknown-kind`. */
export function readerOf({ kind, ...given }: Readonly<Record<string, unknown>>) {
  const reader = readers.find((candidate) => candidate.kind === kind);
  if (reader === undefined) throw new InputError('unknown-kind', `No reader is called ${String(kind)}`);
  return { reader, given };
}

export function contextIn(baseFolder: string, signal: AbortSignal): ReadContext {
  return { baseFolder, random: new Random(0), signal };
}

/** The entry that reads files or a folder. @throws InputError as `describeData` does for paths. */
export async function entryFor(
  paths: readonly string[],
  baseFolder: string,
): Promise<Readonly<Record<string, unknown>>> {
  const reader = await readerFor(paths);
  const places = paths.map((path) => relativeTo(baseFolder, path));
  return { kind: reader.kind, ...paramsFor(reader, places, paths) };
}

async function readerFor(paths: readonly string[]): Promise<ReaderDefinition> {
  const found: ReaderDefinition[] = [];
  for (const path of paths) {
    const status = await stat(path).catch((error: unknown) => {
      const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
      const reason = code === 'ENOENT' ? 'There is no such file or folder' : `It cannot be read (${code})`;
      throw new InputError('path-not-found', `${path}: ${reason}`, { file: path });
    });
    const reader = await recogniseReader(path, status.isDirectory());
    if (reader === undefined) {
      throw new InputError(
        'not-recognised',
        `No reader knows ${path}: expected embeddings, a table, texts, an archive or a folder of files`,
        { file: path },
      );
    }
    found.push(reader);
  }
  const [first] = found;
  if (first === undefined) throw new InputError('not-recognised', 'No file was named');
  const other = found.findIndex((reader) => reader !== first);
  if (other >= 0) {
    throw new InputError(
      'files-of-several-kinds',
      `${paths[0]!} is for the reader ${first.kind}, ${paths[other]!} for ${found[other]!.kind}; expected files of one kind`,
      { file: paths[other]! },
    );
  }
  return first;
}

function paramsFor(
  reader: ReaderDefinition,
  places: readonly string[],
  paths: readonly string[],
): Record<string, unknown> {
  if (places.length === 1) return { ...reader.paramsFor?.(places[0]!) };
  // A mapping is for embeddings, a list for shards: the reader's own schema says which of them it takes.
  const names = paths.map((path) => basename(path, extname(path)));
  const byModality = Object.fromEntries(names.map((name, index) => [name, places[index]!]));
  for (const path of [...(new Set(names).size === names.length ? [byModality] : []), places]) {
    if (reader.params.safeParse({ path }).success) return { path };
  }
  throw new InputError(
    'several-files',
    `The reader ${reader.kind} takes one file, found ${paths.length}; expected one, or the folder that they are in`,
    { file: paths[1]! },
  );
}

/** Relative with `/` where the path is below the folder, so that both can be moved together; else absolute. */
function relativeTo(folder: string, path: string): string {
  const way = relative(folder, path);
  if (way === '') return '.';
  return isAbsolute(way) || way.split(sep)[0] === '..' ? path : way.split(sep).join('/');
}

/** Rows of a dataset that was opened, its modalities, and what is to be known of it. */
export function factsOf(dataset: Dataset): Pick<DataDescription, 'rows' | 'modalities' | 'notes'> {
  if (dataset.kind === 'samples') {
    const { count, modalities, notes, skipped } = dataset;
    return {
      rows: count,
      modalities: modalities.map(({ name, content }) => ({ name, content, dimension: null })),
      notes: [...notes, ...skippedRowsNotes(skipped)],
    };
  }
  const { sources, notes } = dataset;
  return {
    rows: sources[0]?.rows ?? null,
    modalities: sources.map(({ modality, columns }) => ({
      name: modality,
      content: null,
      dimension: columns,
    })),
    notes,
  };
}
