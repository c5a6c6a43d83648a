import { InputError } from '../problems.ts';
import type { FoundFile } from './embeddingArrays.ts';
import type { ArrayPart, FoundArray, FoundNumbers } from './foundArray.ts';
import { shardPaths } from './shardPaths.ts';
import type { StoredMatrix } from './storedArray.ts';

/** The files that a value of `path` stands for, in order; a pattern's by their numbers, so that 10 comes after 9. */
export async function partPaths(value: string | readonly string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const path of typeof value === 'string' ? [value] : value) {
    if (!/[*{]/.test(path)) paths.push(path);
    else paths.push(...(await shardPaths(path)).sort(byNumbers));
  }
  return paths;
}

/**
 * Files that hold parts of the same arrays, as one file whose arrays have the rows of all of them, one after the other.
 *
 * @throws InputError `unequal-parts` where an array is not in all of them, or has rows of different lengths.
 */
export function joinedFile(parts: readonly FoundFile[]): FoundFile {
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('A file needs a part');
  if (others.length === 0) return first;
  const file = `${first.file} and ${others.length} more`;
  const onlyNamed = parts.find((part) => part.onlyNamed !== undefined)?.onlyNamed;
  return {
    file,
    arrays: first.arrays.map(({ name }) => joinedArray(name, file, parts)),
    notes: parts.flatMap(({ notes = [] }) => notes),
    ...(onlyNamed !== undefined && { onlyNamed }),
  };
}

/**
 * Parts of different modalities belong together one by one, where they are equally many: rows of one part beside rows of
 * another one would be measured as pairs.
 *
 * @throws InputError `unequal-parts`, which names the first two that do not fit.
 */
export function expectAlignedParts(
  modalities: readonly { readonly modality: string; readonly parts: readonly ArrayPart[] }[],
): void {
  const [first, ...others] = modalities;
  for (const other of others) {
    // Of one part each, the rows of all are what is compared.
    if (other.parts.length === 1 || other.parts.length !== first!.parts.length) continue;
    const at = other.parts.findIndex(({ rows }, index) => rows !== first!.parts[index]!.rows);
    if (at < 0) continue;
    const [one, two] = [first!.parts[at]!, other.parts[at]!];
    throw new InputError(
      'unequal-parts',
      `Part ${at + 1} of ${first!.modality} has ${one.rows} rows (${one.file}), of ${other.modality} ${two.rows} (${two.file}); row i of each must belong together`,
      { file: two.file },
    );
  }
}

function joinedArray(name: string, file: string, parts: readonly FoundFile[]): FoundArray {
  const arrays = parts.map(({ file: part, arrays: found }): readonly [string, FoundArray] => {
    const array = found.find((candidate) => candidate.name === name);
    if (array !== undefined) return [part, array];
    throw new InputError('unequal-parts', `${part} has no array ${name}, which the other parts have`, {
      file: part,
    });
  });
  const [, head] = arrays[0]!;
  const keys = async () => {
    const all: string[] = [];
    for (const [, array] of arrays) all.push(...((await array.keys?.()) ?? []));
    return all;
  };
  if (head.numbers === null) return head.keys === undefined ? head : { ...head, keys };
  const numbers = arrays.map(([part, array]): readonly [string, FoundNumbers] => {
    if (array.numbers === null || !isAlike(array, head)) {
      throw new InputError(
        'unequal-parts',
        `${part}: ${name} is ${array.type} of shape (${(array.shape ?? []).join(', ')}), expected as many columns as in ${arrays[0]![0]}, (${head.shape.join(', ')})`,
        { file: part },
      );
    }
    return [part, array];
  });
  const filled = numbers.filter(([, { shape }]) => shape[0] !== 0);
  return {
    ...head,
    shape: [filled.reduce((sum, [, { shape }]) => sum + shape[0]!, 0), ...head.shape.slice(1)],
    parts: numbers.map(([part, { shape }]) => ({ file: part, rows: shape[0]! })),
    matrices(shape) {
      if (shape.length !== 2) {
        throw new InputError(
          'array-shape',
          `${file}: ${name} has the shape (${head.shape.join(', ')}) in its first part; parts are joined of arrays of shape (rows, columns)`,
          { file: arrays[0]![0] },
        );
      }
      return [joinedMatrix(filled.map(([, array]) => array.matrices([array.shape[0]!, shape[1]!])[0]!))];
    },
    keys,
  };
}

function isAlike(array: FoundNumbers, other: FoundNumbers): boolean {
  const [own, others] = [array.shape.slice(1), other.shape.slice(1)];
  return (
    array.shape.length > 0 &&
    own.length === others.length &&
    own.every((length, axis) => length === others[axis])
  );
}

/** The rows of matrices, one after the other. */
function joinedMatrix(matrices: readonly StoredMatrix[]): StoredMatrix {
  const [{ name, columns }] = matrices as [StoredMatrix];
  const ends: number[] = [];
  for (const { rows } of matrices) ends.push((ends.at(-1) ?? 0) + rows);
  return {
    name,
    columns,
    rows: ends.at(-1)!,
    async read(start, count, target) {
      let done = 0;
      for (let at = ends.findIndex((end) => end > start); done < count; at++) {
        const matrix = matrices[at]!;
        const own = start + done - (ends[at]! - matrix.rows);
        const taken = Math.min(count - done, matrix.rows - own);
        await matrix.read(own, taken, target.subarray(done * columns));
        done += taken;
      }
    },
  };
}

function byNumbers(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
