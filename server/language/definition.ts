import type { Location, Position } from 'vscode-languageserver-types';
import { fileOf } from './documentLinks.ts';
import type { Facts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';
import { localNames, nameAt, occurrenceRange, sameName } from './localNames.ts';

/** Where the name at a position is given: a modality in the data, an anchor; or the file that a path leads to. */
export function definition(document: GapDocument, position: Position, facts: Facts): Location[] {
  const offset = document.offsetAt(position);
  const names = localNames(document);
  const name = nameAt(names, offset);
  if (name !== undefined) {
    return sameName(names, name)
      .filter(({ isDefinition }) => isDefinition)
      .map((place) => ({ uri: document.uri, range: occurrenceRange(document, place) }));
  }
  const place = document.placeAt(offset);
  const entry = place?.part === 'value' ? document.entryAt(place.path) : undefined;
  const file = entry && fileOf(document, entry, facts);
  if (file === undefined) return [];
  const start = { line: 0, character: 0 };
  return [{ uri: file, range: { start, end: start } }];
}
