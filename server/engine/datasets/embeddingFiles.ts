import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { leftOutNotes, type LeftOut } from './dataNotes.ts';
import type { DataNotes, EmbeddingDataset, EmbeddingSource, ReadContext } from './dataset.ts';
import { openRegularFile } from './regularFile.ts';
import { samplingParams, selectEmbeddings, selectFacts, selectRows, type Sampling } from './sampling.ts';
import type { StoredMatrix } from './storedArray.ts';

/** The parameters that every reader of embedding files has: spread into its schema. */
export const embeddingFileParams = {
  path: z
    .union([z.string().min(1), z.record(z.string().min(1), z.string().min(1))])
    .describe(
      'The file with the embeddings; or a mapping from modality to file, such as `{ image: a.npy, text: b.npy }`, where each modality has its own.',
    ),
  modalities: z
    .union([z.array(z.string().min(1)).min(1), z.record(z.string().min(1), z.string().min(1))])
    .optional()
    .describe(
      'Names for the modalities, in the order of the file; or a mapping from modality to the name of the array to take, such as `{ image: image_embeds, text: text_embeds }`. Absent: every array is a modality under its own name (`modality-1`, `modality-2`, … in a .npy).',
    ),
  ...samplingParams,
};

/** What `embeddingFileParams` gives once parsed. */
interface EmbeddingFileParams extends Sampling {
  readonly path: string | Readonly<Record<string, string>>;
  readonly modalities?: readonly string[] | Readonly<Record<string, string>> | undefined;
}

/** What was found in a file of embeddings. */
export interface EmbeddingFile {
  readonly file: string;
  readonly matrices: readonly StoredMatrix[];
  /** Arrays that cannot be embeddings. */
  readonly unusable: readonly LeftOut[];
}

/** Finds the matrices in an open file of `size` bytes, which is read from and closed later by others. */
export type FindMatrices = (handle: FileHandle, file: string, size: number) => Promise<EmbeddingFile>;

/**
 * Opens the embeddings that the parameters name: one source a modality, all with the same number of rows.
 *
 * @throws InputError `file-unreadable`, `modality-names`, `array-missing`, `no-embeddings`, `unequal-rows`, and
 *   those of `findMatrices`.
 */
export async function openEmbeddingFiles(
  params: EmbeddingFileParams,
  context: ReadContext,
  findMatrices: FindMatrices,
): Promise<EmbeddingDataset> {
  const handles: FileHandle[] = [];
  const close = async () => {
    await Promise.all(handles.map((handle) => handle.close()));
  };
  const open = async (path: string): Promise<EmbeddingFile> => {
    const file = resolve(context.baseFolder, path);
    const { handle, size } = await openRegularFile(file);
    handles.push(handle);
    return findMatrices(handle, file, size);
  };
  const { path, modalities } = params;
  try {
    const { sources, notes } =
      typeof path === 'string'
        ? sourcesOfFile(await open(path), modalities)
        : await sourcesOfFiles(path, modalities, open);
    return { ...sampledEmbeddings(sources, { facts: {}, notes }, params, context), close };
  } catch (error) {
    await close();
    throw error;
  }
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
    if (other.rows !== first.rows) {
      throw new InputError(
        'unequal-rows',
        `The modality ${first.modality} has ${first.rows} rows (${first.file}), but ${other.modality} has ${other.rows} (${other.file}); row i of each must belong together`,
        { file: other.file },
      );
    }
  }
  const selected = selectRows(first.rows, limit, sampling, context.random);
  return {
    kind: 'embeddings',
    notes,
    sources: sources.map((source) => selectEmbeddings(source, selected)),
    facts: selectFacts(facts, selected),
  };
}

/** The modalities of files, and what else is in these. */
interface NamedSources {
  readonly sources: readonly EmbeddingSource[];
  readonly notes: DataNotes;
}

