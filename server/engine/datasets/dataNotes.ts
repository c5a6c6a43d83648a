import type { Note } from '../../protocol/report.ts';
import { mostLetters, shortened, someOf } from '../someOf.ts';
import type { SkippedRow } from './dataset.ts';

/** A name or reason is cut in a note from this many characters. */
const longestPart = 200;

/** Something that a reader found and did not read as a modality. */
export interface LeftOut {
  /** Of the array, column or file, as it stands in the data. */
  readonly name: string;
  /** What it is instead, with type and shape: `integers (<i8), shape (500,)`. */
  readonly reason: string;
}

/**
 * That something of the data is no modality of the measurement: nothing vanishes without a word.
 *
 * @param where The file or folder that it is in.
 * @param noun What it is, in the singular: `array`, `column`.
 * @returns One note; none where nothing was left out.
 */
export function leftOutNotes(where: string, noun: string, leftOut: readonly LeftOut[]): Note[] {
  if (leftOut.length === 0) return [];
  const inWords = (reasonOf: (reason: string) => string) =>
    leftOut.map(
      ({ name, reason }) => `${shortened(name, longestPart)} (${shortened(reasonOf(reason), longestPart)})`,
    );
  const full = inWords((reason) => reason);
  // That each is named matters more than why: of many, only type and shape, which stand before a colon.
  const isLong = full.join(', ').length > mostLetters;
  const listed = isLong
    ? someOf(
        inWords((reason) => reason.split(': ', 1)[0]!),
        20,
      )
    : someOf(full);
  const nouns =
    leftOut.length === 1 ? `1 ${noun} was` : `${leftOut.length} ${noun.replace(/( of|$)/, 's$1')} were`;
  return [{ code: 'left-out', message: `${where}: ${nouns} not read as a modality: ${listed}` }];
}

/**
 * Files or members that were not read, by the ends of their names.
 *
 * @param unread The end of each name, without the dot before it, and the name; an end may be empty.
 */
export function leftOutTypes(unread: Iterable<readonly [end: string, name: string]>): LeftOut[] {
  const byEnd = new Map<string, { count: number; readonly first: string }>();
  for (const [end, name] of unread) {
    const found = byEnd.get(end);
    if (found === undefined) byEnd.set(end, { count: 1, first: name });
    else found.count += 1;
  }
  return [...byEnd].map(([end, { count, first }]) => ({
    name: end === '' ? 'without an extension' : `.${end}`,
    reason: count === 1 ? first : `${count}, first ${first}`,
  }));
}

/** That rows were left out. @returns One note; none where no row was. */
export function skippedRowsNotes(skipped: readonly SkippedRow[]): Note[] {
  if (skipped.length === 0) return [];
  const listed = someOf(
    skipped.map(({ id, reason }) => `${shortened(id, longestPart)} (${shortened(reason, longestPart)})`),
  );
  const were = skipped.length === 1 ? ' was' : 's were';
  return [{ code: 'rows-skipped', message: `${skipped.length} row${were} left out: ${listed}` }];
}

/** A message, and how many rows were left out and why the first was; the message alone where none was. */
export function withLeftOutRows(message: string, skipped: readonly SkippedRow[]): string {
  const [first] = skipped;
  if (first === undefined) return message;
  const isOne = skipped.length === 1;
  return `${message}; ${skipped.length} row${isOne ? ' was' : 's were'} left out (${isOne ? '' : 'first: '}${first.id}: ${first.reason})`;
}
