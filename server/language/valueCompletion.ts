import { CompletionItemKind, type CompletionItem } from 'vscode-languageserver-types';
import type { z } from 'zod';
import { optionsOf } from '../config/schemaWalk.ts';
import { toItems, type CompletionContext, type Suggestion } from './completionItem.ts';
import { definitionAt, describeDefinition } from './definitions.ts';
import type { Path } from './gapDocument.ts';
import { branchesOf, choicesOf, defaultOf, elementOf, schemaAtPath, type Choice } from './schemaInfo.ts';
import { escapeSnippet, isScalarSchema, requiredKeys, valueSnippet, yamlText } from './snippets.ts';

/** Values of a list, kinds with the keys that they need, and the beginnings of mappings and lists. */
export function valueItems(context: CompletionContext, path: Path): CompletionItem[] {
  const { place } = context;
  const schema = schemaAtPath(place.plain, path);
  const entry = schemaAtPath(place.plain, path.slice(0, -1));
  const branches = path.at(-1) === 'kind' && entry !== undefined ? branchesOf(entry) : [];
  if (branches.length > 0) return toItems(context, kindValues(context, path, branches));
  if (schema === undefined) return [];
  // A list whose entries have lines of their own is begun on the next line.
  const element = elementOf(schema);
  const isList = element !== undefined && place.isOwnLine && place.mapping !== null;
  return toItems(context, [
    ...choicesOf(schema).map((choice) => choiceValue(context, path, choice, defaultOf(schema))),
    ...(isList ? listEntries(context, path, element) : []),
    ...(place.mapping === null && place.quote === null ? structures(context, path, schema) : []),
    ...usualNumber(context, schema),
  ]);
}

function kindValues(
  { place }: CompletionContext,
  path: Path,
  branches: ReturnType<typeof branchesOf>,
): Suggestion[] {
  return branches.map(({ kind, branch, description }) => {
    const definition = definitionAt(path.slice(0, -1), kind);
    const layout = { indent: place.indent, isFlow: place.isFlow, stops: { count: 0 } };
    const separator = place.isFlow ? ', ' : `\n${' '.repeat(place.indent)}`;
    const takesMore = place.quote === null && (place.isFlow || place.isLineEnd);
    const others = takesMore ? requiredKeys(branch, new Set([...place.keys, 'kind']), layout) : [];
    return {
      label: kind,
      kind: CompletionItemKind.EnumMember,
      detail: definition?.title,
      documentation: definition === undefined ? description : describeDefinition(definition),
      insert: [kind, ...others].join(separator),
      rank: 0,
    };
  });
}

function choiceValue(
  { place }: CompletionContext,
  path: Path,
  { value, description }: Choice,
  usual: unknown,
): Suggestion {
  const definition = definitionAt(path, value);
  const text = String(value);
  return {
    label: text,
    kind: CompletionItemKind.EnumMember,
    detail: definition?.title ?? (value === usual ? 'default' : undefined),
    documentation: definition === undefined ? description : describeDefinition(definition),
    insert: escapeSnippet(place.quote === null && typeof value === 'string' ? yamlText(text) : text),
    rank: 0,
  };
}

/** The first entry of a list, with its dash. */
function listEntries(context: CompletionContext, path: Path, element: z.core.$ZodType): Suggestion[] {
  const { place } = context;
  const inner = [...path, 0];
  const kinds = branchesOf(element).map(({ kind, branch }): Suggestion => {
    const layout = { indent: place.indent + 2, isFlow: false, stops: { count: 0 } };
    const keys = [`kind: ${kind}`, ...requiredKeys(branch, new Set(['kind']), layout)];
    const definition = definitionAt(inner, kind);
    return {
      label: `- kind: ${kind}`,
      kind: CompletionItemKind.Snippet,
      detail: definition?.title,
      documentation: definition && describeDefinition(definition),
      insert: `- ${keys.join(`\n${' '.repeat(place.indent + 2)}`)}`,
      rank: 1,
    };
  });
  const choices = choicesOf(element).map((choice): Suggestion => {
    const suggestion = choiceValue(context, inner, choice, undefined);
    return { ...suggestion, label: `- ${suggestion.label}`, insert: `- ${suggestion.insert}` };
  });
  return [...choices, ...kinds];
}

/** A mapping or a list in the place of a value: in brackets where the rest is, else on the lines below. */
function structures({ place }: CompletionContext, path: Path, schema: z.core.$ZodType): Suggestion[] {
  const layout = () => ({ indent: place.indent, isFlow: place.isFlow, stops: { count: 0 } });
  const isBelow = !place.isFlow && place.isLineEnd;
  if (!isBelow && !place.isFlow) return [];
  const branches = branchesOf(schema);
  if (branches.length > 0) {
    return branches.map(({ kind, branch }) => {
      const inner = { ...layout(), indent: place.indent + 2 };
      const keys = [`kind: ${kind}`, ...requiredKeys(branch, new Set(['kind']), inner)];
      const definition = definitionAt(path, kind);
      return {
        label: `kind: ${kind}`,
        kind: CompletionItemKind.Snippet,
        detail: definition?.title,
        documentation: definition && describeDefinition(definition),
        insert: isBelow
          ? keys.map((key) => `\n${' '.repeat(place.indent + 2)}${key}`).join('')
          : `{ ${keys.join(', ')} }`,
        rank: 1,
      };
    });
  }
  const option = optionsOf(schema).find((candidate) => !isScalarSchema(candidate));
  if (option === undefined) return [];
  const snippet = valueSnippet(option, layout());
  if (!/^(?:\n| [[{])/.test(snippet)) return [];
  return [
    {
      label: elementOf(option) === undefined ? '{…}' : '[…]',
      kind: CompletionItemKind.Snippet,
      insert: snippet.startsWith(' ') ? snippet.slice(1) : snippet,
      rank: 2,
    },
  ];
}

function usualNumber({ place }: CompletionContext, schema: z.core.$ZodType): Suggestion[] {
  const usual = defaultOf(schema);
  if (typeof usual !== 'number' || place.mapping !== null) return [];
  return [
    {
      label: String(usual),
      kind: CompletionItemKind.Value,
      detail: 'default',
      insert: String(usual),
      rank: 1,
    },
  ];
}
