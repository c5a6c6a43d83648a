import { z } from 'zod';
import { optionsOf, valueAt } from '../config/schemaWalk.ts';
import type { Path } from './gapDocument.ts';
import { branchesOf, choicesOf, isRequired, schemaAtPath } from './schemaInfo.ts';

/** A key and the value that is written for it. */
export interface NewEntry {
  readonly key: string;
  readonly value: unknown;
}

/**
 * The keys that a mapping must have and has not, each with the plainest value that its schema takes; for what only the
 * person knows, an empty text, which is then told to be filled in.
 *
 * @param value of the document; what kind the mapping is of, is looked up in it.
 * @param path leads to the mapping.
 */
export function missingEntries(value: unknown, path: Path): NewEntry[] {
  const schema = schemaAtPath(value, path);
  const written = valueAt(value, path);
  const mapping = schema && mappingOf(schema, valueAt(written, ['kind']));
  if (mapping === undefined) return [];
  return requiredEntries(mapping).filter(({ key }) => valueAt(written, [key]) === undefined);
}

/** The mapping that a schema means: of several kinds the one that is named, the first where none is. */
function mappingOf(schema: z.core.$ZodType, kind: unknown): z.ZodObject | undefined {
  const branches = branchesOf(schema);
  if (branches.length > 0) {
    return branches.find((branch) => kind === undefined || branch.kind === kind)?.branch;
  }
  return optionsOf(schema).find((option) => option instanceof z.ZodObject);
}

function requiredEntries({ shape }: z.ZodObject): NewEntry[] {
  return Object.entries<z.core.$ZodType>(shape)
    .filter(([, schema]) => isRequired(schema))
    .map(([key, schema]) => ({ key, value: plainestValue(schema) }));
}

function plainestValue(schema: z.core.$ZodType): unknown {
  const mapping = mappingOf(schema, undefined);
  if (mapping !== undefined) {
    return Object.fromEntries(requiredEntries(mapping).map(({ key, value }) => [key, value]));
  }
  const [choice] = choicesOf(schema);
  if (choice !== undefined) return choice.value;
  const [option] = optionsOf(schema);
  if (option instanceof z.ZodNumber) return 1;
  if (option instanceof z.ZodArray) return [plainestValue(option.element)];
  return option instanceof z.ZodRecord ? {} : '';
}
