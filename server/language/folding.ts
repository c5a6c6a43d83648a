import { FoldingRangeKind, type FoldingRange } from 'vscode-languageserver-types';
import { isCollection, isScalar } from 'yaml';
import { allEntries, entryRange } from './entryRange.ts';
import type { GapDocument } from './gapDocument.ts';

/** What can be folded: entries over several lines, comments over several lines, and regions between marks. */
export function foldingRanges(document: GapDocument): FoldingRange[] {
  const byLine = new Map<number, FoldingRange>();
  const add = (range: FoldingRange): void => {
    const same = byLine.get(range.startLine);
    // Of those that begin in a line the editor takes one: the largest.
    if (range.startLine < range.endLine && (same === undefined || same.endLine < range.endLine)) {
      byLine.set(range.startLine, range);
    }
  };
  for (const entry of allEntries(document)) {
    if (!isCollection(entry.value) && !isScalar(entry.value)) continue;
    const range = entryRange(document, entry);
    if (range !== undefined) add({ startLine: range.start.line, endLine: range.end.line });
  }
  commentRanges(document.text).forEach(add);
  return [...byLine.values()].sort((a, b) => a.startLine - b.startLine);
}

function commentRanges(text: string): FoldingRange[] {
  const found: FoldingRange[] = [];
  const regions: number[] = [];
  let first = -1;
  const lines = text.split(/\r\n|\n|\r/);
  for (const [line, content] of [...lines, ''].entries()) {
    const isStart = /^\s*#\s*region\b/.test(content);
    const isEnd = /^\s*#\s*endregion\b/.test(content);
    const isComment = /^\s*#/.test(content) && !isStart && !isEnd;
    if (isComment && first < 0) first = line;
    if (!isComment && first >= 0) {
      found.push({ startLine: first, endLine: line - 1, kind: FoldingRangeKind.Comment });
      first = -1;
    }
    if (isStart) regions.push(line);
    const start = isEnd ? regions.pop() : undefined;
    if (start !== undefined) found.push({ startLine: start, endLine: line, kind: FoldingRangeKind.Region });
  }
  return found;
}
