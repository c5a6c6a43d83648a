import { extname } from 'node:path';
import { z } from 'zod';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { fileRange } from './byteRange.ts';
import type { RowFacts } from './dataset.ts';
import type { FoundFile } from './embeddingArrays.ts';
import type { FoundArray } from './foundArray.ts';
import { npyArray } from './npyArray.ts';
import { openRegularFile } from './regularFile.ts';
import { readTextLines } from './textFile.ts';

const name = z.string().min(1);

/** The parameter of readers of arrays that says which rows share their item of a modality. */
export const relevanceParam = z
  .strictObject({
    shared: name.describe('The modality of which several rows may share one item.'),
    array: name
      .optional()
      .describe(
        'The array in the data with a value for each row, such as ids of images; rows with equal values share an item.',
      ),
    file: name
      .optional()
      .describe(
        'Instead of an array of the data, a file with a value for each row: a .npy of one axis, or a text with a value a line.',
      ),
  })
  .optional()
  .describe(
    'Which rows share one item of a modality, such as an image with five captions, where equal embeddings do not tell: `{ shared: image, array: image_ids }` or `{ shared: image, file: image_ids.txt }`. The item counts once, and all of its partners are right answers in retrieval.',
  );

type RelevanceParam = z.output<typeof relevanceParam>;

/** The data that a relevance map is of. */
interface MappedData {
  readonly modalities: readonly string[];
  readonly rows: number;
  /** Files of the data, where arrays are looked for. */
  readonly files: readonly FoundFile[];
  /** Absolute path of a file that a configuration names. */
  readonly pathOf: (path: string) => string;
}

/**
 * The relevance map that a parameter names.
 *
 * @returns nothing where the parameter is absent.
 * @throws InputError `relevance-modality`, `relevance-values` where the values are not there, cannot be read or are not
 *   one a row; `file-unreadable`.
 */
export async function relevanceFacts(
  given: RelevanceParam,
  { modalities, rows, files, pathOf }: MappedData,
): Promise<Pick<RowFacts, 'relevance'>> {
  if (given === undefined) return {};
  const { shared } = given;
  if (!modalities.includes(shared)) {
    throw new InputError(
      'relevance-modality',
      `\`relevance\` names the modality ${shared}, expected one of ${someOf(modalities)}`,
    );
  }
  const { values, where, file } = await valuesOf(given, files, pathOf);
  if (values.length !== rows) {
    throw new InputError(
      'relevance-values',
      `${where} has ${values.length} values for \`relevance\`, expected one for each of the ${rows} rows of ${shared}`,
      { file },
    );
  }
  const numbers = new Map<string, number>();
  const groups = Int32Array.from(values, (value) => {
    const number = numbers.get(value) ?? numbers.size;
    numbers.set(value, number);
    return number;
  });
  return { relevance: { shared, groups } };
}

interface Values {
  readonly values: readonly string[];
  /** How messages call where they are. */
  readonly where: string;
  readonly file: string;
}

async function valuesOf(
  { array, file: path }: NonNullable<RelevanceParam>,
  files: readonly FoundFile[],
  pathOf: MappedData['pathOf'],
): Promise<Values> {
  if ((array === undefined) === (path === undefined)) {
    throw new InputError(
      'relevance-values',
      `\`relevance\` needs either \`array\` or \`file\`, found ${array === undefined ? 'neither' : 'both'}`,
    );
  }
  if (path !== undefined) {
    const file = pathOf(path);
    if (extname(file).toLowerCase() !== '.npy')
      return { values: await readTextLines(file), where: file, file };
    const { handle, size } = await openRegularFile(file);
    try {
      const found = await npyArray('values', file, file, () => fileRange(handle, file, 0, size));
      return { values: await keysOf(found, file, file), where: file, file };
    } finally {
      await handle.close();
    }
  }
  for (const { file, arrays } of files) {
    const found = arrays.find((candidate) => candidate.name === array);
    if (found === undefined) continue;
    const where = `${file}, array ${found.name}`;
    return { values: await keysOf(found, where, file), where, file };
  }
  const names = files.flatMap(({ arrays }) => arrays.map((candidate) => candidate.name));
  throw new InputError(
    'relevance-values',
    `\`relevance\` names the array ${array!}, which is not in the data; found ${someOf(names)}`,
    { file: files[0]!.file },
  );
}

async function keysOf(
  { keys, type, shape }: FoundArray,
  where: string,
  file: string,
): Promise<readonly string[]> {
  const isColumn = shape !== null && (shape.length === 1 || (shape.length === 2 && shape.includes(1)));
  if (keys !== undefined && isColumn) return await keys();
  const expected = isColumn
    ? 'which are not read as values of rows from this kind of file; save them as whole numbers that lie one after the other, or give a `file` with a value a line'
    : 'expected numbers or strings, one a row';
  throw new InputError(
    'relevance-values',
    `${where} holds ${type} of shape (${(shape ?? []).join(', ')}) for \`relevance\`, ${expected}`,
    { file },
  );
}
