import type { Note } from '../../protocol/report.ts';
import { shortened, someOf } from '../someOf.ts';
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
  const listed = someOf(
    leftOut.map(({ name, reason }) => `${shortened(name, longestPart)} (${shortened(reason, longestPart)})`),
  );
  const nouns = leftOut.length === 1 ? `1 ${noun} was` : `${leftOut.length} ${noun}s were`;
  return [{ code: 'left-out', message: `${where}: ${nouns} not read as a modality: ${listed}` }];
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
