import type { Position, Range } from 'vscode-languageserver-types';
import type { TextRange } from '../config/configProblem.ts';

/** Below 0 where `a` is before `b`, 0 where they are the same place, above 0 where it is after. */
export function comparePositions(a: Position, b: Position): number {
  return a.line - b.line || a.character - b.character;
}

/** Whether two ranges share a place; the end of one may be the start of the other. */
export function touches(a: Range, b: Range): boolean {
  return comparePositions(a.start, b.end) <= 0 && comparePositions(b.start, a.end) <= 0;
}

/** Whether two ranges have a line in common. */
export function sharesLine(a: Range, b: Range): boolean {
  return a.start.line <= b.end.line && b.start.line <= a.end.line;
}

/** Whether a range holds all of another one. */
export function holds(outer: Range, inner: Range): boolean {
  return comparePositions(outer.start, inner.start) <= 0 && comparePositions(inner.end, outer.end) <= 0;
}

/** A range whose lines and columns count from 1, counted from 0. */
export function zeroBased({ start, end }: TextRange): Range {
  return {
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}
