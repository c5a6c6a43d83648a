import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Position, TextEdit } from 'vscode-languageserver-types';
import { noFacts, type Facts } from '../../server/language/facts.ts';
import { GapDocument } from '../../server/language/gapDocument.ts';

export const uri = 'file:///project/first.gap.yaml';

/** A text with a `|` where the cursor is, at its end where there is none. */
export function openText(marked: string): { document: GapDocument; position: Position; text: string } {
  const at = marked.indexOf('|');
  const text = at < 0 ? marked : marked.slice(0, at) + marked.slice(at + 1);
  const document = new GapDocument(TextDocument.create(uri, 'gap-yaml', 1, text));
  return { document, position: document.positionAt(at < 0 ? text.length : at), text };
}

/** The text after some edits. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create(uri, 'gap-yaml', 1, text), [...edits]);
}

/** What stands in some ranges, each after the number of its line, from 1. */
export function textsIn(
  { document, text }: { document: GapDocument; text: string },
  ranges: readonly TextEdit['range'][],
): string[] {
  return ranges.map(
    ({ start, end }) => `${start.line + 1}: ${text.slice(document.offsetAt(start), document.offsetAt(end))}`,
  );
}

/** Nothing is known but what is given. */
export function knownFacts(known: Partial<Facts>): Facts {
  return { ...noFacts, ...known };
}
