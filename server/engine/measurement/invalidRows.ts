import type { Note } from '../../protocol/report.ts';
import type { EmbeddingSource } from '../datasets/dataset.ts';
import { InputError } from '../problems.ts';
import { someOf } from '../someOf.ts';
import { rowProblem } from './rowProblem.ts';

/** Rows of a modality that have no direction, by their numbers from 0. */
interface InvalidRowsOfModality {
  readonly modality: string;
  readonly zero: readonly number[];
  /** With NaN or infinity. */
  readonly nonFinite: readonly number[];
}

/** Rows that cannot be measured, as an embedding of theirs has no direction. */
export interface InvalidRows {
  /** Those of any modality, ascending, each once. */
  readonly rows: Uint32Array;
  /** Modalities that have some, in their order. */
  readonly modalities: readonly InvalidRowsOfModality[];
}

/** Values of a modality that are read at a time: 8 MiB. */
const chunkValues = 2 ** 21;

/** Reads every row of every modality, and finds those that are zero or not finite. */
export async function findInvalidRows(
  sources: readonly EmbeddingSource[],
  signal: AbortSignal,
): Promise<InvalidRows> {
  const modalities: InvalidRowsOfModality[] = [];
  for (const source of sources) {
    const { modality, rows, columns } = source;
    const perChunk = Math.max(1, Math.min(rows, Math.floor(chunkValues / columns)));
    const values = new Float32Array(perChunk * columns);
    const [zero, nonFinite]: [number[], number[]] = [[], []];
    for (let start = 0; start < rows; start += perChunk) {
      signal.throwIfAborted();
      const count = Math.min(perChunk, rows - start);
      await source.read(start, count, values);
      for (let row = 0; row < count; row++) {
        let squares = 0;
        for (let at = row * columns; at < (row + 1) * columns; at++) squares += values[at]! ** 2;
        if (squares === 0) zero.push(start + row);
        else if (!Number.isFinite(squares)) nonFinite.push(start + row);
      }
    }
    if (zero.length + nonFinite.length > 0) modalities.push({ modality, zero, nonFinite });
  }
  const all = new Set(modalities.flatMap(({ zero, nonFinite }) => [...zero, ...nonFinite]));
  return { rows: Uint32Array.from(all).sort(), modalities };
}

/**
 * Why data cannot be measured that have rows without a direction: the first of them, how many there are, and what to
 * do.
 *
 * @param ids of rows, where they have some.
 */
export async function invalidRowsProblem(
  sources: readonly EmbeddingSource[],
  ids: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<InputError> {
  const invalid = await findInvalidRows(sources, signal);
  const [row] = invalid.rows;
  const isIn = ({ zero, nonFinite }: InvalidRowsOfModality) =>
    zero.includes(row!) || nonFinite.includes(row!);
  const modality = invalid.modalities.find(isIn)?.modality;
  const source = sources.find((candidate) => candidate.modality === modality);
  if (row === undefined || source === undefined) {
    const [{ file }] = sources as [EmbeddingSource];
    return new InputError('file-changed', `${file} was changed while it was read`, { file });
  }
  const values = new Float32Array(source.columns);
  await source.read(row, 1, values);
  const { code, message, place } = rowProblem(values, { ...source, row, id: ids?.[row] });
  const [rows, all] = [invalid.rows.length, source.rows];
  const counted = rows === 1 ? '' : `. ${rows} of ${all} rows are like that: ${inWords(invalid)}`;
  const advice = `\`invalidRows: skip\`, or --skip-invalid, leaves ${rows === 1 ? 'it' : 'them'} out of all modalities`;
  return new InputError(code, `${message}${counted}. ${advice}`, place);
}

/** That rows without a direction were left out. @param rows of the data, with those. */
export function invalidRowsNote(invalid: InvalidRows, rows: number): Note {
  const count = invalid.rows.length;
  return {
    code: 'invalid-rows',
    message: `${count} of ${rows} rows ${count === 1 ? 'was' : 'were'} left out of all modalities: ${inWords(invalid)}`,
  };
}

function inWords({ modalities }: InvalidRows): string {
  const parts = modalities.flatMap(({ modality, zero, nonFinite }) => [
    ...(zero.length > 0 ? [`${modality}: ${zero.length} all zeros (${placesOf(zero)})`] : []),
    ...(nonFinite.length > 0
      ? [`${modality}: ${nonFinite.length} with NaN or infinity (${placesOf(nonFinite)})`]
      : []),
  ]);
  return someOf(parts);
}

function placesOf(rows: readonly number[]): string {
  const shown = rows.slice(0, 5).map((row) => row + 1);
  return `row${rows.length === 1 ? '' : 's'} ${shown.join(', ')}${rows.length > shown.length ? ', …' : ''}`;
}
