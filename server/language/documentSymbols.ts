import { SymbolKind, type DocumentSymbol } from 'vscode-languageserver-types';
import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { valueAt } from '../config/schemaWalk.ts';
import { entryRange } from './entryRange.ts';
import type { DocumentEntry, GapDocument } from './gapDocument.ts';
import { hasModalityKeys } from './valueRoles.ts';

/** The outline: a symbol for each key and each entry of a list, with what its kind or its value is. */
export function documentSymbols(document: GapDocument): DocumentSymbol[] {
  return symbolsOf(document, { path: [], value: document.root });
}

/** What an entry is called: its key; in a list its name, its kind, or its text. */
export function symbolName({ path, key, value }: DocumentEntry, plain: unknown): string {
  if (key !== null) return String(key.value) || '(empty)';
  const { name, kind } = fieldsOf(plain);
  if (name !== undefined || kind !== undefined) return (name ?? kind)!;
  return isScalar(value) ? textOf(value.value) : `[${path.at(-1)}]`;
}

/** What an entry is, in the registries' terms. */
export function symbolKind({ path, value }: DocumentEntry): SymbolKind {
  const [section] = path;
  if (section === 'experiments' && path.length === 2) return SymbolKind.Method;
  if (hasModalityKeys(path.slice(0, -1))) return SymbolKind.Class;
  if (section === 'data' && path.length === 1) return SymbolKind.Object;
  if (isSeq(value)) return SymbolKind.Array;
  if (isMap(value)) return SymbolKind.Namespace;
  if (!isScalar(value)) return SymbolKind.Variable;
  const scalar = value.value;
  if (typeof scalar === 'number') return SymbolKind.Number;
  if (typeof scalar === 'boolean') return SymbolKind.Boolean;
  return scalar === null ? SymbolKind.Null : SymbolKind.String;
}

function symbolsOf(document: GapDocument, parent: Pick<DocumentEntry, 'path' | 'value'>): DocumentSymbol[] {
  if (isAlias(parent.value)) return [];
  return document.entriesOf(parent).flatMap((entry): DocumentSymbol[] => {
    const range = entryRange(document, entry);
    if (range === undefined) return [];
    const plain = valueAt(document.value, entry.path);
    const name = symbolName(entry, plain);
    const detail = detailOf(entry, plain);
    return [
      {
        name,
        ...(detail !== undefined && detail !== name && { detail }),
        kind: symbolKind(entry),
        range,
        selectionRange: entry.key === null ? range : document.rangeOf(entry.key),
        children: symbolsOf(document, entry),
      },
    ];
  });
}

function detailOf({ value }: DocumentEntry, plain: unknown): string | undefined {
  if (isScalar(value)) return value.value === null ? undefined : textOf(value.value);
  if (isAlias(value)) return `*${value.source}`;
  return fieldsOf(plain).kind;
}

function fieldsOf(plain: unknown): { readonly name: string | undefined; readonly kind: string | undefined } {
  const field = (key: string) => {
    const found = valueAt(plain, [key]);
    return typeof found === 'string' && found !== '' ? found : undefined;
  };
  return { name: field('name'), kind: field('kind') };
}

function textOf(value: unknown): string {
  const text = String(value).replaceAll(/\s+/g, ' ').trim();
  if (text === '') return '(empty)';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
