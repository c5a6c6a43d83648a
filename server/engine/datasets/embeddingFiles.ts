import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { leftOutNotes } from './dataNotes.ts';
import { expectAlignedParts, joinedFile, partPaths } from './arrayParts.ts';
import type { DataNotes, EmbeddingDataset, EmbeddingSource, ReadContext } from './dataset.ts';
import {
  chooseArrays,
  isNameOf,
  notesOf,
  type Asked,
  type ChosenArrays,
  type ChosenMatrix,
  type FoundFile,
} from './embeddingArrays.ts';
import { openRegularFile } from './regularFile.ts';
import { relevanceFacts, relevanceParam } from './relevanceArray.ts';
import { samplingParams, selectEmbeddings, selectFacts, selectRows, type Sampling } from './sampling.ts';
import { unequalRows } from './unequalRows.ts';

const name = z.string().min(1);

/** Files by modality, of each one or its parts. */
const filesByModality = z.record(name, z.union([name, z.array(name).min(1)]));

/** The parameters that every reader of embedding files has: spread into its schema. */
export const embeddingFileParams = {
  path: z
    .union([name, filesByModality])
    .describe(
      'The file with the embeddings; or a mapping from modality to file, such as `{ image: a.npy, text: b.npy }`, where each modality has its own; several files are parts whose rows follow one another: `{ image: [a_0.npy, a_1.npy] }`, `{ image: a_*.npy }`.',
    ),
  modalities: z
    .union([z.array(z.string().min(1)).min(1), z.record(z.string().min(1), z.string().min(1))])
    .optional()
    .describe(
      'Names for the modalities, in the order of the file; or a mapping from modality to the name of the array to take, such as `{ image: image_embeds, text: text_embeds }`. Absent: every array is a modality under its own name (`modality-1`, `modality-2`, … in a .npy).',
    ),
  relevance: relevanceParam,
  ...samplingParams,
};

type FilesByModality = Readonly<Record<string, string | readonly string[]>>;

/** What `embeddingFileParams` gives once parsed. */
interface EmbeddingFileParams extends Sampling {
  readonly path: string | FilesByModality;
  readonly modalities?: readonly string[] | Readonly<Record<string, string>> | undefined;
  readonly relevance?: z.output<typeof relevanceParam>;
}

/** Finds the arrays in an open file of `size` bytes, which is read from and closed later by others. */
export type FindArrays = (handle: FileHandle, file: string, size: number) => Promise<FoundFile>;

/**
 * Opens the embeddings that the parameters name: one source a modality, all with the same number of rows.
 *
 * @throws InputError `file-unreadable`, `modality-names`, `array-missing`, `no-embeddings`, `unequal-rows`, and
 *   those of `findArrays` and `chooseArrays`.
 */
export async function openEmbeddingFiles(
  params: EmbeddingFileParams,
  context: ReadContext,
  findArrays: FindArrays,
): Promise<EmbeddingDataset> {
  return await openEmbeddings(params, context, async (file) => {
    const { handle, size } = await openRegularFile(file);
    try {
      const found = await findArrays(handle, file, size);
      const close = async () => {
        await found.close?.();
        await handle.close();
      };
      return { ...found, close };
    } catch (error) {
      await handle.close();
      throw error;
    }
  });
}

/**
 * As `openEmbeddingFiles`, of what `open` makes of each path, which is absolute: a file, or a folder that holds arrays.
 */
