import type { DuckDBConnection } from '@duckdb/node-api';
import { basename, isAbsolute, resolve } from 'node:path';
import { InputError } from '../problems.ts';
import { wholeJson } from './jsonTable.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';
import { tableExtension } from './tableExtension.ts';

/** A file that a query names, and where its name stands in the query's UTF-8 bytes. */
interface NamedFile {
  readonly name: string;
  readonly position: number;
  /** How the query reads it. */
  readonly use: FileUse;
}

type FileUse =
  /** As a table of the file's name, with the alias that the query gives it, if any. */
  | { readonly as: 'table'; readonly alias: string }
  /** As an argument of a function; the last one of a list is followed by the options that are to be added. */
  | { readonly as: 'argument'; readonly isInList: boolean; readonly options: string };

/** Functions that guess the types of columns by the first rows, and the options that make them look at all of them. */
const guessing: Readonly<Record<string, string>> = {
  read_csv: 'sample_size = -1',
  read_csv_auto: 'sample_size = -1',
  read_json: wholeJson,
  read_json_auto: wholeJson,
  read_ndjson: wholeJson,
  read_ndjson_auto: wholeJson,
};
const functionOf: Readonly<Record<string, string>> = {
  '.csv': 'read_csv',
  '.tsv': 'read_csv',
  '.json': 'read_json',
  '.jsonl': 'read_json',
  '.ndjson': 'read_json',
};

/**
 * A user's query with the names of files made absolute: relative ones start at `folder`, as paths in a configuration
 * do. DuckDB itself parses the query, so that only reading statements pass: it gives a syntax tree of these alone. Where
 * DuckDB would guess the types of columns by the first 20,480 rows, and round later fractions to whole numbers, the
 * query looks at all rows, unless it says itself how many to look at.
 *
 * @returns The query without a semicolon at its end, and the files or globs that it reads.
 * @throws InputError `table-sql` when it is not exactly one SELECT, names something on the network, or names a file in
 *   another way than by its name.
 */
export async function wholeFileQuery(
  connection: DuckDBConnection,
  sql: string,
  folder: string,
): Promise<{ text: string; files: string[] }> {
  const problem = (found: string) => new InputError('table-sql', `The query in \`sql\` ${found}`);
  const reader = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [sql]);
  const tree = JSON.parse(String(reader.getRows()[0]![0])) as SyntaxTree;
  if (tree.error) throw problem(`cannot be used: ${tree.error_message ?? 'it is not valid'}`);
  const { statements = [] } = tree;
  if (statements.length !== 1) {
    throw problem(`has ${statements.length} statements, expected one SELECT`);
  }
  const named = [...namedFiles(statements, problem)].sort((a, b) => a.position - b.position);
  const source = Buffer.from(sql);
  const files: string[] = [];
  let text = '';
  let copied = 0;
  for (const { name, position, use } of named) {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
      throw problem(`reads ${name}, but only files on this machine are read`);
    }
    const file = resolve(folder, name);
    files.push(file);
    const written = [quoteText(name), quoteName(name)].find((literal) =>
      source.subarray(position).toString().startsWith(literal),
    );
    if (written === undefined) {
      throw problem(`names the file ${name} in a way that is not understood: write '${file}'`);
    }
    const quote = written.startsWith('"') ? quoteName : quoteText;
    text += source.subarray(copied, position).toString();
    copied = position + Buffer.byteLength(written);
    if (use.as === 'table') {
      text += tableText(name, file, quote, use.alias);
      continue;
    }
    text += isAbsolute(name) ? written : quote(file);
    if (use.options === '') continue;
    // What comes between the last name and the end of its list.
    const [between = ''] = use.isInList ? (/^\s*\]/.exec(source.subarray(copied).toString()) ?? []) : [];
    if (use.isInList && between === '') {
      throw problem(`lists files in a way that is not understood: write ['a.csv', 'b.csv']`);
    }
    text += `${between}, ${use.options}`;
    copied += Buffer.byteLength(between);
  }
  text += source.subarray(copied).toString();
  return { text: text.replace(/;\s*$/, ''), files };
}

/** A table that is called after a file: tables and JSON are read by the function that can be told to look at all rows. */
function tableText(name: string, file: string, quote: (text: string) => string, alias: string): string {
  const reader = functionOf[tableExtension(name)];
  if (reader === undefined) return quote(file);
  // DuckDB calls it so, up to the first dot.
  const own = alias === '' && !/[*?[{]/.test(name) ? ` AS ${quoteName(basename(name).split('.')[0]!)}` : '';
  return `${reader}(${quoteText(file)}, ${guessing[reader]!})${own}`;
}

/** What `json_serialize_sql` gives: DuckDB's syntax tree, of which only the nodes looked for are described. */
interface SyntaxTree {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/** The files in a tree: names of tables that are paths, and the first argument of functions that read files. */
function* namedFiles(node: unknown, problem: (found: string) => InputError): Generator<NamedFile> {
  if (Array.isArray(node)) {
    for (const child of node as unknown[]) yield* namedFiles(child, problem);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type, table_name: name, query_location: position, alias } = node as Record<string, unknown>;
  if (
    type === 'BASE_TABLE' &&
    typeof name === 'string' &&
    typeof position === 'number' &&
    /[./\\]/.test(name)
  ) {
    yield { name, position, use: { as: 'table', alias: typeof alias === 'string' ? alias : '' } };
  }
  if (type === 'TABLE_FUNCTION') {
    yield* filesOfCall((node as { function: CallNode }).function, problem);
  }
  for (const child of Object.values(node)) yield* namedFiles(child, problem);
}

interface CallNode {
  readonly function_name?: string;
  readonly children?: readonly ArgumentNode[];
}

interface ArgumentNode extends CallNode {
  readonly type?: string;
  readonly alias?: string;
  readonly query_location?: number;
  readonly value?: { readonly value?: unknown };
  readonly left?: { readonly column_names?: readonly string[] };
}

function* filesOfCall(
  { function_name: name = '', children = [] }: CallNode,
  problem: (found: string) => InputError,
): Generator<NamedFile> {
  const called = name.toLowerCase();
  if (called === 'query' || called === 'query_table') {
    throw problem(`calls ${called}, whose text is not looked at; write the query itself`);
  }
  const given = children.map(({ alias = '', left }) => (alias === '' ? left?.column_names?.[0] : alias));
  const options = (guessing[called] ?? '')
    .split(', ')
    .filter((option) => option !== '' && !given.includes(option.split(' ')[0]))
    .join(', ');
  const [first] = children;
  const list = first?.type === 'FUNCTION' && first.function_name === 'list_value';
  const texts = (list ? (first.children ?? []) : first === undefined ? [] : [first]).map(textConstant);
  if (called in guessing && (texts.length === 0 || texts.includes(null))) {
    throw problem(`calls ${called} with something else than the names of files: write them in quotes`);
  }
  for (const [index, text] of texts.entries()) {
    if (text === null) continue;
    const isLast = index === texts.length - 1;
    yield { ...text, use: { as: 'argument', isInList: list, options: isLast ? options : '' } };
  }
}

function textConstant({ type, value, query_location: position }: ArgumentNode) {
  return type === 'VALUE_CONSTANT' && typeof value?.value === 'string' && position !== undefined
    ? { name: value.value, position }
    : null;
}
