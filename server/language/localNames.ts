import type { Range } from 'vscode-languageserver-types';
import { isAlias, isScalar, isSeq, type Node } from 'yaml';
import { allEntries } from './entryRange.ts';
import type { DocumentEntry, GapDocument } from './gapDocument.ts';
import { hasModalityKeys, roleAt } from './valueRoles.ts';

/** What a name within one document names. */
export type LocalNameKind = 'modality' | 'experiment' | 'anchor';

/** A place where a name stands; of an anchor without its `&` or `*`. */
export interface NameOccurrence {
  readonly kind: LocalNameKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
  /** Whether the name is given here, and not only referred to. */
  readonly isDefinition: boolean;
}

/**
 * Every name that the document gives or refers to, in the order of the text: modalities, which the data have and
 * encoders, columns and relevance refer to; experiments; anchors and their aliases.
 */
export function localNames(document: GapDocument): NameOccurrence[] {
  const found: NameOccurrence[] = [...anchorsOf(document, document.root)];
  for (const entry of allEntries(document)) {
    found.push(...anchorsOf(document, entry.value), ...namesOf(document, entry));
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The name at an offset, at its end included. */
export function nameAt(names: readonly NameOccurrence[], offset: number): NameOccurrence | undefined {
  return names.find(({ start, end }) => start <= offset && offset <= end);
}

/** Every place where the same thing is named. */
export function sameName(
  names: readonly NameOccurrence[],
  { kind, name }: NameOccurrence,
): readonly NameOccurrence[] {
  return names.filter((other) => other.kind === kind && other.name === name);
}

/** Where a name stands, in lines and characters. */
export function occurrenceRange(document: GapDocument, { start, end }: NameOccurrence): Range {
  return document.rangeAt(start, end);
}

function namesOf(document: GapDocument, { path, key, value }: DocumentEntry): NameOccurrence[] {
  const [section] = path;
  if (key !== null && hasModalityKeys(path.slice(0, -1))) {
    return occurrence('modality', key, section === 'data');
  }
  if (section === 'data' && path[1] === 'modalities' && path.length === 3 && key === null) {
    return occurrence('modality', value, true);
  }
  if (section === 'experiments' && path.length === 3 && path[2] === 'name') {
    return occurrence('experiment', value, true);
  }
  return roleAt(document.value, path) === 'modality' && !isSeq(value)
    ? occurrence('modality', value, false)
    : [];
}

function occurrence(kind: LocalNameKind, node: Node | null, isDefinition: boolean): NameOccurrence[] {
  if (!isScalar(node) || typeof node.value !== 'string' || node.value === '' || !node.range) return [];
  const [start, end] = node.range;
  return [{ kind, name: node.value, start, end, isDefinition }];
}

function anchorsOf({ text }: GapDocument, node: Node | null): NameOccurrence[] {
  if (!node?.range) return [];
  if (isAlias(node)) {
    const start = node.range[0] + 1;
    const end = start + node.source.length;
    return [{ kind: 'anchor', name: node.source, start, end, isDefinition: false }];
  }
  const anchor = 'anchor' in node ? node.anchor : undefined;
  if (typeof anchor !== 'string') return [];
  // Before the node, at most a tag and a line's end away.
  const at = text.lastIndexOf(`&${anchor}`, node.range[0]);
  if (at < 0) return [];
  return [{ kind: 'anchor', name: anchor, start: at + 1, end: at + 1 + anchor.length, isDefinition: true }];
}
