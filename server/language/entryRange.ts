import type { Range } from 'vscode-languageserver-types';
import { isAlias, isCollection, type Node } from 'yaml';
import type { DocumentEntry, GapDocument } from './gapDocument.ts';

/** Offsets of a text; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From the beginning of an entry's key to the end of its value; undefined for one that is written nowhere. */
export function entrySpan(document: GapDocument, { key, value }: DocumentEntry): Span | undefined {
  const start = (key ?? value)?.range?.[0];
  if (start === undefined) return undefined;
  const keyEnd = key?.range?.[1] ?? start;
  const end = !value?.range ? keyEnd : Math.max(keyEnd, contentEnd(document, value));
  // The colon of a key without a value.
  const colon = end === keyEnd && key !== null ? /^\s*:/.exec(document.text.slice(end, end + 100)) : null;
  return { start, end: end + (colon?.[0].length ?? 0) };
}

/** As {@link entrySpan}, in lines and characters. */
export function entryRange(document: GapDocument, entry: DocumentEntry): Range | undefined {
  const span = entrySpan(document, entry);
  return span && document.rangeAt(span.start, span.end);
}

/** Where a node's text ends, without the blank lines and comments that the YAML counts among it. */
export function contentEnd(document: GapDocument, node: Node): number {
  let last = node;
  // Of a mapping or list in block style, the end of what is in it.
  while (isCollection(last) && last.flow !== true) {
    const entry = document.entriesOf({ path: [], value: last }).at(-1);
    if (entry === undefined) break;
    if (!entry.value?.range || isEmpty(entry.value)) return entrySpan(document, entry)?.end ?? 0;
    last = entry.value;
  }
  const [start, end] = last.range ?? [0, 0];
  return start + document.text.slice(start, end).trimEnd().length;
}

function isEmpty(node: Node): boolean {
  return node.range?.[0] === node.range?.[1];
}

/** Every entry of a document below its top, parents first. What an alias names is not visited a second time. */
export function* allEntries(
  document: GapDocument,
  parent: Pick<DocumentEntry, 'path' | 'value'> = { path: [], value: document.root },
): Generator<DocumentEntry> {
  if (isAlias(parent.value)) return;
  for (const entry of document.entriesOf(parent)) {
    yield entry;
    yield* allEntries(document, entry);
  }
}