export async function openEmbeddings(
  params: EmbeddingFileParams,
  context: ReadContext,
  open: (path: string) => Promise<FoundFile>,
): Promise<EmbeddingDataset> {
  const opened: FoundFile[] = [];
  const close = async () => {
    await Promise.all(opened.map(async (file) => file.close?.()));
  };
  const data: FoundFile[] = [];
  const openParts = async (path: string | readonly string[]): Promise<FoundFile> => {
    const files: FoundFile[] = [];
    for (const file of await partPaths([path].flat().map((each) => resolve(context.baseFolder, each)))) {
      context.signal.throwIfAborted();
      const found = await open(file);
      opened.push(found);
      files.push(found);
    }
    const joined = joinedFile(files);
    data.push(joined);
    return withoutArray(joined, params.relevance?.array);
  };
  const { path, modalities, relevance } = params;
  try {
    const { sources, notes } =
      typeof path === 'string'
        ? sourcesOfFile(await openParts(path), modalities)
        : await sourcesOfFiles(path, modalities, openParts);
    const facts = await relevanceFacts(relevance, {
      modalities: sources.map(({ modality }) => modality),
      rows: sources[0]!.rows,
      files: data,
      pathOf: (file) => resolve(context.baseFolder, file),
    });
    const ofFiles = opened.flatMap((file) => file.notes ?? []);
    return {
      ...sampledEmbeddings(sources, { facts, notes: [...notes, ...ofFiles] }, params, context),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A file without an array that is no modality, because it tells which rows share an item. */
function withoutArray(found: FoundFile, name: string | undefined): FoundFile {
  return { ...found, arrays: found.arrays.filter((array) => array.name !== name) };
}

/**
 * The rows that the sampling takes of sources, of which row i of each belongs together.
 *
 * @throws InputError `unequal-rows` when the sources have different numbers of rows.
 */
export function sampledEmbeddings(
  sources: readonly EmbeddingSource[],
  { facts, notes }: Pick<EmbeddingDataset, 'facts' | 'notes'>,
  { limit, sampling }: Sampling,
  context: ReadContext,
): Omit<EmbeddingDataset, 'close'> {
  const first = sources[0]!;
  for (const other of sources) {
    if (other.rows !== first.rows) throw unequalRows(first, other);
  }
  const selected = selectRows(first.rows, limit, sampling, context.random);
  return {
    kind: 'embeddings',
    notes,
    sources: sources.map((source) => selectEmbeddings(source, selected)),
    facts: selectFacts(facts, selected),
  };
}

/** Sources, and what is to be said of how they were read. */
interface ReadSources {
  readonly sources: EmbeddingSource[];
  readonly notes: DataNotes;
}

/** The modalities of one file: all its matrices, renamed in order, or those that are named. */
function sourcesOfFile(found: FoundFile, modalities: EmbeddingFileParams['modalities']): ReadSources {
  const { file, arrays } = found;
  if (modalities !== undefined) {
    // A list of the arrays' own names says which to take, whatever the order in the file.
    const isOwn =
      isList(modalities) && modalities.every((given) => arrays.some((array) => isNameOf(given, array)));
    if (!isList(modalities)) return namedSources(found, modalities);
    if (isOwn && new Set(modalities).size === modalities.length) {
      return namedSources(found, Object.fromEntries(modalities.map((name) => [name, name])));
    }
  }
  const chosen = chooseArrays(
    found,
    modalities === undefined ? { by: 'nothing' } : { by: 'order', names: modalities },
  );
  const { matrices, leftOut } = chosen;
  if (matrices.length === 0) {
    throw new InputError('no-embeddings', `${file} has no embeddings in it: ${contentsOf(chosen)}`, { file });
  }
  const names = modalities ?? matrices.map(({ name }) => name);
  if (names.length !== matrices.length || new Set(names).size !== names.length) {
    throw new InputError(
      'modality-names',
      `\`modalities\` gives ${names.length} names (${someOf(names)}), expected ${matrices.length} different ones: ${contentsOf(chosen)}`,
      { file },
    );
  }
  return {
    sources: matrices.map((matrix, index) => sourceOf(names[index]!, matrix, file)),
    notes: [...leftOutNotes(file, 'array', leftOut), ...notesOf(matrices)],
  };
}

/** The modalities that a mapping from modality to array names; what it does not name the user left out. */
function namedSources(found: FoundFile, modalities: Readonly<Record<string, string>>): ReadSources {
  const chosen = chooseArrays(found, { by: 'name', names: Object.values(modalities) });
  const taken = Object.entries(modalities).map(
    ([modality, name]) => [modality, namedMatrix(found, chosen, name)] as const,
  );
  return {
    sources: taken.map(([modality, matrix]) => sourceOf(modality, matrix, found.file)),
    notes: notesOf(taken.map(([, matrix]) => matrix)),
  };
}

/** One modality of each file: its only matrix, or the one that the mapping names. */
async function sourcesOfFiles(
  paths: FilesByModality,
  modalities: EmbeddingFileParams['modalities'],
  open: (path: string | readonly string[]) => Promise<FoundFile>,
): Promise<ReadSources> {
  const names = Object.keys(paths);
  if (names.length === 0) {
    throw new InputError(
      'modality-names',
      '`path` is an empty mapping, expected at least one modality: file',
    );
  }
  const mapping = modalities ?? {};
  const unknown = isList(mapping) ? mapping : Object.keys(mapping).filter((name) => !names.includes(name));
  if (isList(mapping) || unknown.length > 0) {
    throw new InputError(
      'modality-names',
      `\`path\` names the modalities already (${someOf(names)}); \`modalities\` may only map these to arrays, found ${someOf(unknown)}`,
    );
  }
  const taken: { modality: string; file: string; matrix: ChosenMatrix; notes: readonly Note[] }[] = [];
  for (const [modality, path] of Object.entries(paths)) {
    const found = await open(path);
    const name = mapping[modality];
    const { matrix, notes } = name === undefined ? onlyMatrix(found, modality) : matrixByName(found, name);
    taken.push({ modality, file: found.file, matrix, notes });
  }
  expectAlignedParts(
    taken.map(({ modality, matrix: { array, rows }, file }) => ({
      modality,
      parts: (array.numbers === null ? undefined : array.parts) ?? [{ file, rows }],
    })),
  );
  return {
    sources: taken.map(({ modality, matrix, file }) => sourceOf(modality, matrix, file)),
    notes: taken.flatMap(({ notes }) => notes),
  };
}

interface NotedMatrix {
  readonly matrix: ChosenMatrix;
  readonly notes: readonly Note[];
}

function matrixByName(found: FoundFile, name: string): NotedMatrix {
  const matrix = namedMatrix(found, chooseArrays(found, { by: 'name', names: [name] }), name);
  return { matrix, notes: notesOf([matrix]) };
}

/** The one matrix of a file that is a modality's own. */
function onlyMatrix(found: FoundFile, modality: string): NotedMatrix {
  const { file, arrays } = found;
  // The one array of a file is what the modality's name is for.
  const asked: Asked = arrays.length === 1 ? { by: 'order', names: [modality] } : { by: 'nothing' };
  const chosen = chooseArrays(found, asked);
  const [matrix, ...others] = chosen.matrices;
  if (matrix === undefined || others.length > 0) {
    throw new InputError(
      'array-missing',
      `${file} should hold the embeddings of ${modality} alone, or \`modalities\` say which array is: ${contentsOf(chosen)}`,
      { file },
    );
  }
  const notes = [...leftOutNotes(file, 'array', chosen.leftOut), ...notesOf([matrix])];
  return { matrix, notes };
}

function sourceOf(modality: string, { rows, columns, read }: ChosenMatrix, file: string): EmbeddingSource {
  return { modality, file, rows, columns, read };
}

function namedMatrix({ file }: FoundFile, chosen: ChosenArrays, name: string): ChosenMatrix {
  const matrix = chosen.matrices.find((candidate) => candidate.name === name);
  if (matrix !== undefined) return matrix;
  throw new InputError(
    'array-missing',
    `${file} has no array ${JSON.stringify(name)}: ${contentsOf(chosen)}`,
    { file },
  );
}

/** What is in a file, in words: `it has image (500×512), text (500×512); not usable: ids (int64, shape (500): …)`. */
function contentsOf({ matrices, leftOut }: ChosenArrays): string {
  const usable = matrices.map(({ name, rows, columns }) => `${name} (${rows}×${columns})`);
  const others = leftOut.map(({ name, reason }) => `${name} (${reason})`);
  const parts = [...(usable.length > 0 ? [`it has ${someOf(usable)}`] : [])];
  if (others.length > 0) parts.push(`not usable: ${someOf(others)}`);
  return parts.length === 0 ? 'it has no arrays' : parts.join('; ');
}

function isList(value: readonly string[] | Readonly<Record<string, string>>): value is readonly string[] {
  return Array.isArray(value);
}
