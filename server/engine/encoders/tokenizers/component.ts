import { z } from 'zod';
import { schemaMismatch, shownValue } from '../../schemaMismatch.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';

/** Reads one kind of a tokenizer's parts; `depth` counts the lists it stands in. */
export type Component<Part> = (given: Readonly<Record<string, unknown>>, name: string, depth: number) => Part;

/** Lists within lists that are followed. */
const deepest = 16;

/**
 * A kind with options. One that is not known is refused unless it says nothing: a later version of the library may mean
 * something by it.
 */
export function component<Shape extends z.ZodRawShape, Part>(
  shape: Shape,
  make: (options: z.output<z.ZodObject<Shape>>) => Part,
): Component<Part> {
  const schema = z.object(shape);
  return (given, name) => {
    for (const [key, value] of Object.entries(given)) {
      if (key === 'type' || key in shape || value === null || value === false) continue;
      throw new TokenizerProblem(`${name} has the option ${key} (${shownValue(value)}), which is not known`);
    }
    const checked = schema.safeParse(given);
    if (checked.success) return make(checked.data);
    const { path, found, expected } = schemaMismatch(checked.error, given);
    const place = path.map((key) => `.${String(key)}`).join('');
    throw new TokenizerProblem(`${name}${place}: found ${found}, expected ${expected}`);
  };
}

/** A kind that is a list of others, one after the other. */
export function list<Part>(
  key: string,
  read: (given: unknown, depth: number) => Part,
  make: (parts: readonly Part[]) => Part,
): Component<Part> {
  return (given, name, depth) => {
    if (depth >= deepest) throw new TokenizerProblem(`${name} lists more than ${deepest} levels of parts`);
    const parts = given[key];
    if (!Array.isArray(parts)) {
      throw new TokenizerProblem(`${name}.${key}: expected a list, found ${shownValue(parts)}`);
    }
    return make(parts.map((part) => read(part, depth + 1)));
  };
}

/**
 * Reads a part by its `type`.
 *
 * @throws TokenizerProblem for one that is not known, with those that are.
 */
export function readComponent<Part>(
  role: string,
  kinds: Readonly<Record<string, Component<Part>>>,
  given: unknown,
  depth: number,
): Part {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TokenizerProblem(`${role}: expected an object with a type, found ${shownValue(given)}`);
  }
  const { type } = given as Record<string, unknown>;
  const kind = typeof type === 'string' && Object.hasOwn(kinds, type) ? kinds[type] : undefined;
  if (kind === undefined) {
    throw new TokenizerProblem(
      `${role} has the type ${shownValue(type)}, which is not known; known are ${Object.keys(kinds).join(', ')}`,
    );
  }
  return kind(given as Record<string, unknown>, `${role} ${type as string}`, depth);
}
