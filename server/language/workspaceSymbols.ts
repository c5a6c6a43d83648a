import type { WorkspaceSymbol } from 'vscode-languageserver-types';
import { SymbolKind } from 'vscode-languageserver-types';
import { isAlias } from 'yaml';
import { valueAt } from '../config/schemaWalk.ts';
import { entryRange } from './entryRange.ts';
import type { DocumentEntry, GapDocument } from './gapDocument.ts';
import { symbolKind, symbolName } from './documentSymbols.ts';

/** A list that nobody reads to its end. */
const MAX_SYMBOLS = 500;

/**
 * The measurements, their experiments and their modalities whose names hold the letters of the query, in its order and
 * whatever their case, among those of some documents.
 */
export function workspaceSymbols(documents: Iterable<GapDocument>, query: string): WorkspaceSymbol[] {
  const found: WorkspaceSymbol[] = [];
  for (const document of documents) {
    for (const symbol of symbolsOf(document)) {
      if (found.length === MAX_SYMBOLS) return found;
      if (matches(symbol.name, query)) found.push(symbol);
    }
  }
  return found;
}

function symbolsOf(document: GapDocument): WorkspaceSymbol[] {
  const file = decodeURIComponent(document.uri.slice(document.uri.lastIndexOf('/') + 1));
  const plainName = valueAt(document.value, ['name']);
  const name = typeof plainName === 'string' && plainName !== '' ? plainName : file;
  const start = { line: 0, character: 0 };
  return [
    {
      name,
      kind: SymbolKind.File,
      containerName: file,
      location: { uri: document.uri, range: { start, end: start } },
    },
    ...[['experiments'], ['encoders']].flatMap((path) => {
      const section = document.entryAt(path);
      if (section === undefined || isAlias(section.value)) return [];
      return document.entriesOf(section).flatMap((entry) => symbolOf(document, entry, name));
    }),
  ];
}

function symbolOf(document: GapDocument, entry: DocumentEntry, containerName: string): WorkspaceSymbol[] {
  const range = entryRange(document, entry);
  if (range === undefined) return [];
  return [
    {
      name: symbolName(entry, valueAt(document.value, entry.path)),
      kind: symbolKind(entry),
      containerName,
      location: { uri: document.uri, range },
    },
  ];
}

/** Whether the letters of the query stand in the name, in their order. */
function matches(name: string, query: string): boolean {
  const letters = name.toLowerCase();
  let at = 0;
  for (const letter of query.toLowerCase().replaceAll(/\s+/g, '')) {
    at = letters.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
