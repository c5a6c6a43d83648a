import type { z } from 'zod';
import { keysOf, schemaAt, valueAt } from './schemaWalk.ts';

/** A mapping of a configuration whose keys are fixed. */
export interface KnownMapping {
  readonly path: readonly (string | number)[];
  /** Those that it may have. */
  readonly keys: ReadonlySet<string>;
}

/** Under `experiments`, its index, `metrics` and their index nothing has keys of its own. */
const mostSteps = 4;
/** A configuration with more is no longer one that a person wrote. */
const mostMappings = 200;

/** The mappings with fixed keys in a value, from the top down. */
export function mappingsIn(schema: z.core.$ZodType, value: unknown): KnownMapping[] {
  const found: KnownMapping[] = [];
  const look = (path: KnownMapping['path'], inner: unknown): void => {
    if (typeof inner !== 'object' || inner === null || found.length >= mostMappings) return;
    const isList = Array.isArray(inner);
    const keys = isList ? [] : keysOf(schemaAt(schema, value, path), inner);
    if (keys.length > 0) found.push({ path, keys: new Set(keys) });
    if (path.length >= mostSteps) return;
    for (const step of (isList ? [...inner.keys()] : Object.keys(inner)).slice(0, mostMappings)) {
      look([...path, step], valueAt(inner, [step]));
    }
  };
  look([], value);
  return found;
}
