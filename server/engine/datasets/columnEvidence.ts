import { fileContents, fileExtensions } from './contentOfName.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';
import type { TableColumn, TableQuery } from './tableQuery.ts';
import { unreadFormats } from './unreadFormats.ts';

/** What a text in a cell can be, in the order in which it is looked for. */
const kinds = [
  /** With a NUL character. */
  'nul',
  /** NULL or white space alone. */
  'blank',
  /** A word for a missing value, such as `N/A`. */
  'missing',
  'address',
  'base64',
  /** An array of numbers that was cut with an ellipsis when it was printed. */
  'cutArray',
  /** An array of numbers as NumPy and torch print it, which leaves few digits. */
  'printedArray',
  /** Another array of numbers, as JSON and Python write it, or numbers alone. */
  'array',
  /** A list of texts, as JSON and Python write it. */
  'list',
  /** The name of a file, by what its extension says. */
  ...fileContents,
  /** A name with another extension or a folder. */
  'path',
  'text',
] as const;

/** How many cells of a column of texts are of each kind. */
export type TextEvidence = Readonly<Record<(typeof kinds)[number], number>>;

/** Words that programs write for a value that is missing. */
const missingWords = String.raw`(?:#?n/?a|nan|<na>|nat|null|none|nil|\\n|undefined|missing|-+|\?+)`;
const blank = '[ \\t\\r\\n]*';
const missingPattern = `^${blank}${missingWords}${blank}$`;

/** Longer cells are no such word, whatever white space is around it. */
const longestMissing = 40;

/** Whether a cell holds a word for a missing value, such as `N/A`, `nan` or `None`. */
export function saysMissing(text: string): boolean {
  return new RegExp(missingPattern, 'i').test(text);
}

/** SQL that holds where a text is neither NULL nor blank nor a word for a missing value. */
export function filledCondition(expression: string): string {
  return `(${expression} IS NOT NULL AND NOT regexp_matches(${expression}, ${quoteText(`^${blank}(?:${missingWords})?${blank}$`)}, 'i'))`;
}

/** A number, or what stands for one in printed arrays. */
const number = String.raw`(?:np\.float\d*\()?[-+]?(?:\d+\.?\d*|\.\d+|nan|inf)(?:e[-+]?\d+)?\)?`;
const arrayStart = String.raw`^\s*(?:\w+(?:\.\w+)?\s*\(\s*)?[\[(]\s*\[?\s*(?:${number}\s*(?:[\s,;\])]|$|\.\.\.))`;
const numbersAlone = String.raw`^\s*[-+.\d][-+.\denaif]*(?:\s*[\s,;]\s*[-+.\d][-+.\denaif]*){3,}\s*$`;

/**
 * What all texts of a table are like, found in one pass over it.
 *
 * @param cells SQL of a text each; what is found of each of them comes in this order.
 */
export async function textEvidence(query: TableQuery, cells: readonly string[]): Promise<TextEvidence[]> {
  const found = cells.map(() => new Map<string, number>());
  if (cells.length > 0) {
    // The beginning is cut off once: patterns of it take far less time than that does.
    const counted = query.select(
      (relation) => `SELECT number, ${kindExpression('cell', 'head')} AS kind, count(*) FROM (
        SELECT number, cell, left(cell, 512) AS head FROM (
          SELECT unnest(range(${cells.length})) AS number, unnest([${cells.join(', ')}]) AS cell FROM ${relation}
        )
      ) GROUP BY number, kind`,
    );
    for await (const chunk of counted) {
      for (let row = 0; row < chunk.rowCount; row++) {
        const [number, kind, count] = [0, 1, 2].map((column) => chunk.getColumnVector(column).getItem(row));
        found[Number(number)]!.set(String(kind), Number(count));
      }
    }
  }
  return found.map(
    (counts) => Object.fromEntries(kinds.map((kind) => [kind, counts.get(kind) ?? 0])) as TextEvidence,
  );
}