/** The modalities of one file: all its matrices, renamed in order, or those that the mapping names. */
function sourcesOfFile(found: EmbeddingFile, modalities: EmbeddingFileParams['modalities']): NamedSources {
  const { file, matrices, unusable } = found;
  if (modalities !== undefined && !isList(modalities)) {
    // Who says which arrays to take has said which not to take.
    const named = Object.entries(modalities);
    return {
      sources: named.map(([modality, name]) => sourceOf(modality, namedMatrix(found, name), file)),
      notes: [],
    };
  }
  if (matrices.length === 0) {
    throw new InputError('no-embeddings', `${file} has no embeddings in it. ${contentsOf(found)}`, { file });
  }
  const names = modalities ?? matrices.map(({ name }) => name);
  if (names.length !== matrices.length || new Set(names).size !== names.length) {
    throw new InputError(
      'modality-names',
      `\`modalities\` gives ${names.length} names (${names.join(', ')}), expected ${matrices.length} different ones: ${contentsOf(found)}`,
      { file },
    );
  }
  return {
    sources: matrices.map((matrix, index) => sourceOf(names[index]!, matrix, file)),
    notes: leftOutNotes(file, 'array', unusable),
  };
}

/** One modality of each file: its only matrix, or the one that the mapping names. */
async function sourcesOfFiles(
  paths: Readonly<Record<string, string>>,
  modalities: EmbeddingFileParams['modalities'],
  open: (path: string) => Promise<EmbeddingFile>,
): Promise<NamedSources> {
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
      `\`path\` names the modalities already (${names.join(', ')}); \`modalities\` may only map these to arrays, found ${unknown.join(', ')}`,
    );
  }
  const sources: EmbeddingSource[] = [];
  const notes: Note[] = [];
  for (const [modality, path] of Object.entries(paths)) {
    const found = await open(path);
    const name = mapping[modality];
    if (name === undefined && found.matrices.length !== 1) {
      throw new InputError(
        'array-missing',
        `${found.file} should hold the embeddings of ${modality} alone, or \`modalities\` say which array is: ${contentsOf(found)}`,
        { file: found.file },
      );
    }
    const matrix = name === undefined ? found.matrices[0]! : namedMatrix(found, name);
    sources.push(sourceOf(modality, matrix, found.file));
    if (name === undefined) notes.push(...leftOutNotes(found.file, 'array', found.unusable));
  }
  return { sources, notes };
}

function sourceOf(modality: string, { rows, columns, read }: StoredMatrix, file: string): EmbeddingSource {
  return { modality, file, rows, columns, read };
}

function namedMatrix(found: EmbeddingFile, name: string): StoredMatrix {
  const matrix = found.matrices.find((candidate) => candidate.name === name);
  if (matrix !== undefined) return matrix;
  const { file, unusable } = found;
  const reason = unusable.find((array) => array.name === name)?.reason;
  throw new InputError(
    'array-missing',
    reason === undefined
      ? `${file} has no array ${JSON.stringify(name)}. ${contentsOf(found)}`
      : `The array ${name} of ${file} cannot be embeddings: ${reason}`,
    { file },
  );
}

/** What is in a file, in words: `It has image (500×512), text (500×512); not usable: ids (integers (<i8))`. */
function contentsOf({ matrices, unusable }: EmbeddingFile): string {
  const usable = matrices.map(({ name, rows, columns }) => `${name} (${rows}×${columns})`);
  const others = unusable.map(({ name, reason }) => `${name} (${reason})`);
  const parts = [...(usable.length > 0 ? [`it has ${usable.join(', ')}`] : [])];
  if (others.length > 0) parts.push(`not usable: ${others.slice(0, 10).join(', ')}`);
  return parts.length === 0 ? 'it has no arrays' : parts.join('; ');
}

function isList(value: readonly string[] | Readonly<Record<string, string>>): value is readonly string[] {
  return Array.isArray(value);
}
