import type { FileHandle } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { z } from 'zod';
import { didYouMean } from '../didYouMean.ts';
import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { leftOutNotes, type LeftOut } from './dataNotes.ts';
import { listArchive } from './archiveEntries.ts';
import { fileRange } from './byteRange.ts';
import { defineReader, type Item, type SampleDataset, type SkippedRow } from './dataset.ts';
import { safetensorsNumberTypes } from './numberTypes.ts';
import { torchTensors } from './pytorch/torchTensors.ts';
import { openRegularFile } from './regularFile.ts';
import { readSafetensors } from './safetensorsFile.ts';
import { samplingParams } from './sampling.ts';
import { selectSamples } from './selectSamples.ts';
import { npyTensor, readTensorSlice, type StoredTensor } from './storedTensor.ts';
import { readTextLines } from './textFile.ts';
import { unequalRows } from './unequalRows.ts';

const name = z.string().min(1);

const params = z.strictObject({
  files: z
    .record(
      name,
      z.union([
        name,
        z.strictObject({
          file: name.describe('The file.'),
          array: name.describe('The array in it, of a .npz, .safetensors or .pt file.'),
        }),
      ]),
    )
    .describe(
      'A mapping from modality to file, such as `{ eeg: eeg.npy, image: frames.npy }`. Of a .npz, .safetensors or .pt file, the array is taken that has the modality’s name, or its only one; another one with `{ file: a.npz, array: x }`.',
    ),
  text: name
    .optional()
    .describe(
      'A text file in UTF-8 with the text of each row in its line, as the modality `text`. Rows whose line is blank are left out.',
    ),
  ...samplingParams,
});

/** Arrays of items, the first axis of which are the rows. */
export const tensors = defineReader({
  kind: 'tensors',
  title: 'Stacked tensors (.npy, .npz, .safetensors, .pt)',
  description:
    'Items to embed that are arrays of numbers, such as time series or spectra: one .npy, .npz, .safetensors or .pt array a modality, with a row for each index of its first axis, and optionally a text file with a line for each row. Numbers of any type, read as float32; slices are read when they are needed.',
  gives: 'samples',
  params,
  async open({ files, text, ...sampling }, { baseFolder, random }) {
    const handles: FileHandle[] = [];
    const close = async () => {
      await Promise.all(handles.map((handle) => handle.close()));
    };
    try {
      const stacks: Stack[] = [];
      const inFiles = new Map<string, TakenArrays>();
      for (const [modality, choice] of Object.entries(files)) {
        const { file, array } = typeof choice === 'string' ? { file: choice } : choice;
        const path = resolve(baseFolder, file);
        const opened = await openRegularFile(path);
        handles.push(opened.handle);
        const arrays = await arraysOf(opened, path);
        const { name: taken, tensor } = await chosenArray(arrays, modality, array, path);
        const others = inFiles.get(path) ?? { arrays, taken: [], isChosen: false };
        inFiles.set(path, {
          arrays: others.arrays,
          taken: [...others.taken, taken],
          isChosen: others.isChosen || array !== undefined,
        });
        checkStacked(tensor);
        stacks.push({ modality, tensor });
      }
      const texts = text === undefined ? undefined : await linesOf(resolve(baseFolder, text));
      const count = rowCount(stacks, texts);
      const notes: Note[] = [];
      for (const [path, found] of inFiles) notes.push(...leftOutNotes(path, 'array', await leftOutOf(found)));
      return selectSamples({ ...toDataset(stacks, texts, count, close), notes }, sampling, random);
    } catch (error) {
      await close();
      throw error;
    }
  },
});

/** The items of a modality. */
interface Stack {
  readonly modality: string;
  readonly tensor: StoredTensor;
}

/** Arrays in a file by name, each checked when it is opened. The only one of a .npy file, or of a .pt file without a dictionary, has no name. */
type Arrays = ReadonlyMap<string, () => Promise<StoredTensor> | StoredTensor>;

async function arraysOf(
  { handle, size }: { handle: FileHandle; size: number },
  file: string,
): Promise<Arrays> {
  switch (extname(file).toLowerCase()) {
    case '.npy':
      return new Map([['', () => npyTensor(fileRange(handle, file, 0, size), file, file)]]);
    case '.npz':
      return new Map(
        (await listArchive(handle, file))
          .filter((entry) => entry.name.endsWith('.npy'))
          .map((entry) => {
            const array = entry.name.slice(0, -'.npy'.length);
            return [array, () => npyTensor(entry.bytes(), `${file}, array ${array}`, file)];
          }),
      );
    case '.safetensors':
      return new Map(
        (await readSafetensors(handle, file, size)).map(({ name: array, type: typeName, shape, bytes }) => {
          const where = `${file}, tensor ${array}`;
          const open = () => {
            const type = safetensorsNumberTypes[typeName];
            if (type !== undefined) return { where, file, shape, type, fortranOrder: false, bytes };
            const expected = Object.keys(safetensorsNumberTypes).join(', ');
            throw new InputError(
              'tensor-type',
              `${where} has ${typeName} values, expected one of ${expected}`,
              {
                file,
              },
            );
          };
          return [array, open];
        }),
      );
    case '.pt':
    case '.pth':
      return torchTensors(handle, file, size);
    default:
      throw new InputError('tensor-format', `${file} should be a .npy, .npz, .safetensors or .pt file`, {
        file,
      });
  }
}

