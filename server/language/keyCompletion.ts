import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import type { z } from 'zod';
import { descriptionOf, fieldsOf, valueAt } from '../config/schemaWalk.ts';
import { toItems, type CompletionContext, type Suggestion } from './completionItem.ts';
import { definitionAt, describeDefinition } from './definitions.ts';
import type { Path } from './gapDocument.ts';
import { describeKey } from './keyDescription.ts';
import { modalitiesOf } from './knownData.ts';
import {
  branchesOf,
  choicesOf,
  describeType,
  isRequired,
  recordValueOf,
  schemaAtPath,
} from './schemaInfo.ts';
import { keySnippet, requiredKeys, yamlText } from './snippets.ts';
import { hasModalityKeys, roleAt } from './valueRoles.ts';

/** The keys that the mapping at a path has not yet: the kind first, then those that are needed. */
export function keyItems(context: CompletionContext, path: Path): CompletionItem[] {
  const { place } = context;
  const schema = schemaAtPath(place.plain, path);
  if (schema === undefined) return [];
  const fields = fieldsOf(schema, valueAt(place.plain, path)).filter(([key]) => !place.keys.has(key));
  const branches = place.keys.has('kind') ? [] : branchesOf(schema);
  const isKindUnknown = branches.length > 0 && fields.length === 0;
  return toItems(context, [
    ...(isKindUnknown ? [kindKey(context, path, branches[0]!.branch)] : []),
    ...(isKindUnknown && !place.hasColon ? entriesOfKinds(context, path, branches) : []),
    ...fields.map(([key, field]) => fieldKey(context, path, key, field)),
    ...modalityKeys(context, path, schema),
    ...wholeDocument(context, path, schema),
  ]);
}

function fieldKey({ place }: CompletionContext, path: Path, key: string, field: z.core.$ZodType): Suggestion {
  const rank = key === 'kind' ? 0 : isRequired(field) ? 1 : 2;
  const inner = [...path, key];
  return {
    label: key,
    kind: CompletionItemKind.Property,
    detail: `${describeType(field)}${isRequired(field) ? ', required' : ''}`.replaceAll('`', ''),
    documentation: describeKey(field),
    insert: place.hasColon ? key : keySnippet(key, field, layoutOf(place)),
    rank,
    continues: key === 'kind' || isChosen(place.plain, inner, field),
  };
}

function kindKey({ place }: CompletionContext, path: Path, branch: z.ZodObject): Suggestion {
  return {
    label: 'kind',
    kind: CompletionItemKind.Property,
    detail: 'required',
    documentation: descriptionOf(schemaAtPath(place.plain, path)),
    insert: place.hasColon ? 'kind' : keySnippet('kind', branch.shape['kind'] as z.ZodType, layoutOf(place)),
    rank: 0,
    continues: true,
  };
}

/** A whole entry of each kind, with the keys that it needs. */
function entriesOfKinds(
  { place }: CompletionContext,
  path: Path,
  branches: ReturnType<typeof branchesOf>,
): Suggestion[] {
  return branches.map(({ kind, branch, description }) => {
    const definition = definitionAt(path, kind);
    const present = new Set([...place.keys, 'kind']);
    const keys = [`kind: ${kind}`, ...requiredKeys(branch, present, layoutOf(place))];
    return {
      label: `kind: ${kind}`,
      kind: CompletionItemKind.Snippet,
      detail: definition?.title,
      documentation: definition === undefined ? description : describeDefinition(definition),
      insert: keys.join(place.isFlow ? ', ' : `\n${' '.repeat(place.indent)}`),
      rank: 1,
    };
  });
}

/** The modalities, in a mapping that has their names as keys. */
function modalityKeys(
  { document, place, facts }: CompletionContext,
  path: Path,
  schema: z.core.$ZodType,
): Suggestion[] {
  const entry = recordValueOf(schema);
  if (entry === undefined || !hasModalityKeys(path)) return [];
  return modalitiesOf(document.value, document.uri, facts, path)
    .filter((name) => !place.keys.has(name))
    .map((name) => ({
      label: name,
      kind: CompletionItemKind.Field,
      detail: 'modality',
      insert: place.hasColon ? yamlText(name) : keySnippet(name, entry, layoutOf(place)),
      rank: 1,
      continues: isChosen(place.plain, [...path, name], entry),
    }));
}

/** In a file with nothing in it: the keys that a configuration needs, at once. */
function wholeDocument({ place }: CompletionContext, path: Path, schema: z.core.$ZodType): Suggestion[] {
  if (path.length > 0 || place.keys.size > 0 || place.hasColon) return [];
  return [
    {
      label: 'measurement',
      kind: CompletionItemKind.Snippet,
      detail: 'every key that is required',
      insert: requiredKeys(schema, place.keys, layoutOf(place)).join('\n'),
      rank: 0,
    },
  ];
}

function layoutOf({ indent, isFlow }: CompletionContext['place']) {
  return { indent, isFlow, stops: { count: 0 } };
}

/** Whether there is something to choose from for the value of a key. */
function isChosen(plain: unknown, path: Path, schema: z.core.$ZodType): boolean {
  const role = roleAt(plain, path);
  return (
    choicesOf(schema).length > 0 || branchesOf(schema).length > 0 || (role !== undefined && role !== 'words')
  );
}
