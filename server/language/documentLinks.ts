import type { DocumentLink } from 'vscode-languageserver-types';
import { isScalar } from 'yaml';
import { allEntries } from './entryRange.ts';
import type { Facts } from './facts.ts';
import type { DocumentEntry, GapDocument } from './gapDocument.ts';
import { roleAt } from './valueRoles.ts';

/** A link on each path of a file, and on each model: its page on the hub, or its folder's `config.json`. */
export function documentLinks(document: GapDocument, facts: Facts): DocumentLink[] {
  return [...allEntries(document)].flatMap((entry) => {
    const link = linkOf(document, entry, facts);
    if (link === undefined || entry.value === null) return [];
    return [{ range: document.rangeOf(entry.value), ...link }];
  });
}

/** The file that an entry's value leads to, if it is there; a model's page is none. */
export function fileOf(document: GapDocument, entry: DocumentEntry, facts: Facts): string | undefined {
  const path = pathText(document, entry);
  if (path === undefined) return undefined;
  const found = facts.path(document.uri, path.text);
  if (found?.kind === 'file') return found.uri;
  if (found?.kind !== 'folder' || path.role !== 'model') return undefined;
  const description = facts.path(document.uri, `${path.text.replace(/\/+$/, '')}/config.json`);
  return description?.kind === 'file' ? description.uri : undefined;
}

function linkOf(
  document: GapDocument,
  entry: DocumentEntry,
  facts: Facts,
): Pick<DocumentLink, 'target' | 'tooltip'> | undefined {
  const file = fileOf(document, entry, facts);
  if (file !== undefined) return { target: file, tooltip: 'Open the file' };
  const path = pathText(document, entry);
  if (path?.role !== 'model' || !/^[\w.-]+\/[\w.-]+$/.test(path.text) || path.text.startsWith('.'))
    return undefined;
  if (facts.path(document.uri, path.text)?.kind === 'folder') return undefined;
  return { target: `https://huggingface.co/${path.text}`, tooltip: 'Open the model’s page' };
}

function pathText(
  document: GapDocument,
  { path, value }: DocumentEntry,
): { readonly text: string; readonly role: 'file' | 'model' } | undefined {
  if (!isScalar(value) || typeof value.value !== 'string' || value.value === '') return undefined;
  const text = value.value;
  const role = roleAt(document.value, path);
  if (role === 'model') return { text, role };
  const isFile = role === 'file' || ((role === 'pattern' || role === 'place') && !/[*?{[]/.test(text));
  return isFile ? { text, role: 'file' } : undefined;
}