/** SQL of the kind of a text, of which `head` is the beginning. */
function kindExpression(cell: string, head: string): string {
  const matches = (pattern: string, text = head) => `regexp_matches(${text}, ${quoteText(pattern)}, 'i')`;
  // What a pattern needs is looked for first: patterns are slow, and most cells have none of it.
  const has = (...parts: string[]) =>
    `(${parts.map((part) => `contains(${head}, ${quoteText(part)})`).join(' OR ')})`;
  // Digits, signs and white space come before the colon.
  const mayBeNumber = `${head} < ':'`;
  const isArray = `((${has('[', '(')} AND ${matches(arrayStart)}) OR (${mayBeNumber} AND ${has(' ', ',', ';', '\n')} AND ${matches(numbersAlone, cell)}))`;
  const isBase64 = `((${has('base64,', 'BASE64,')} AND ${matches(String.raw`^\s*data:[^,]*;base64,`)}) OR (length(${cell}) > 64 AND NOT contains(${head}, ' ') AND ${matches(String.raw`^\s*[a-z0-9+/\r\n]{64,}=*\s*$`)} AND regexp_matches(${head}, '[a-z]') AND regexp_matches(${head}, '[A-Z]') AND regexp_matches(${head}, '[0-9]')))`;
  const names = fileContents.map((content) => {
    const extensions = [...fileExtensions[content], ...Object.keys(unreadFormats[content])].join('|');
    return [
      content,
      `(${has('.')} AND ${matches(String.raw`\.(?:${extensions})(?:\.\d+)?\s*(?:[?#][^/\\]*)?$`)})`,
    ] as const;
  });
  const conditions: Readonly<Record<string, string>> = {
    nul: `contains(${cell}, chr(0))`,
    blank: `${cell} IS NULL OR trim(${cell}, e' \\t\\r\\n') = ''`,
    missing: `length(${cell}) <= ${longestMissing} AND ${matches(missingPattern)}`,
    address: `${has('//')} AND ${matches(String.raw`^\s*(?:[a-z][a-z0-9+.-]*:)?//[^\s]+\s*$`)}`,
    base64: isBase64,
    cutArray: `${isArray} AND ${matches(String.raw`\.\.\.|…`, cell)}`,
    printedArray: `${has('[', '(')} AND ${matches(String.raw`^\s*(?:(?:array|tensor)\s*\(|[\[(]+\s*${number}\s+${number})`)}`,
    array: isArray,
    list: `${has('[', '(')} AND ${matches(String.raw`^\s*(?:array\s*\(\s*)?[\[(]\s*(?:['"]|[\])]\s*$)`)}`,
    ...Object.fromEntries(names),
    path: `${has('.', '/', '\\')} AND ${matches(String.raw`^\s*[^\s]*(?:\.[a-z0-9]{2,5}|[/\\][^\s]*)\s*$`)}`,
  };
  const cases = kinds.map((kind) =>
    kind === 'text' ? `ELSE 'text'` : `WHEN ${conditions[kind]!} THEN '${kind}'`,
  );
  return `CASE ${cases.join(' ')} END`;
}

/** Cells that say something: neither blank nor a word for a missing value. */
export function filledCells(evidence: TextEvidence): number {
  return kinds.reduce((sum, kind) => sum + (kind === 'blank' || kind === 'missing' ? 0 : evidence[kind]), 0);
}

/** How long the lists of a column are, over all rows: of `texts` also how many of their values are numbers. */
export interface ListEvidence {
  /** Lists that are neither NULL nor empty. */
  readonly filled: number;
  readonly shortest: number;
  readonly longest: number;
  readonly values: number;
  readonly numbers: number;
}

/** What every cell of a column of lists is like. */
export async function listEvidence(query: TableQuery, { name, type }: TableColumn): Promise<ListEvidence> {
  const cell = quoteName(name);
  const filled = `${cell} IS NOT NULL AND len(${cell}) > 0`;
  const lengths = `len(${cell})`;
  const numbers =
    type.form === 'texts'
      ? `sum(len(list_filter(${cell}, lambda x: TRY_CAST(x AS DOUBLE) IS NOT NULL)))`
      : '0';
  const expressions = [
    `count(*) FILTER (WHERE ${filled})`,
    `min(${lengths}) FILTER (WHERE ${filled})`,
    `max(${lengths})`,
    `sum(${lengths})`,
    numbers,
  ];
  const found: number[] = [];
  for await (const chunk of query.stream(expressions)) {
    expressions.forEach((_, index) => found.push(Number(chunk.getColumnVector(index).getItem(0) ?? 0)));
  }
  const [all = 0, shortest = 0, longest = 0, values = 0, numeric = 0] = found;
  return { filled: all, shortest, longest, values, numbers: numeric };
}
