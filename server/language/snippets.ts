import { z } from 'zod';
import { optionsOf } from '../config/schemaWalk.ts';
import { branchesOf, choicesOf, defaultOf, elementOf, isRequired, recordValueOf } from './schemaInfo.ts';

/** How the text of a snippet is laid out, and which of its stops come next. */
export interface SnippetLayout {
  /** Columns before the key that the text belongs to. */
  readonly indent: number;
  readonly isFlow: boolean;
  /** Number of the last stop that was used; counted up while a snippet is written. */
  readonly stops: { count: number };
}

/** A text as it stands in a snippet, where `$`, `}` and `\` mean something. */
export function escapeSnippet(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** A key and what has to follow it: required keys of a mapping, the first entry of a list, a stop for a value. */
export function keySnippet(key: string, schema: z.core.$ZodType, layout: SnippetLayout): string {
  return `${escapeSnippet(yamlText(key))}:${valueSnippet(schema, layout)}`;
}

/** What follows a key's colon, with the space or the line break before it. */
export function valueSnippet(schema: z.core.$ZodType, layout: SnippetLayout): string {
  const { stops, isFlow, indent } = layout;
  const inner = { ...layout, indent: indent + 2 };
  const record = recordValueOf(schema);
  // A value that has a short form is begun with that.
  const isMappingFirst = !isScalarSchema(optionsOf(schema)[0]);
  if (isMappingFirst && (branchesOf(schema).length > 0 || optionsOf(schema)[0] instanceof z.ZodObject)) {
    return nested(requiredKeys(schema, new Set(), inner), layout);
  }
  if (isMappingFirst && record !== undefined) {
    const name = `\${${++stops.count}:name}`;
    return nested([`${name}:${valueSnippet(record, inner)}`], layout);
  }
  const element = elementOf(schema);
  if (isMappingFirst && element !== undefined) {
    if (isFlow || isScalarSchema(optionsOf(element)[0])) return ` [$${++stops.count}]`;
    const keys = requiredKeys(element, new Set(), { ...layout, indent: indent + 4 });
    return `\n${' '.repeat(indent + 2)}- ${keys.join(`\n${' '.repeat(indent + 4)}`)}`;
  }
  const usual = defaultOf(schema);
  // An editor lists only what begins with the text that stands there: a choice is made where there is none.
  const isShown = choicesOf(schema).length === 0 && (typeof usual === 'string' || typeof usual === 'number');
  return isShown ? ` \${${++stops.count}:${escapeSnippet(String(usual))}}` : ` $${++stops.count}`;
}

/** The keys that a mapping cannot be without, but for those that it has: the kind alone where there is one to choose. */
export function requiredKeys(
  schema: z.core.$ZodType,
  present: ReadonlySet<string>,
  layout: SnippetLayout,
): string[] {
  if (branchesOf(schema).length > 0) return present.has('kind') ? [] : [`kind: $${++layout.stops.count}`];
  const mapping = optionsOf(schema).find((option) => option instanceof z.ZodObject);
  if (mapping === undefined) return [];
  return Object.entries(mapping.shape as Record<string, z.core.$ZodType>).flatMap(([key, field]) =>
    isRequired(field) && !present.has(key) ? [keySnippet(key, field, layout)] : [],
  );
}

/** A text as a plain scalar, quoted where it would be read as something else. */
export function yamlText(text: string): string {
  const isPlain = /^[\p{L}\p{N}_./$][^\n\r\t:#,[\]{}"'\\&*!|>%@`]*$/u.test(text) && !/\s$/.test(text);
  const isOther = /^(?:true|false|null|~|[-+.]?\d[\d_.eE+-]*|0x[\da-f]+|0o[0-7]+|\.inf|\.nan)$/i.test(text);
  return isPlain && !isOther ? text : JSON.stringify(text);
}

function nested(keys: readonly string[], { indent, isFlow, stops }: SnippetLayout): string {
  const lines = keys.length === 0 ? [`$${++stops.count}`] : keys;
  return isFlow
    ? ` { ${lines.join(', ')} }`
    : lines.map((line) => `\n${' '.repeat(indent + 2)}${line}`).join('');
}

/** Whether only a text, a number or a yes-or-no may stand here. */
export function isScalarSchema(schema: z.core.$ZodType | undefined): boolean {
  return (
    schema instanceof z.ZodString ||
    schema instanceof z.ZodNumber ||
    schema instanceof z.ZodBoolean ||
    schema instanceof z.ZodEnum ||
    schema instanceof z.ZodLiteral
  );
}
