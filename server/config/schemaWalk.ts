import { z } from 'zod';

/** The schema under optional, nullable and default wrappers. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return unwrap(schema.unwrap());
  }
  return schema;
}

/** What a schema may be: itself, or each option of a union that no `kind` tells apart. */
export function optionsOf(schema: z.core.$ZodType): z.core.$ZodType[] {
  const bare = unwrap(schema);
  const isPlainUnion = bare instanceof z.ZodUnion && !(bare instanceof z.ZodDiscriminatedUnion);
  return isPlainUnion ? bare.options.flatMap(optionsOf) : [bare];
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<PropertyKey, unknown>)[step]
        : undefined,
    value,
  );
}

/**
 * The schema that holds at a path of a value, as declared there. A union with a `kind` is entered by the branch that
 * the value names; of another union the first option that has the path is taken. Undefined where the path leads
 * nowhere.
 */
export function schemaAt(
  schema: z.core.$ZodType,
  value: unknown,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  for (const option of optionsOf(schema)) {
    const found = stepInto(option, value, step);
    const deeper = found && schemaAt(found, valueAt(value, [step]), rest);
    if (deeper !== undefined) return deeper;
  }
  return undefined;
}

function stepInto(schema: z.core.$ZodType, value: unknown, step: PropertyKey): z.core.$ZodType | undefined {
  const entered = schema instanceof z.ZodDiscriminatedUnion ? branchFor(schema, value) : schema;
  if (entered instanceof z.ZodObject) {
    const shape = entered.shape as Record<string, z.core.$ZodType>;
    return Object.hasOwn(shape, step) ? shape[String(step)] : undefined;
  }
  if (entered instanceof z.ZodArray) return entered.element;
  if (entered instanceof z.ZodRecord) return entered.valueType;
  return undefined;
}

/** The keys that the mapping `value` may have; none where the schema is not one of a mapping with fixed keys. */
export function keysOf(schema: z.core.$ZodType | undefined, value: unknown): string[] {
  return fieldsOf(schema, value).map(([key]) => key);
}

/** The keys that the mapping `value` may have, each with its schema. */
export function fieldsOf(
  schema: z.core.$ZodType | undefined,
  value: unknown,
): (readonly [string, z.core.$ZodType])[] {
  if (schema === undefined) return [];
  return optionsOf(schema).flatMap((option) => {
    const mapping = option instanceof z.ZodDiscriminatedUnion ? branchFor(option, value) : option;
    return mapping instanceof z.ZodObject ? Object.entries(mapping.shape) : [];
  });
}

/** The kinds that a union with a `kind` has branches for; none where the schema is not one. */
export function kindsOf(schema: z.core.$ZodType | undefined): string[] {
  if (schema === undefined) return [];
  return optionsOf(schema).flatMap((option) => {
    if (!(option instanceof z.ZodDiscriminatedUnion)) return [];
    const { discriminator } = option.def;
    return option.options.flatMap((branch) => literalsOf(branch, discriminator).map(String));
  });
}

/** What a person is told about a key: the schema's own description. */
export function descriptionOf(schema: z.core.$ZodType | undefined): string | undefined {
  return schema instanceof z.ZodType ? schema.description : undefined;
}

function branchFor(union: z.ZodDiscriminatedUnion, value: unknown): z.core.$ZodType | undefined {
  const { discriminator } = union.def;
  const kind = valueAt(value, [discriminator]);
  return union.options.find((option) => literalsOf(option, discriminator).includes(kind));
}

function literalsOf(option: z.core.$ZodType, discriminator: string): unknown[] {
  if (!(option instanceof z.ZodObject)) return [];
  const literal: unknown = (option.shape as Record<string, unknown>)[discriminator];
  return literal instanceof z.ZodLiteral ? [...(literal.values as Set<unknown>)] : [];
}
