import type { Note } from '../../protocol/report.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import type { LeftOut } from './dataNotes.ts';
import type { FoundArray, FoundNumbers, FoundOthers } from './foundArray.ts';
import type { StoredMatrix } from './storedArray.ts';

/** The arrays of a file. */
export interface FoundFile {
  readonly file: string;
  readonly arrays: readonly FoundArray[];
  /** What was read in another way than it stands there. */
  readonly notes?: readonly Note[];
  /** Why only those arrays are taken that the user names; what is thrown otherwise. */
  readonly onlyNamed?: InputError;
  /** Closes what stays open for the arrays beside the file itself. */
  readonly close?: () => Promise<void>;
}

/** What the user said of the arrays of a file: nothing, names for all of them in order, or which ones to take. */
export type Asked =
  | { readonly by: 'nothing' }
  | { readonly by: 'order'; readonly names: readonly string[] }
  | { readonly by: 'name'; readonly names: readonly string[] };

/** The embeddings in a file. */
export interface ChosenArrays {
  readonly matrices: readonly ChosenMatrix[];
  /** Arrays that are not among them, and why. */
  readonly leftOut: readonly LeftOut[];
}

/** A matrix of a file, and the array that it is, or is a slice of. */
export interface ChosenMatrix extends StoredMatrix {
  readonly array: FoundArray;
  /** What was read in another way than it stands there. */
  readonly notes: readonly Note[];
}

/** A first axis that nobody asked for is one of modalities up to this length. */
const mostModalities = 16;
/** One whose slices the user names, up to this one. */
const mostNamedModalities = 1000;
/** Names of arrays of whole numbers that say of rows, and are no embeddings of them. */
const namesOfFacts =
  /(^|[^a-z])(ids?|idx|index|indices|labels?|targets?|class(es)?|masks?|tokens?|lengths?)$/i;
/** Names of single values a row, beside rows of several. */
const namesOfValues = /(^|[^a-z])(ids?|labels?|targets?|class(es)?|scores?|y|y_true|ratings?|weights?)$/i;

/** Whether the name of an array says that its rows are ids, labels or the like, and no embeddings. */
export function isNameOfFacts(name: string): boolean {
  return namesOfFacts.test(name);
}

/** Whether an array has one value a row and a name that says so, where another array has rows of several. */
export function isColumnOfValues(
  name: string,
  shape: readonly number[],
  others: readonly (readonly number[])[],
): boolean {
  return shape.length === 2 && shape[1] === 1 && namesOfValues.test(name) && others.some(isWide);
}

function isWide(shape: readonly number[]): boolean {
  return shape.length >= 2 && shape.at(-1)! > 1;
}

/**
 * Which arrays of a file are embeddings, and which are not. One decision for all files of arrays, from the names, types
 * and shapes of all of them and what the user said. Arrays of floats are; whole numbers where they are quantised
 * embeddings: of the shape of one of floats, or of 8 bits where there are no floats. What the user names is always
 * taken, or refused.
 *
 * Of three axes, the first is one of modalities where it is short, and shorter than the one of rows; axes of length 1
 * are dropped.
 *
 * @throws InputError `array-shape` or `no-embeddings` for an array that the user named, or a file's only one, that cannot
 *   be embeddings, or that nobody named and that lacks nothing but a storage that is read; `onlyNamed` of the file.
 */
