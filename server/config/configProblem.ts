import type { Problem } from '../engine/problems.ts';
import type { Note } from '../protocol/report.ts';

/** A place in a text, both counted from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** Part of a text; `end` is exclusive. */
export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** A problem with a configuration before its place in the text is looked up. */
export interface Finding extends Problem {
  /** Whether the key at `path` is at fault, or its value. */
  readonly at: 'key' | 'value';
  /** Every name or value that would be right, where that is a list. */
  readonly allowed?: readonly string[];
  /** The allowed one that was most likely meant. */
  readonly suggestion?: string;
}

/** A problem with a configuration, and where it lies. */
export interface ConfigProblem extends Finding {
  readonly file: string;
  readonly range: TextRange;
}

/** `file:line:column: message [code]`, as terminals and editors make links of it. */
export function formatConfigProblem({
  file,
  range,
  message,
  code,
  severity,
}: Pick<ConfigProblem, 'file' | 'range' | 'message' | 'code'> & { readonly severity: string }): string {
  const label = severity === 'error' ? '' : `${severity}: `;
  return `${file}:${range.start.line}:${range.start.column}: ${label}${message} [${code}]`;
}

/** What the report of a run keeps of a problem that the run went on in spite of. */
export function noteOfProblem({ code, message, range }: ConfigProblem): Note {
  return { code, message: `Line ${range.start.line} of the configuration: ${message}` };
}
