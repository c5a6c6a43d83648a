import type { Position, Range, SelectionRange } from 'vscode-languageserver-types';
import { isAlias } from 'yaml';
import { entryRange, contentEnd } from './entryRange.ts';
import type { DocumentEntry, GapDocument } from './gapDocument.ts';
import { comparePositions, holds } from './rangeOrder.ts';

/** For each position what a selection grows to, step by step: the value or key, its entry, what holds it, the file. */
export function selectionRanges(document: GapDocument, positions: readonly Position[]): SelectionRange[] {
  return positions.map((position) => selectionAt(document, position));
}

function selectionAt(document: GapDocument, position: Position): SelectionRange {
  const here = { start: position, end: position };
  let selection: SelectionRange = { range: document.rangeAt(0, document.text.length) };
  const grow = (range: Range | undefined): boolean => {
    if (range === undefined || !holds(range, here)) return false;
    if (holds(selection.range, range) && !isSame(selection.range, range))
      selection = { range, parent: selection };
    return true;
  };
  let parent: Pick<DocumentEntry, 'path' | 'value'> | undefined = { path: [], value: document.root };
  while (parent !== undefined && !isAlias(parent.value)) {
    const entry: DocumentEntry | undefined = document
      .entriesOf(parent)
      .find((candidate) => grow(entryRange(document, candidate)));
    if (entry?.key) grow(document.rangeOf(entry.key));
    if (entry?.value?.range) {
      grow(document.rangeAt(entry.value.range[0], contentEnd(document, entry.value)));
    }
    parent = entry;
  }
  // In a comment or between entries at least the position itself is within what is given.
  return holds(selection.range, here) ? selection : { range: here };
}

function isSame(a: Range, b: Range): boolean {
  return comparePositions(a.start, b.start) === 0 && comparePositions(a.end, b.end) === 0;
}
