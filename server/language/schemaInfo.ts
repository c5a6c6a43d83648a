import { z } from 'zod';
import { experimentSchema } from '../config/schema.ts';
import { descriptionOf, optionsOf, schemaAt } from '../config/schemaWalk.ts';
import type { Path } from './gapDocument.ts';

/** A value that a key may have, one of a list. */
export interface Choice {
  readonly value: string | number | boolean;
  readonly description: string | undefined;
}

/** The schema at a path of a configuration, half-written or not; undefined where no key leads. */
export function schemaAtPath(value: unknown, path: Path): z.core.$ZodType | undefined {
  return schemaAt(experimentSchema, value, path);
}

/** Whether a mapping is incomplete without the key. */
export function isRequired(schema: z.core.$ZodType): boolean {
  return schema._zod.optin === undefined;
}

/** The value that stands for a key that is left out, as it would be written; undefined where there is none. */
export function defaultOf(schema: z.core.$ZodType): unknown {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) return schema.def.defaultValue;
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNullable
    ? defaultOf(schema.unwrap())
    : undefined;
}

/** The values that a list of them allows: of enumerations, literals and yes-or-no; none where any text will do. */
export function choicesOf(schema: z.core.$ZodType): Choice[] {
  return optionsOf(schema).flatMap((option): Choice[] => {
    if (option instanceof z.ZodEnum)
      return option.options.map((value) => ({ value, description: undefined }));
    if (option instanceof z.ZodBoolean)
      return [true, false].map((value) => ({ value, description: undefined }));
    if (!(option instanceof z.ZodLiteral)) return [];
    const description = descriptionOf(option);
    return [...(option.values as Set<string | number | boolean>)].map((value) => ({ value, description }));
  });
}

/** The kinds that an entry may be of, each with its branch of the schema; none where the schema has no kinds. */
export function branchesOf(
  schema: z.core.$ZodType,
): { kind: string; branch: z.ZodObject; description: string }[] {
  return optionsOf(schema).flatMap((option) =>
    option instanceof z.ZodDiscriminatedUnion
      ? (option.options as z.ZodObject[]).flatMap((branch) =>
          choicesOf(branch.shape['kind'] as z.ZodType).map(({ value, description }) => ({
            kind: String(value),
            branch,
            description: description ?? '',
          })),
        )
      : [],
  );
}

/** Whether a mapping may stand here, with fixed keys or with names of its own. */
export function takesMapping(schema: z.core.$ZodType): boolean {
  return optionsOf(schema).some(
    (option) =>
      option instanceof z.ZodObject ||
      option instanceof z.ZodDiscriminatedUnion ||
      option instanceof z.ZodRecord,
  );
}

/** The schema of the values of a mapping with names of its own, such as modalities; undefined for other schemas. */
export function recordValueOf(schema: z.core.$ZodType): z.core.$ZodType | undefined {
  const record = optionsOf(schema).find((option) => option instanceof z.ZodRecord);
  return record?.valueType;
}

/** The schema of a list's entries; undefined where no list may stand. */
export function elementOf(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const list = schema && optionsOf(schema).find((option) => option instanceof z.ZodArray);
  return list?.element;
}

/** In a few words what may stand here: type and range, such as `whole number, at least 2`, or `a`, `b` or `c`. */
export function describeType(schema: z.core.$ZodType): string {
  const options = optionsOf(schema);
  const choices = choicesOf(schema).map(({ value }) => `\`${value}\``);
  const shown = choices.length > 8 ? [...choices.slice(0, 7), `${choices.length - 7} more`] : choices;
  const others = options.flatMap((option) => {
    const text = describeOption(option);
    return text === undefined ? [] : [text];
  });
  return new Intl.ListFormat('en', { type: 'disjunction' }).format([...new Set([...shown, ...others])]);
}

function describeOption(option: z.core.$ZodType): string | undefined {
  if (option instanceof z.ZodNumber) return describeNumber(option);
  if (option instanceof z.ZodString) return 'text';
  const element = elementOf(option);
  if (element !== undefined) return `list of ${describeType(element)}`;
  if (takesMapping(option)) return 'mapping';
  return option instanceof z.ZodTuple ? `list of ${option.def.items.length}` : undefined;
}

/** Numbers below and above these are bounds that nobody wrote: those of whole numbers that a double holds. */
const isBound = (limit: number | null): limit is number =>
  limit !== null && Number.isFinite(limit) && Math.abs(limit) < Number.MAX_SAFE_INTEGER;

function describeNumber(option: z.ZodNumber): string {
  const json = z.toJSONSchema(option) as Record<string, unknown>;
  const limit = (key: string) => (typeof json[key] === 'number' ? json[key] : null);
  const parts = [
    [limit('minimum'), 'at least'],
    [limit('exclusiveMinimum'), 'above'],
    [limit('maximum'), 'at most'],
    [limit('exclusiveMaximum'), 'below'],
  ] as const;
  const range = parts.flatMap(([bound, words]) => (isBound(bound) ? [`${words} ${bound}`] : []));
  return [json['type'] === 'integer' ? 'whole number' : 'number', ...range].join(', ');
}
