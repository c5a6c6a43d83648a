import { isUtf8 } from 'node:buffer';
import { InputError } from '../problems.ts';

/** How a CSV file is written. */
export interface CsvFormat {
  /** One ASCII character. */
  readonly delimiter: string;
  /** Whether spaces around cells are no part of them, as in `a | b`. */
  readonly trims: boolean;
}

/** A record of a CSV file: a row, which may go over several lines. */
export interface CsvRecord {
  readonly cells: readonly string[];
  /** The line that it begins in, from 1. */
  readonly line: number;
}

/** A longer record is no row of a table: the bound keeps a quote that never closes from filling the memory. */
const longestRecord = 64 * 2 ** 20;

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;

/**
 * The records of a CSV file, read as RFC 4180 describes them: cells in quotes may hold delimiters and line breaks of any
 * kind, and quotes that are doubled. Rows end with a line feed, a carriage return or both, also in one file. Blank
 * lines are passed over, and quotes within cells that do not begin with one are characters as others are.
 *
 * @param chunks UTF-8; a byte-order mark at the start is passed over.
 * @param name How messages call the file.
 * @throws InputError `table-unreadable` that names the line: a quote that does not close or is followed by more,
 *   bytes that are not UTF-8, a record without an end.
 */
export async function* csvRecords(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  format: CsvFormat,
  name: string,
): AsyncGenerator<CsvRecord> {
  let rest: Uint8Array = new Uint8Array();
  let line = 1;
  let isStart = true;
  for await (const chunk of chunks) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (isStart && bytes.length >= 3) {
      isStart = false;
      if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3);
    }
    const parsed = recordsIn(bytes, line, format, name, false);
    yield* parsed.records;
    ({ rest, line } = parsed);
    if (rest.length > longestRecord) {
      throw badLine(name, line, 'begins a row of more than 64 MiB; is a quote there that does not close?');
    }
  }
  yield* recordsIn(rest, line, format, name, true).records;
}

/** The records that are complete in some bytes, and what is left of these. */
function recordsIn(bytes: Uint8Array, firstLine: number, format: CsvFormat, name: string, isLast: boolean) {
  const records: CsvRecord[] = [];
  let at = 0;
  let line = firstLine;
  while (at < bytes.length) {
    const record = recordAt(bytes, at, line, format, name, isLast);
    if (record === null) break;
    const { cells, end, nextLine } = record;
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, line });
    at = end;
    line = nextLine;
  }
  return { records, rest: bytes.subarray(at), line };
}

/** The record at a place; null where its end is not there yet. */
function recordAt(
  bytes: Uint8Array,
  start: number,
  line: number,
  { delimiter, trims }: CsvFormat,
  name: string,
  isLast: boolean,
): { readonly cells: readonly string[]; readonly end: number; readonly nextLine: number } | null {
  const separator = delimiter.charCodeAt(0);
  const cells: string[] = [];
  let breaks = 0;
  for (let at = start; ;) {
    if (trims) while (bytes[at] === space) at++;
    let from = at;
    const isQuoted = bytes[at] === quote;
    let doubled = false;
    let to: number;
    if (isQuoted) {
      from = ++at;
      for (; ; at++) {
        const close = bytes.indexOf(quote, at);
        if (close < 0) {
          if (!isLast) return null;
          throw badLine(name, line + breaks, 'opens a quote that does not close');
        }
        at = close;
        if (bytes[at + 1] !== quote) break;
        doubled = true;
        at++;
      }
      to = at;
      at++;
      while (bytes[at] === space && separator !== space) at++;
    } else {
      while (
        at < bytes.length &&
        bytes[at] !== separator &&
        bytes[at] !== lineFeed &&
        bytes[at] !== carriageReturn
      ) {
        at++;
      }
      to = at;
    }
    const next = bytes[at];
    if (!isLast && (next === undefined || (next === carriageReturn && at + 1 === bytes.length))) return null;
    const cell = bytes.subarray(from, to);
    if (!isUtf8(cell)) {
      throw badLine(
        name,
        line + breaks,
        'is not valid UTF-8; save the file in that encoding (Excel: “CSV UTF-8”)',
      );
    }
    const text = Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength).toString('utf8');
    cells.push(isQuoted ? (doubled ? text.replaceAll('""', '"') : text) : trims ? text.trimEnd() : text);
    if (isQuoted) breaks += text.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (next === separator) {
      at++;
      continue;
    }
    if (next !== undefined && next !== lineFeed && next !== carriageReturn) {
      throw badLine(
        name,
        line + breaks,
        'goes on behind a quote that closes; a quote within a cell in quotes is doubled: ""',
      );
    }
    const end =
      next === carriageReturn && bytes[at + 1] === lineFeed ? at + 2 : Math.min(at + 1, bytes.length);
    return { cells, end, nextLine: line + breaks + 1 };
  }
}

function badLine(file: string, line: number, found: string): InputError {
  return new InputError('table-unreadable', `${file} cannot be read: line ${line} ${found}`, { file, line });
}