export function chooseArrays({ file, arrays, onlyNamed }: FoundFile, asked: Asked): ChosenArrays {
  if (onlyNamed !== undefined && asked.by !== 'name') throw onlyNamed;
  const only = arrays.length === 1;
  const ofFloats = arrays.filter(
    (array): array is FoundNumbers => array.numbers === 'floats' && array.shape.length >= 2,
  );
  const matrices: ChosenMatrix[] = [];
  const leftOut: LeftOut[] = [];
  for (const array of arrays) {
    const named = asked.by === 'name' ? asked.names.filter((name) => isNameOf(name, array)) : [];
    const isAsked = named.length > 0 || (only && asked.by !== 'nothing');
    // Names in order are those of slices where one array alone can be meant.
    const hasSlices = only || (ofFloats.length === 1 && ofFloats[0] === array);
    const slices = hasSlices && asked.by === 'order' ? asked.names.length : undefined;
    const refuse = (reason: string) => {
      if (isAsked || only) throw refusal(array, reason, file);
      leftOut.push({ name: array.name, reason: `${typeInWords(array)}: ${reason}` });
    };
    if (array.numbers === null) {
      if (asked.by !== 'name') expectNoCounterpart(array, ofFloats, file);
      refuse(array.advice ?? 'expected numbers');
      continue;
    }
    const form = formOf(array, slices, named, ofFloats);
    if (typeof form === 'string') {
      refuse(form);
      continue;
    }
    const problem = isAsked ? null : valuesProblem(array, form.shape, ofFloats);
    if (problem !== null) {
      refuse(problem);
      continue;
    }
    const notes = notesOn(array, form, file);
    matrices.push(...array.matrices(form.shape).map((matrix) => ({ ...matrix, array, notes })));
  }
  return { matrices, leftOut };
}

/** An array as messages describe it: `ids (int64, shape (24))`. */
function arrayInWords(array: FoundArray): string {
  return `${array.name} (${typeInWords(array)})`;
}

function typeInWords({ type, shape }: FoundArray): string {
  return shape === null ? type : `${type}, shape ${shapeInWords(shape)}`;
}

/** The notes on matrices, each once. */
export function notesOf(matrices: readonly ChosenMatrix[]): Note[] {
  return [...new Set(matrices.flatMap(({ notes }) => notes))];
}

/** Whether a name that the user gave is that of an array, or of a slice of it. */
export function isNameOf(given: string, { name, shape }: FoundArray): boolean {
  if (given === name) return true;
  const [slice] = given.startsWith(name) ? (/^-[1-9]\d{0,3}$/.exec(given.slice(name.length)) ?? []) : [];
  return slice !== undefined && shape?.length === 3 && Number(slice.slice(1)) <= shape[0]!;
}

/** How an array is read. */
interface Form {
  /** (rows, columns) or (modalities, rows, columns). */
  readonly shape: readonly number[];
  /** Whether nobody said that the first axis is one of modalities. */
  readonly isGuessed: boolean;
}

/** How to read an array of numbers, or why it cannot be embeddings. */
function formOf(
  { name, shape }: FoundNumbers,
  slices: number | undefined,
  named: readonly string[],
  floats: readonly FoundNumbers[],
): Form | string {
  if (shape.includes(0)) return 'it is empty';
  if (shape.length === 2) return { shape, isGuessed: false };
  const withoutOnes = shape.filter((length) => length !== 1);
  const [first = 1, rows = 1, columns = 1] = shape;
  if (shape.length === 3) {
    const isSlices = named.some((given) => given !== name) || (slices === first && first > 1);
    if (isSlices && first <= mostNamedModalities) return { shape, isGuessed: false };
    if (first === 1) return { shape: [rows, columns], isGuessed: false };
    if (rows === 1) return { shape: [first, columns], isGuessed: false };
    if (floats.some((other) => other.shape.length === 2 && other.shape[0] === first && first !== rows)) {
      return `several vectors for each of ${first} rows; save one, such as x[:, 0] or x.mean(axis=1)`;
    }
    if (first <= mostModalities && first < rows) return { shape, isGuessed: true };
    if (columns === 1) return { shape: [first, rows], isGuessed: false };
    return (
      `which axis is the one of rows? A first axis of ${first} is not taken for one of modalities. ` +
      'Save one vector a row, such as x[:, 0] or x.mean(axis=1), or put the axis of modalities first with np.moveaxis'
    );
  }
  if (withoutOnes.length === 2) return { shape: withoutOnes, isGuessed: false };
  if (shape.length < 2) return shape.length === 0 ? 'a single value' : 'one value a row';
  return 'which axes are those of rows and of columns? Save one vector a row, such as x.reshape(len(x), -1) or, of maps, x.mean(axis=(2, 3))';
}

