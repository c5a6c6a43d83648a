import type { Position, Range, WorkspaceEdit } from 'vscode-languageserver-types';
import { inlineYaml } from './entryEdits.ts';
import type { GapDocument } from './gapDocument.ts';
import { localNames, nameAt, occurrenceRange, sameName, type NameOccurrence } from './localNames.ts';

/** Whether a name can be changed, and how: or, in a sentence, why not. */
export type Rename<T> = { readonly result: T } | { readonly problem: string };

/** What is renamed at a position, and what it is called now. */
export function prepareRename(
  document: GapDocument,
  position: Position,
): Rename<{ readonly range: Range; readonly placeholder: string }> {
  const found = renameable(document, position);
  if ('problem' in found) return found;
  const { name } = found.result.name;
  return { result: { range: occurrenceRange(document, found.result.name), placeholder: name } };
}

/** Gives the name at a position another text, everywhere in the document. */
export function rename(document: GapDocument, position: Position, newName: string): Rename<WorkspaceEdit> {
  const found = renameable(document, position);
  if ('problem' in found) return found;
  const { name, names } = found.result;
  const problem = problemOf(name, newName, names);
  if (problem !== undefined) return { problem };
  const newText = name.kind === 'anchor' ? newName : inlineYaml(newName);
  const edits = sameName(names, name).map((place) => ({ range: occurrenceRange(document, place), newText }));
  return { result: { changes: { [document.uri]: edits } } };
}

function renameable(
  document: GapDocument,
  position: Position,
): Rename<{ readonly name: NameOccurrence; readonly names: readonly NameOccurrence[] }> {
  const names = localNames(document);
  const name = nameAt(names, document.offsetAt(position));
  if (name === undefined) return { problem: 'Only modalities, experiments and anchors have names' };
  if (!sameName(names, name).some(({ isDefinition }) => isDefinition)) {
    return { problem: `The name "${name.name}" is not given in this file: it is that of the data` };
  }
  return { result: { name, names } };
}

function problemOf(
  { kind, name }: NameOccurrence,
  newName: string,
  names: readonly NameOccurrence[],
): string | undefined {
  if (newName.trim() === '' || newName.length > 100 || /[\r\n]/.test(newName)) {
    return 'A name is one line of 1 to 100 characters';
  }
  if (kind === 'anchor' && !/^[^\s,[\]{}]+$/.test(newName)) {
    return 'The name of an anchor has no spaces, commas or brackets';
  }
  const isTaken = newName !== name && names.some((other) => other.kind === kind && other.name === newName);
  return isTaken ? `There is another ${kind} called "${newName}"` : undefined;
}
