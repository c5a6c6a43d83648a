import type { DocumentHighlight, Location, Position } from 'vscode-languageserver-types';
import type { GapDocument } from './gapDocument.ts';
import { localNames, nameAt, occurrenceRange, sameName, type NameOccurrence } from './localNames.ts';

/** Every place of the name at a position; none where no name stands. */
export function references(
  document: GapDocument,
  position: Position,
  { includeDeclaration }: { readonly includeDeclaration: boolean },
): Location[] {
  return placesOf(document, position)
    .filter(({ isDefinition }) => includeDeclaration || !isDefinition)
    .map((place) => ({ uri: document.uri, range: occurrenceRange(document, place) }));
}

/** The places to mark while the cursor is in a name: where it is given as written, where it is used as read. */
export function highlights(document: GapDocument, position: Position): DocumentHighlight[] {
  return placesOf(document, position).map((place) => ({
    range: occurrenceRange(document, place),
    kind: place.isDefinition ? 3 : 2,
  }));
}

function placesOf(document: GapDocument, position: Position): readonly NameOccurrence[] {
  const names = localNames(document);
  const name = nameAt(names, document.offsetAt(position));
  return name === undefined ? [] : sameName(names, name);
}
