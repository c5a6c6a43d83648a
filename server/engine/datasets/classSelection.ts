import { z } from 'zod';
import { didYouMean } from '../didYouMean.ts';
import { InputError, type Place, type Problem } from '../problems.ts';
import type { SampleDataset } from './dataset.ts';
import { takeSamples } from './selectSamples.ts';

/** The parameter of readers whose rows have labels: `selectClasses` or an SQL condition takes what it names. */
export const classesParam = z
  .array(z.string().min(1).describe('A class: the label of the rows to take.'))
  .min(1)
  .optional()
  .describe(
    'Names of classes, for example `[cat, dog]`: only their rows are taken, in the order of the data, before `limit` and `sampling`. Absent: rows of all classes.',
  );

/** How many of the classes there are a message names. */
const NAMED_CLASSES = 20;

/** Where labels are looked for. */
export interface LabelledPlace {
  /** How messages call the data. */
  readonly where: string;
  /** What would give them labels, for messages: `a folder for each class`. */
  readonly expected: string;
  /** The file or folder, for the error's place. */
  readonly file?: string;
}

/** How many rows each class has, by name. Rows with an empty label are of no class. */
export function countClasses(labels: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const label of labels) if (label !== '') counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

/**
 * The rows of the classes that are named, in the order of the dataset; the same dataset when none is named.
 *
 * @throws InputError `labels-missing`, `unknown-class`.
 */
export function selectClasses(
  dataset: SampleDataset,
  classes: readonly string[] | undefined,
  place: LabelledPlace,
): SampleDataset {
  if (classes === undefined) return dataset;
  const { labels } = dataset.facts;
  if (labels === undefined) throw labelsMissing(place);
  checkClasses(classes, [...countClasses(labels).keys()], place);
  const wanted = new Set(classes);
  return takeSamples(
    dataset,
    Uint32Array.from(labels.keys()).filter((index) => wanted.has(labels[index]!)),
  );
}

/**
 * Each class that is named must have rows.
 *
 * @param known The classes there are.
 * @throws InputError `unknown-class` for the first that has none.
 */
export function checkClasses(
  classes: readonly string[],
  known: readonly string[],
  { where, file }: Pick<LabelledPlace, 'where' | 'file'>,
): void {
  const there = new Set(known);
  const unknown = classes.find((name) => !there.has(name));
  if (unknown === undefined) return;
  throw new InputError('unknown-class', describeUnknownClass(unknown, known, where).message, placeOf(file));
}

/** What to say of a class that no row has, and which of those there are was most likely meant. */
export function describeUnknownClass(
  name: string,
  known: readonly string[],
  where: string,
): { readonly message: string; readonly suggestion: string | undefined } {
  const suggestion = didYouMean(name, known);
  const hint = suggestion === undefined ? '' : ` Did you mean ${JSON.stringify(suggestion)}?`;
  const named = known.toSorted().slice(0, NAMED_CLASSES);
  const more = known.length > named.length ? ` and ${known.length - named.length} more` : '';
  return {
    message: `No row of ${where} is of the class ${JSON.stringify(name)}; expected one of ${named.join(', ')}${more}.${hint}`,
    suggestion,
  };
}

/** That classes are named where rows have no labels. */
export function labelsMissing({ where, expected, file }: LabelledPlace): InputError {
  return new InputError('labels-missing', labelsMissingMessage(where, expected), placeOf(file));
}

/** As `labelsMissing`, of parameters that tell it alone. */
export function labelsMissingProblem({ where, expected }: LabelledPlace): Problem {
  return {
    code: 'labels-missing',
    severity: 'error',
    message: labelsMissingMessage(where, expected),
    path: ['classes'],
  };
}

function labelsMissingMessage(where: string, expected: string): string {
  return `\`classes\` needs labels, and ${where} has none; expected ${expected}`;
}

function placeOf(file: string | undefined): Place {
  return file === undefined ? {} : { file };
}