/**
 * An array that has a row of values for each row of another one is a modality too, but for how it is stored: a
 * measurement without it would be another one than was meant.
 *
 * @throws InputError `no-embeddings`.
 */
function expectNoCounterpart(array: FoundOthers, floats: readonly FoundNumbers[], file: string): void {
  const { name, shape, advice } = array;
  if (advice === undefined || shape?.length !== 2 || shape[1]! < 2 || namesOfFacts.test(name)) return;
  const beside = floats.filter((other) => other.shape.length === 2 && other.shape[0] === shape[0]);
  if (beside.length === 0) return;
  const names = beside.map((other) => other.name);
  throw new InputError(
    'no-embeddings',
    `${file}: ${arrayInWords(array)} cannot be read: ${advice}; name ${someOf(names)} alone in \`modalities\` to measure without it`,
    { file },
  );
}

/** Why an array that nobody named is not taken for embeddings, for its values and its name; null where it is. */
function valuesProblem(
  array: FoundNumbers,
  shape: readonly number[],
  floats: readonly FoundNumbers[],
): string | null {
  if (array.numbers !== 'floats') return wholeNumberProblem(array, shape, floats);
  return isColumnOfValues(
    array.name,
    shape,
    floats.map((other) => other.shape),
  )
    ? 'one value a row; name it in `modalities` to take it for an embedding'
    : null;
}

/** Why whole numbers or booleans that nobody named are not taken for embeddings; null where they are. */
function wholeNumberProblem(
  { name, numbers, type }: FoundNumbers,
  shape: readonly number[],
  floats: readonly FoundNumbers[],
): string | null {
  const howToTake = 'name it in `modalities` to take its numbers as embeddings';
  if (numbers === 'booleans') return `truth values; ${howToTake}`;
  if (shape.at(-1)! < 2) return `one whole number a row; ${howToTake}`;
  if (namesOfFacts.test(name)) return `whole numbers under a name of ids, labels or masks; ${howToTake}`;
  if (floats.length === 0) {
    return /^u?int8$/.test(type) ? null : `whole numbers of more than 8 bits are mostly ids; ${howToTake}`;
  }
  const isLike = floats.some(({ shape: other }) =>
    sameShape(
      shape,
      other.filter((length) => length !== 1),
    ),
  );
  return isLike ? null : `whole numbers of another shape than the floats; ${howToTake}`;
}

function sameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((length, axis) => length === other[axis]);
}

function refusal(array: FoundArray, reason: string, file: string): InputError {
  const isShape = array.numbers === 'floats' && (array.shape.length !== 2 || array.shape.includes(0));
  const expected = isShape ? '; expected (rows, columns) or (modalities, rows, columns), none of them 0' : '';
  return new InputError(
    isShape ? 'array-shape' : 'no-embeddings',
    `${file}: ${arrayInWords(array)} cannot be read as embeddings: ${reason}${expected}`,
    { file },
  );
}

function notesOn(array: FoundNumbers, { shape, isGuessed }: Form, file: string): Note[] {
  const notes: Note[] = [];
  if (shape.length < array.shape.length) {
    notes.push({
      code: 'axes-dropped',
      message: `${file}: ${arrayInWords(array)} is read as ${shapeInWords(shape)}: axes of length 1 hold nothing of their own`,
    });
  }
  if (isGuessed) {
    notes.push({
      code: 'first-axis',
      message: `${file}: the first axis of ${arrayInWords(array)} is read as ${shape[0]!} modalities of ${shape[1]!} rows each; where it is another one, save (rows, columns)`,
    });
  }
  if (array.numbers !== 'floats') {
    notes.push({
      code: 'whole-number-embeddings',
      message: `${file}: the values of ${arrayInWords(array)} are taken as they stand. A common scale does not change cosines; a zero point would, and so would packed bits (np.unpackbits)`,
    });
  }
  return notes;
}

function shapeInWords(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]!},)` : `(${shape.join(', ')})`;
}
