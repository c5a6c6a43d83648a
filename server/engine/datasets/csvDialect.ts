import { contentOfName } from './contentOfName.ts';
import { csvRecords, type CsvFormat, type CsvRecord } from './csvRecords.ts';
import { InputError } from '../problems.ts';

/** How a table in a CSV file is written, and the names of its columns. */
export interface CsvDialect extends CsvFormat {
  readonly names: readonly string[];
  /** Lines before the row that names the columns, or before the first row where none does. */
  readonly linesBefore: number;
  /** Whether a row names the columns. Where none does they are called `d0`, … or `column0`, …. */
  readonly hasHeader: boolean;
  /** Whether the rows are laid out as the simplest files have them, each name and row on a line of its own. */
  readonly isPlain: boolean;
}

/** Delimiters that are looked for beside the usual one of a file's ending. */
const delimiters = [',', '\t', ';', '|'];
/** Records looked at to tell the delimiter. */
const lookedRecords = 100;

/**
 * How a CSV file is written, told by its beginning: the delimiter that its ending stands for, or another one that cuts
 * all records into equally many cells where that one does not; lines that begin with `#`, as `numpy.savetxt` writes
 * them, before or as the names; and whether the first row is one of names at all.
 *
 * @param head The file's beginning in UTF-8.
 * @param usual The delimiter that the file's ending stands for.
 * @param given The delimiter that the user names.
 * @throws InputError `table-unreadable`, `table-empty`, `table-header`.
 */
export async function csvDialect(
  head: { readonly bytes: Uint8Array; readonly isWhole: boolean },
  file: string,
  usual: string,
  given: string | undefined,
): Promise<CsvDialect> {
  const comments = commentLines(head.bytes);
  const body = head.bytes.subarray(comments.end);
  const { format, records } = await formatOf({ bytes: body, isWhole: head.isWhole }, file, usual, given);
  const named = await namesInComments(comments.lines, format, records[0], file);
  const first = records[0];
  if (named === undefined && first === undefined) {
    throw new InputError('table-empty', `${file} has no row, expected one that names the columns`, { file });
  }
  const cells = named ?? first!.cells;
  const hasHeader = named !== undefined || !isRow(cells, format);
  const names = hasHeader ? cells.map(columnName) : numberedNames(cells, format);
  if (new Set(names.map((name) => name.toLowerCase())).size !== names.length) {
    throw new InputError('table-header', `${file}: two columns have the same name: ${twice(names)}`, {
      file,
      line: 1,
    });
  }
  const linesBefore = named === undefined ? comments.lines.length : comments.lines.length - 1;
  const lineOfFirst = named === undefined ? (first?.line ?? 1) : 1;
  return {
    ...format,
    names,
    linesBefore,
    hasHeader,
    isPlain:
      !format.trims &&
      lineOfFirst === 1 &&
      !names.some((name) => /[\r\n]/.test(name)) &&
      records.every(({ cells }) => cells.length === names.length),
  };
}

/** The lines at a file's beginning that begin with `#`. */
function commentLines(bytes: Uint8Array): { lines: string[]; end: number } {
  const lines: string[] = [];
  let end = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (bytes[end] === 0x23) {
    const next = bytes.indexOf(0x0a, end);
    if (next < 0) break;
    lines.push(Buffer.from(bytes.subarray(end, next)).toString('utf8').trimEnd());
    end = next + 1;
  }
  return { lines, end };
}

