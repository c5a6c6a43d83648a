import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import { valueAt } from '../config/schemaWalk.ts';
import { toItems, type CompletionContext, type Suggestion } from './completionItem.ts';
import type { Path } from './gapDocument.ts';
import { countedRows } from './factDescriptions.ts';
import { classFactsOf, isProblem, modalitiesOf, tableFactsOf } from './knownData.ts';
import { elementOf, schemaAtPath } from './schemaInfo.ts';
import { escapeSnippet, yamlText } from './snippets.ts';
import { roleAt } from './valueRoles.ts';

/** Names that a text may be: files and folders, columns of the table, modalities, classes. Those that its list has are left out. */
export function namedItems(context: CompletionContext, path: Path): CompletionItem[] {
  const { place } = context;
  const role = roleAt(place.plain, path);
  const listed = new Set(typeof path.at(-1) === 'number' ? siblings(place.plain, path) : []);
  const found = suggestionsOf(context, role).filter(({ label }) => !listed.has(label));
  // Alone on a line, the text may also become the first entry of a list.
  const isListed = place.mapping !== null && elementOf(schemaAtPath(place.plain, path)) !== undefined;
  const entries = isListed ? suggestionsOf(context, roleAt(place.plain, [...path, 0])) : [];
  return toItems(context, [
    ...found,
    ...entries.map((entry) => ({ ...entry, label: `- ${entry.label}`, insert: `- ${entry.insert}` })),
  ]);
}

function suggestionsOf(context: CompletionContext, role: ReturnType<typeof roleAt>): Suggestion[] {
  switch (role) {
    case 'file':
    case 'pattern':
    case 'place':
      return paths(context, () => true);
    case 'folder':
    case 'output':
    case 'model':
      return paths(context, (kind) => kind === 'folder');
    case 'column':
      return columns(context);
    case 'modality':
      return modalitiesOf(context.document.value, context.document.uri, context.facts).map((name) =>
        named(context, name, CompletionItemKind.Field, 'modality'),
      );
    case 'class':
      return classes(context);
    case 'array':
    case 'words':
    case undefined:
      return [];
  }
}

function paths(
  { document, place, facts }: CompletionContext,
  isWanted: (kind: 'file' | 'folder') => boolean,
): Suggestion[] {
  const folder = place.typed.slice(0, place.typed.lastIndexOf('/') + 1);
  const entries = facts.folder(document.uri, folder === '' ? '.' : folder) ?? [];
  const wanted = entries.filter(
    ({ name, kind }) =>
      (kind === 'folder' || isWanted(kind)) && (!name.startsWith('.') || place.typed.endsWith('.')),
  );
  return wanted.map(({ name, kind }) => {
    const isFolder = kind === 'folder';
    const isSafe = place.quote !== null || yamlText(name) === name;
    return {
      label: isFolder ? `${name}/` : name,
      kind: isFolder ? CompletionItemKind.Folder : CompletionItemKind.File,
      // The whole text gets quotes where the name needs them.
      insert: escapeSnippet(isSafe ? name + (isFolder ? '/' : '') : JSON.stringify(folder + name)),
      kept: isSafe ? folder.length : 0,
      rank: isFolder ? 1 : 0,
      continues: isFolder,
    };
  });
}

function columns(context: CompletionContext): Suggestion[] {
  const known = tableFactsOf(context.document.value, context.document.uri, context.facts);
  if (known === undefined || isProblem(known)) return [];
  return known.columns.map(({ name, type }) => named(context, name, CompletionItemKind.Field, type));
}

function classes(context: CompletionContext): Suggestion[] {
  const known = classFactsOf(context.place.plain, context.document.uri, context.facts);
  return (known?.classes ?? []).map(({ name, rows }) =>
    named(context, name, CompletionItemKind.EnumMember, countedRows(rows)),
  );
}

function named(
  { place }: CompletionContext,
  name: string,
  kind: CompletionItemKind,
  detail: string,
): Suggestion {
  return { label: name, kind, detail, insert: escapeSnippet(quotedText(name, place.quote)), rank: 0 };
}

/** A text as it stands in quotes that are there already, or as a scalar of its own. */
function quotedText(text: string, quote: '"' | "'" | null): string {
  if (quote === null) return yamlText(text);
  return quote === '"' ? JSON.stringify(text).slice(1, -1) : text.replaceAll("'", "''");
}

function siblings(plain: unknown, path: Path): string[] {
  const list = valueAt(plain, path.slice(0, -1));
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
