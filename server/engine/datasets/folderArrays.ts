import { basename, extname } from 'node:path';
import { InputError } from '../problems.ts';
import { arraysOfAnyFormat } from './arrayFormats.ts';
import type { LeftOut } from './dataNotes.ts';
import { isColumnOfValues, isNameOfFacts } from './embeddingArrays.ts';
import type { FoundArray } from './foundArray.ts';
import { saysModality } from './modalityFiles.ts';
import { openRegularFile } from './regularFile.ts';

/** A file of arrays in a folder, before its values are read. */
export interface ArrayFile {
  /** The way from the folder. */
  readonly name: string;
  readonly path: string;
}

/** A file of arrays, looked into. */
export interface SeenFile extends ArrayFile {
  /** Its arrays; why there are none, where it cannot be opened. */
  readonly arrays: readonly FoundArray[] | InputError;
}

/** Files of arrays with what is in them, as far as their headers tell. */
export async function lookInto(files: readonly ArrayFile[], signal?: AbortSignal): Promise<SeenFile[]> {
  const seen: SeenFile[] = [];
  for (const file of files) {
    signal?.throwIfAborted();
    seen.push({ ...file, arrays: await arraysOf(file.path) });
  }
  return seen;
}

async function arraysOf(path: string): Promise<readonly FoundArray[] | InputError> {
  try {
    const { handle, size } = await openRegularFile(path);
    try {
      const { arrays, close, onlyNamed } = await arraysOfAnyFormat(handle, path, size);
      await close?.();
      return onlyNamed ?? arrays;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/**
 * Which files of a folder hold embeddings, and which hold facts on their rows, such as labels. A file of single values
 * is left out where its name says that it holds such, or where two others remain: of `image.npy` and `text.npy`,
 * neither is left out in silence.
 */
export function withoutFacts(files: readonly SeenFile[]): {
  readonly kept: readonly SeenFile[];
  readonly leftOut: readonly LeftOut[];
} {
  const facts = new Map(
    files.flatMap((file): [SeenFile, string][] => {
      const reason = factsIn(file, files);
      return reason === null ? [] : [[file, reason]];
    }),
  );
  const fewLeft = files.length - facts.size < 2;
  const isLeftOut = (file: SeenFile) => facts.has(file) && (!fewLeft || isNameOfFacts(stemOf(file.name)));
  const kept = files.filter((file) => !isLeftOut(file));
  if (kept.length === 0) return { kept: files, leftOut: [] };
  const leftOut = files.filter(isLeftOut).map((file) => ({ name: file.name, reason: facts.get(file)! }));
  return { kept, leftOut };
}

/** Arrays with fewer rows may be items, such as a recording of a few channels. */
const fewestRows = 16;
/** More files than this beside media are items. */
const mostFiles = 64;

/**
 * Whether files of arrays are embeddings, although media lie beside them: plots, such as `tsne.png`. Embeddings are
 * matrices of equally many rows, and of more than there are media. Arrays that have media of their names, each,
 * are items that belong to these.
 */
export async function areEmbeddingsBeside(
  media: readonly string[],
  files: readonly ArrayFile[],
): Promise<boolean> {
  const stems = new Set(media.map(stemOf));
  if (files.length > mostFiles || files.every(({ name }) => stems.has(stemOf(name)))) return false;
  const shapes = withoutFacts(await lookInto(files)).kept.flatMap(({ arrays }) =>
    arrays instanceof InputError ? [[]] : arrays.map(shapeOf),
  );
  const rows = shapes[0]?.[0] ?? 0;
  return (
    rows >= Math.max(fewestRows, media.length + 1) &&
    shapes.every((shape) => shape.length === 2 && shape[0] === rows)
  );
}

/** Why a file holds no embeddings but something of the rows; null where it may hold embeddings. */
function factsIn({ name, path, arrays }: SeenFile, files: readonly SeenFile[]): string | null {
  const stem = stemOf(name);
  if (arrays instanceof InputError) {
    if (saysModality(stem)) return null;
    const reason = arrays.message.replace(`${path} `, '');
    // What follows the first sentence are the lines that convert it.
    if (arrays.code === 'format-not-read') return reason.split('. ')[0]!;
    return arrays.code === 'npy-type' ? reason : null;
  }
  const [array, ...others] = arrays;
  if (array === undefined || others.length > 0) return null;
  const { numbers, type, shape } = array;
  if (numbers === null) return array.advice === undefined && shape?.length === 1 ? type : null;
  const described = `${type}, shape (${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  if (shape.length === 0) return `${described}: a single value`;
  if (shape.length === 1) return `${described}: one value a row`;
  const shapes = files.flatMap((file) => (file.arrays instanceof InputError ? [] : file.arrays)).map(shapeOf);
  if (isColumnOfValues(stem, shape, shapes)) return `${described}: one value a row`;
  const isWhole = numbers !== 'floats' && isNameOfFacts(stem);
  return isWhole ? `${described}: whole numbers under a name of ids, labels or masks` : null;
}

function shapeOf({ shape }: FoundArray): readonly number[] {
  return shape ?? [];
}

function stemOf(name: string): string {
  return basename(name, extname(name));
}