/** The arrays of a file, and which of them are modalities. */
interface TakenArrays {
  readonly arrays: Arrays;
  readonly taken: readonly string[];
  /** Whether the user said which array to take, and so which not to. */
  readonly isChosen: boolean;
}

async function leftOutOf({ arrays, taken, isChosen }: TakenArrays): Promise<LeftOut[]> {
  const leftOut: LeftOut[] = [];
  for (const [array, open] of isChosen ? [] : arrays) {
    if (taken.includes(array)) continue;
    try {
      const { type, shape } = await open();
      leftOut.push({ name: array, reason: `${type.name}, shape (${shape.join(', ')})` });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      leftOut.push({ name: array, reason: error.message });
    }
  }
  return leftOut;
}

async function chosenArray(
  arrays: Arrays,
  modality: string,
  asked: string | undefined,
  file: string,
): Promise<{ readonly name: string; readonly tensor: StoredTensor }> {
  const names = [...arrays.keys()];
  const wanted = asked ?? (arrays.has(modality) ? modality : names.length === 1 ? names[0] : undefined);
  const open = wanted === undefined ? undefined : arrays.get(wanted);
  if (wanted !== undefined && open !== undefined) return { name: wanted, tensor: await open() };
  const found = someOf(names.filter((array) => array !== ''));
  const near = asked === undefined ? undefined : didYouMean(asked, names);
  const problem = asked === undefined ? `none called ${modality}; say which with \`array\`` : `no ${asked}`;
  throw new InputError(
    'array-missing',
    `${file} has ${problem}.${near === undefined ? '' : ` Did you mean ${near}?`} Its arrays: ${found || 'one without a name'}`,
    { file },
  );
}

/** @throws InputError `tensor-shape` when the array has no rows, `tensor-order` when rows lie scattered in it. */
function checkStacked({ where, file, shape, fortranOrder }: StoredTensor): void {
  if (shape.length === 0 || shape.includes(0)) {
    throw new InputError(
      'tensor-shape',
      `${where} has the shape (${shape.join(', ')}), expected a first axis of rows, and no axis of 0`,
      { file },
    );
  }
  if (fortranOrder && shape.length > 1) {
    throw new InputError(
      'tensor-order',
      `${where} is in column-major (Fortran) order, in which rows lie scattered; save it with np.ascontiguousarray`,
      { file },
    );
  }
}

/** The text of each line of a file. */
interface Lines {
  readonly file: string;
  readonly lines: readonly string[];
}

async function linesOf(file: string): Promise<Lines> {
  return { file, lines: await readTextLines(file) };
}

/**
 * How many rows there are in every modality.
 *
 * @throws InputError `modality-names`, `unequal-rows`.
 */
function rowCount(stacks: readonly Stack[], texts: Lines | undefined): number {
  const [first] = stacks;
  if (first === undefined) {
    throw new InputError(
      'modality-names',
      '`files` is an empty mapping, expected at least one modality: file',
    );
  }
  if (texts !== undefined && stacks.some(({ modality }) => modality === 'text')) {
    throw new InputError(
      'modality-names',
      '`files` and `text` both give a modality called text, expected one',
    );
  }
  const count = first.tensor.shape[0]!;
  const [one, ...others] = [
    ...stacks.map(({ modality, tensor: { shape, where, file } }) => {
      return { modality, rows: shape[0]!, where, file };
    }),
    ...(texts === undefined ? [] : [{ modality: 'text', rows: texts.lines.length, file: texts.file }]),
  ];
  for (const other of others) {
    if (other.rows !== count) throw unequalRows(one!, other);
  }
  return count;
}

function toDataset(
  stacks: readonly Stack[],
  texts: Lines | undefined,
  count: number,
  close: () => Promise<void>,
): SampleDataset {
  const skipped: SkippedRow[] = [];
  const rows: number[] = [];
  for (let row = 0; row < count; row++) {
    if (texts?.lines[row] !== '') rows.push(row);
    else skipped.push({ id: `row-${row + 1}`, reason: `line ${row + 1} of ${texts.file} is blank` });
  }
  if (rows.length === 0) {
    throw new InputError('no-rows', `${texts!.file} has only blank lines; expected a text a line`);
  }
  const media = stacks.map(({ modality }) => ({ name: modality, content: 'tensor' }) as const);
  return {
    kind: 'samples',
    notes: [],
    modalities: texts === undefined ? media : [...media, { name: 'text', content: 'text' }],
    count: rows.length,
    facts: { ids: rows.map((row) => `row-${row + 1}`) },
    skipped,
    read(index) {
      const row = rows[index]!;
      const items = stacks.map(({ modality, tensor }): Item => ({
        content: 'tensor',
        name: `${modality}, row ${row + 1}`,
        load: () => readTensorSlice(tensor, row),
      }));
      if (texts !== undefined) items.push({ content: 'text', text: texts.lines[row]! });
      return Promise.resolve({ id: `row-${row + 1}`, items });
    },
    close,
  };
}
