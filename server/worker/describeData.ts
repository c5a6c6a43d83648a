import { isAbsolute, relative, sep } from 'node:path';
import { dataEntryFor, type DataEntry } from '../engine/datasets/dataEntry.ts';
import { skippedRowsNotes } from '../engine/datasets/dataNotes.ts';
import type { Dataset, ReadContext } from '../engine/datasets/dataset.ts';
import { readers } from '../engine/datasets/registry.ts';
import { Random } from '../engine/numerics/random.ts';
import { InputError } from '../engine/problems.ts';
import type { DataDescription, WorkerContract } from '../protocol/worker.ts';

/**
 * What files or a folder hold, and the `data:` entry that reads them: one path, several files of embeddings (modalities
 * called after them), or several tables (their rows one after the other).
 *
 * @throws InputError as `dataEntryFor` does, and what opening the data finds.
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

/** The entry that reads files or a folder. @throws InputError as `dataEntryFor` does. */
export function entryFor(paths: readonly string[], baseFolder: string): Promise<DataEntry> {
  return dataEntryFor(paths, { placeOf: (path) => relativeTo(baseFolder, path) });
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