/** The names that the last line of comments has, as `# d0,d1`: as many as the first record has cells. */
async function namesInComments(
  lines: readonly string[],
  format: CsvFormat,
  first: CsvRecord | undefined,
  file: string,
): Promise<readonly string[] | undefined> {
  const last = lines.at(-1)?.replace(/^#+\s*/, '');
  if (last === undefined) return undefined;
  const record = await firstRecord(last, format, file);
  if (record === undefined || (first !== undefined && record.cells.length !== first.cells.length))
    return undefined;
  // A remark such as `# exported by A, B` above a row of names.
  const isRemark = record.cells.some((cell) => /\s/.test(cell.trim()));
  return first === undefined || isRow(first.cells, format) || !isRemark ? record.cells : undefined;
}

async function firstRecord(text: string, format: CsvFormat, file: string): Promise<CsvRecord | undefined> {
  for await (const record of csvRecords([Buffer.from(text)], format, file)) return record;
  return undefined;
}

async function formatOf(
  head: { readonly bytes: Uint8Array; readonly isWhole: boolean },
  file: string,
  usual: string,
  given: string | undefined,
): Promise<{ format: CsvFormat; records: readonly CsvRecord[] }> {
  const candidates =
    given !== undefined ? [given] : [usual, ...delimiters.filter((other) => other !== usual)];
  const tries: { format: CsvFormat; records: readonly CsvRecord[] }[] = [];
  let failure: InputError | undefined;
  for (const [index, delimiter] of candidates.entries()) {
    try {
      const records = await firstRecords(head, { delimiter, trims: false }, file);
      const trims = hasSpacesBehind(records);
      const format = { delimiter, trims };
      tries.push({ format, records: trims ? await firstRecords(head, format, file) : records });
    } catch (error) {
      // With another delimiter than the usual one, a quote may well stand where none may.
      if (!(error instanceof InputError)) throw error;
      if (index === 0) failure = error;
    }
  }
  const widthOf = ({ records }: (typeof tries)[number]) => records[0]?.cells.length ?? 0;
  const isEven = (found: (typeof tries)[number]) =>
    found.records.every(({ cells }) => cells.length === widthOf(found));
  const even =
    tries.find((found) => widthOf(found) > 1 && isEven(found)) ??
    (given === undefined ? await spaced(head, file) : undefined);
  if (even === undefined && failure !== undefined) throw failure;
  return even ?? tries.find((found) => widthOf(found) > 1) ?? tries[0]!;
}

/** Numbers with spaces between them, as `numpy.savetxt` writes them; undefined for everything else. */
async function spaced(head: { readonly bytes: Uint8Array; readonly isWhole: boolean }, file: string) {
  const format = { delimiter: ' ', trims: false };
  const records = await firstRecords(head, format, file).catch(() => []);
  const width = records[0]?.cells.length ?? 0;
  const isNumbers = records.slice(1).every(({ cells }) => cells.every((cell) => isNumber(cell, format)));
  return width > 1 && isNumbers && records.every(({ cells }) => cells.length === width)
    ? { format, records }
    : undefined;
}

/** The first records; the last one of a head that is cut is not whole, and left out. */
async function firstRecords(
  { bytes, isWhole }: { readonly bytes: Uint8Array; readonly isWhole: boolean },
  format: CsvFormat,
  file: string,
): Promise<CsvRecord[]> {
  const records: CsvRecord[] = [];
  try {
    for await (const record of csvRecords([bytes], format, file)) {
      records.push(record);
      if (records.length > lookedRecords) return records.slice(0, lookedRecords);
    }
  } catch (error) {
    // The cut is within a cell in quotes, or a character.
    if (isWhole || records.length === 0) throw error;
    return records;
  }
  return isWhole || records.length < 2 ? records : records.slice(0, -1);
}

/** Whether every delimiter of the first record is followed by a space, as in `image_name| comment_number| comment`. */
function hasSpacesBehind([first]: readonly CsvRecord[]): boolean {
  const behind = first?.cells.slice(1) ?? [];
  return behind.length > 0 && behind.every((cell) => cell.startsWith(' '));
}

/**
 * Whether the cells of a first record are values and no names: numbers that do not count columns, or names of files,
 * addresses and lists.
 */
function isRow(cells: readonly string[], format: CsvFormat): boolean {
  const filled = cells.map((cell) => cell.trim()).filter((cell) => cell !== '');
  const numbers = filled.filter((cell) => isNumber(cell, format));
  if (numbers.some((cell) => /^[+-]?[\d.]/.test(cell) && !/^\d+$/.test(cell))) return true;
  if (numbers.length > 0 && numbers.length === filled.length && !countsColumns(numbers)) return true;
  return filled.some(
    (cell) =>
      contentOfName(cell.replace(/[?#].*$/, '')) !== null || /^\w+:\/\//.test(cell) || cell.startsWith('['),
  );
}

/** Whether numbers are those that name columns: 0, 1, 2, … or 1, 2, 3, …. */
function countsColumns(numbers: readonly string[]): boolean {
  const start = Number(numbers[0]);
  return start <= 1 && numbers.every((number, index) => Number(number) === start + index);
}

function isNumber(cell: string, { delimiter }: CsvFormat): boolean {
  const text = delimiter === ',' ? cell : cell.replace(',', '.');
  return /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|nan|inf(?:inity)?)$/i.test(text.trim());
}

/** Columns without a name, such as the index that pandas writes, are called `column0`, …. */
function columnName(cell: string, index: number): string {
  const name = cell.trim();
  return name === '' ? `column${index}` : name;
}

function numberedNames(cells: readonly string[], format: CsvFormat): string[] {
  const prefix = cells.every((cell) => isNumber(cell, format)) ? 'd' : 'column';
  return cells.map((_, index) => `${prefix}${index}`);
}

function twice(names: readonly string[]): string {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name.toLowerCase())) return name;
    seen.add(name.toLowerCase());
  }
  return '';
}
