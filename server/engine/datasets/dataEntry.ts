import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { InputError, type Problem } from '../problems.ts';
import type { ReaderDefinition } from './dataset.ts';
import { embeddingFolder } from './embeddingFolder.ts';
import { isNumberedName, modalityFiles, toldModalities } from './modalityFiles.ts';
import { pairingEntry } from './pairedTables.ts';
import { recogniseReader } from './recogniseReader.ts';
import { table } from './table.ts';

/** A `data:` entry, without defaults. */
export type DataEntry = Readonly<Record<string, unknown>>;

export interface DataEntryOptions {
  /** How the entry names a path. */
  readonly placeOf: (path: string) => string;
  /** What to call the modalities of several files of embeddings. */
  readonly names?: readonly string[] | undefined;
}

/**
 * The `data:` entry that reads files or a folder: one path; several files of embeddings, of which each is a modality or
 * a part of one; or several files of one kind whose rows follow one another, such as tables.
 *
 * @throws InputError `path-not-found`, `not-recognised`, `files-of-several-kinds`, `several-files`,
 *   `tables-of-modalities`, and those of
 *   `modalityFiles`.
 */
export async function dataEntryFor(
  paths: readonly string[],
  { placeOf, names }: DataEntryOptions,
): Promise<DataEntry> {
  const readers = await Promise.all(paths.map(readerOfPath));
  const [first] = readers;
  if (first === undefined) throw new InputError('not-recognised', 'No file was named');
  if (paths.length === 1) return { kind: first.kind, ...first.paramsFor?.(placeOf(paths[0]!)) };
  const other = readers.findIndex((reader) => reader !== first);
  if (readers.every(({ gives }) => gives === 'embeddings')) {
    const kind = other < 0 ? first.kind : embeddingFolder.kind;
    const found = modalityFiles(paths, names).map(({ name, files }): [string, unknown] => {
      const places = files.map(placeOf);
      return [name, places.length === 1 ? places[0] : places];
    });
    return { kind, path: Object.fromEntries(found) };
  }
  if (other >= 0) {
    throw new InputError(
      'files-of-several-kinds',
      `${paths[0]!} is for the reader ${first.kind}, ${paths[other]!} for ${readers[other]!.kind}; expected files of one kind`,
      { file: paths[other]! },
    );
  }
  const path = paths.map(placeOf);
  if (first.params.safeParse({ path }).success) {
    if (first.kind === table.kind) await expectOneTable(paths, placeOf, names);
    else if (names !== undefined) throw namesNotUsed(paths, first.kind);
    return { kind: first.kind, path };
  }
  throw new InputError(
    'several-files',
    `The reader ${first.kind} takes one file, found ${paths.length}; expected one, or the folder that they are in`,
    { file: paths[1]! },
  );
}

/**
 * Rows of several tables are read one after the other: those of a modality each would become one modality.
 *
 * @throws InputError `tables-of-modalities` with the entry that pairs their rows.
 */
async function expectOneTable(
  paths: readonly string[],
  placeOf: (path: string) => string,
  names: readonly string[] | undefined,
): Promise<void> {
  const told =
    names?.length === paths.length
      ? paths.map((path, index) => ({ name: names[index]!, files: [path] }))
      : toldModalities(paths);
  if (told === null) {
    if (names === undefined) return;
    throw namesNotUsed(paths, table.kind);
  }
  const tables = told.map(({ name, files }) => ({
    modality: name,
    place: placeOf(files[0]!),
    path: resolve(files[0]!),
  }));
  throw new InputError(
    'tables-of-modalities',
    `${tables.map(({ path }) => basename(path)).join(' and ')} are tables of a modality each, and rows of several tables are read one after the other, as of one; ${await pairingEntry(tables)}`,
    { file: paths[1]! },
  );
}

function namesNotUsed(paths: readonly string[], kind: string): InputError {
  return new InputError(
    'modality-names',
    `Names of modalities tell several files of embeddings apart; rows of ${paths.length} files for the reader ${kind} are read one after the other`,
    { file: paths[1]! },
  );
}

/** That the names of files said nothing of modalities, which are only numbered; none where they did. */
export function untoldNames({ path }: DataEntry): Problem[] {
  const names = typeof path === 'object' && path !== null && !Array.isArray(path) ? Object.entries(path) : [];
  const untold = names.filter(([name]) => isNumberedName(name));
  if (untold.length === 0) return [];
  const listed = untold.slice(0, 10).map(([name, files]) => `${name} is ${[files].flat().join(', ')}`);
  const message = `The names of the files say nothing of modalities: ${listed.join('; ')}`;
  return [{ code: 'names-untold', severity: 'warning', message, path: ['data', 'path'] }];
}

async function readerOfPath(path: string): Promise<ReaderDefinition> {
  const status = await stat(path).catch((error: unknown) => {
    const { code = 'unknown reason' } = error as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'There is no such file or folder' : `It cannot be read (${code})`;
    throw new InputError('path-not-found', `${path}: ${reason}`, { file: path });
  });
  const reader = await recogniseReader(path, status.isDirectory());
  if (reader !== undefined) return reader;
  throw new InputError(
    'not-recognised',
    `${path}: No reader knows this ${status.isDirectory() ? 'folder' : 'file'}; expected embeddings, a table, texts, an archive or a folder of files`,
    { file: path },
  );
}
