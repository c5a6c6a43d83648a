import type { DuckDBConnection } from '@duckdb/node-api';
import { isAbsolute, resolve } from 'node:path';
import { InputError } from '../problems.ts';
import { quoteName, quoteText } from './sqlQuoting.ts';

/** A file that a query names, and where its name stands in the query's UTF-8 bytes. */
interface NamedFile {
  readonly name: string;
  readonly position: number;
}

/**
 * A user's query with the names of files made absolute: relative ones start at `folder`, as paths in a configuration
 * do. DuckDB itself parses the query, so that only reading statements pass: it gives a syntax tree of these alone.
 *
 * @returns The query without a semicolon at its end, and the files or globs that it reads.
 * @throws InputError `table-sql` when it is not exactly one SELECT, or names something on the network.
 */
export async function absoluteFileNames(
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
  const named = [...namedFiles(statements)].sort((a, b) => a.position - b.position);
  const source = Buffer.from(sql);
  const files: string[] = [];
  let text = '';
  let copied = 0;
  for (const { name, position } of named) {
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(name)) {
      throw problem(`reads ${name}, but only files on this machine are read`);
    }
    const file = resolve(folder, name);
    files.push(file);
    if (isAbsolute(name)) continue;
    const [written, absolute] = [
      [quoteText(name), quoteText(file)] as const,
      [quoteName(name), quoteName(file)] as const,
    ].find(([literal]) => source.subarray(position).toString().startsWith(literal)) ?? [undefined, undefined];
    if (written === undefined)
      throw problem(`names the file ${name} in a way that is not understood: write '${file}'`);
    text += source.subarray(copied, position).toString() + absolute;
    copied = position + Buffer.byteLength(written);
  }
  text += source.subarray(copied).toString();
  return { text: text.replace(/;\s*$/, ''), files };
}

/** What `json_serialize_sql` gives: DuckDB's syntax tree, of which only the nodes looked for are described. */
interface SyntaxTree {
  readonly error: boolean;
  readonly error_message?: string;
  readonly statements?: readonly unknown[];
}

/** The files in a tree: names of tables that are paths, and the first argument of functions that read files. */
function* namedFiles(node: unknown): Generator<NamedFile> {
  if (Array.isArray(node)) {
    for (const child of node as unknown[]) yield* namedFiles(child);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const { type, table_name: name, query_location: position } = node as Record<string, unknown>;
  if (
    type === 'BASE_TABLE' &&
    typeof name === 'string' &&
    typeof position === 'number' &&
    /[./\\]/.test(name)
  ) {
    yield { name, position };
  }
  if (type === 'TABLE_FUNCTION') {
    const { children } = (node as unknown as { function: { children?: readonly unknown[] } }).function;
    yield* texts(children?.[0]);
  }
  for (const child of Object.values(node)) yield* namedFiles(child);
}

/** A text constant, or those in a list of them. */
function* texts(node: unknown): Generator<NamedFile> {
  const { type, function_name, children, value, query_location } = (node ?? {}) as {
    type?: string;
    function_name?: string;
    children?: readonly unknown[];
    value?: { value?: unknown };
    query_location?: number;
  };
  if (type === 'VALUE_CONSTANT' && typeof value?.value === 'string' && query_location !== undefined) {
    yield { name: value.value, position: query_location };
  } else if (type === 'FUNCTION' && function_name === 'list_value') {
    for (const child of children ?? []) yield* texts(child);
  }
}
