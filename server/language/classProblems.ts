import { valueAt } from '../config/schemaWalk.ts';
import { describeUnknownClass } from '../engine/datasets/classSelection.ts';
import type { DocumentProblem } from './documentProblem.ts';
import type { Facts } from './facts.ts';
import type { GapDocument } from './gapDocument.ts';
import { classFactsOf } from './knownData.ts';

/** With a problem travel the classes there are, where they are not too many to choose from. */
const MAX_ALLOWED = 20;

/** Classes that the data do not have, each where it is named; nothing where not all of theirs are known. */
export function classProblems({ value, uri }: GapDocument, facts: Facts): DocumentProblem[] {
  const path = ['data', 'classes'];
  const named = valueAt(value, path);
  const known = Array.isArray(named) ? classFactsOf(value, uri, facts) : undefined;
  if (!Array.isArray(named) || known?.isComplete !== true) return [];
  const names = known.classes.map(({ name }) => name);
  const there = new Set(names);
  return named.flatMap((name: unknown, index): DocumentProblem[] => {
    if (typeof name !== 'string' || name === '' || there.has(name)) return [];
    const { message, suggestion } = describeUnknownClass(name, names, 'the data');
    return [
      {
        code: 'unknown-class',
        severity: 'error',
        message,
        path: [...path, index],
        at: 'value',
        ...(names.length > MAX_ALLOWED ? {} : { allowed: names }),
        ...(suggestion === undefined ? {} : { suggestion }),
      },
    ];
  });
}
