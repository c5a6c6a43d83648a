import type { TextEdit } from 'vscode-languageserver-types';
import { isCollection, isMap, isScalar, isSeq, stringify } from 'yaml';
import { contentEnd, entrySpan } from './entryRange.ts';
import type { DocumentEntry, GapDocument, Path } from './gapDocument.ts';

/** A value as it stands in a line, in flow style and quoted where it has to be. */
export function inlineYaml(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: true }).trimEnd();
}

/**
 * Takes an entry out of its mapping or list, with its value and the comment at its line's end. Comments above stay.
 * Undefined where it is not written as a key and a value, or is the document itself.
 */
export function removeEntry(document: GapDocument, path: Path): TextEdit | undefined {
  const entry = path.length === 0 ? undefined : document.entryAt(path);
  const parent = document.entryAt(path.slice(0, -1))?.value;
  if (entry === undefined || !isCollection(parent) || !parent.range) return undefined;
  const siblings = document.entriesOf({ path: [], value: parent });
  if (siblings.length !== parent.items.length) return undefined;
  if (siblings.length === 1) {
    return {
      range: document.rangeAt(parent.range[0], contentEnd(document, parent)),
      newText: isMap(parent) ? '{}' : '[]',
    };
  }
  const index = siblings.findIndex((sibling) => sibling.path.at(-1) === path.at(-1));
  return parent.flow === true
    ? removeFromFlow(document, siblings, index)
    : removeFromBlock(document, entry, isSeq(parent));
}

/** The comma that goes along is the one after the entry, or the one before the last. */
function removeFromFlow(
  document: GapDocument,
  siblings: readonly DocumentEntry[],
  index: number,
): TextEdit | undefined {
  const span = entrySpan(document, siblings[index]!);
  const next = siblings[index + 1];
  const previous = siblings[index - 1];
  const after = next && entrySpan(document, next);
  const before = previous && entrySpan(document, previous);
  if (span === undefined || (after ?? before) === undefined) return undefined;
  const between = after
    ? document.text.slice(span.end, after.start)
    : document.text.slice(before!.end, span.start);
  // A comment in between would be lost.
  if (between.includes('#')) return undefined;
  const range = after ? document.rangeAt(span.start, after.start) : document.rangeAt(before!.end, span.end);
  return { range, newText: '' };
}

function removeFromBlock(
  document: GapDocument,
  entry: DocumentEntry,
  isInList: boolean,
): TextEdit | undefined {
  const span = entrySpan(document, entry);
  if (span === undefined) return undefined;
  const { text } = document;
  const lineStart = text.slice(0, span.start).lastIndexOf('\n') + 1;
  const before = text.slice(lineStart, span.start);
  const lineEnd = text.indexOf('\n', span.end);
  const end = lineEnd < 0 ? text.length : lineEnd + 1;
  if (before.trim() === '' || (isInList && before.trim() === '-')) {
    return { range: document.rangeAt(lineStart, end), newText: '' };
  }
  // The first key after the dash of a list: what follows moves up beside it.
  if (before.trim().replaceAll(/-\s*/g, '') !== '') return undefined;
  const following = /^[ \t\r\n]*/.exec(text.slice(end))![0].length;
  return { range: document.rangeAt(span.start, end + following), newText: '' };
}

/**
 * Adds keys with their values, in their order, at the end of a mapping. Undefined where the path leads to no mapping.
 *
 * @param path leads to the mapping; empty for the document.
 */
export function addEntries(
  document: GapDocument,
  path: Path,
  entries: readonly { readonly key: string; readonly value: unknown }[],
): TextEdit | undefined {
  const mapping = document.entryAt(path)?.value;
  if (!isMap(mapping) || !mapping.range) return undefined;
  const last = document.entriesOf({ path, value: mapping }).at(-1);
  if (mapping.flow === true) {
    const text = entries.map(({ key, value }) => `${inlineYaml(key)}: ${inlineYaml(value)}`).join(', ');
    const end = last && entrySpan(document, last)?.end;
    if (end === undefined) {
      return { range: document.rangeAt(mapping.range[0], mapping.range[1]), newText: `{ ${text} }` };
    }
    return { range: document.rangeAt(end, end), newText: `, ${text}` };
  }
  const span = last && entrySpan(document, last);
  const first = mapping.items[0]?.key;
  if (span === undefined || !isScalar(first) || !first.range) return undefined;
  const indentation = ' '.repeat(document.positionAt(first.range[0]).character);
  const lines = stringify(Object.fromEntries(entries.map(({ key, value }) => [key, value])), { lineWidth: 0 })
    .trimEnd()
    .split('\n')
    .map((line) => `\n${indentation}${line}`)
    .join('');
  const lineEnd = document.text.indexOf('\n', span.end);
  const end = lineEnd < 0 ? document.text.length : lineEnd;
  return { range: document.rangeAt(end, end), newText: lines };
}

/** Replaces the text of a key or of a single value. Undefined where something else stands there. */
export function replaceScalar(
  document: GapDocument,
  path: Path,
  at: 'key' | 'value',
  value: unknown,
): TextEdit | undefined {
  const entry = document.entryAt(path);
  const node = at === 'key' ? entry?.key : entry?.value;
  if (!isScalar(node) || !node.range || node.source === '') return undefined;
  return { range: document.rangeOf(node), newText: inlineYaml(value) };
}
