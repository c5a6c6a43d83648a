import type { z } from 'zod';
import { shortened } from './someOf.ts';

type Issue = z.core.$ZodIssue;

/** What of a value a schema does not allow. */
export interface SchemaMismatch {
  /** Leads to the value that is not allowed, or to the key. */
  readonly path: readonly PropertyKey[];
  readonly found: string;
  readonly expected: string;
}

const longestValue = 80;

/** The first thing that a schema has against a value, in words. */
export function schemaMismatch({ issues }: z.core.$ZodError, value: unknown): SchemaMismatch {
  const issue = innermost(issues[0]!);
  if (issue.code === 'unrecognized_keys') {
    const path = [...issue.path, issue.keys[0]!];
    return { path, found: shownValue(valueAt(value, path)), expected: 'no key of that name' };
  }
  return { path: issue.path, found: shownValue(valueAt(value, issue.path)), expected: expectedBy(issue) };
}

/** `vision_config.hidden_size: found "eight", expected a number`; without a path where it is the whole that is wrong. */
export function describeMismatch(error: z.core.$ZodError, value: unknown): string {
  const { path, found, expected } = schemaMismatch(error, value);
  const place = path.map(String).join('.');
  return `${place === '' ? '' : `${place}: `}found ${found}, expected ${expected}`;
}

/** Of a union the one option that has something against parts of the value alone, which is the one that was meant. */
function innermost(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') return issue;
  const ofParts = issue.errors.filter(isOfParts);
  if (ofParts.length !== 1) return issue;
  const inner = innermost(ofParts[0]![0]!);
  return { ...inner, path: [...issue.path, ...inner.path] };
}

function isOfParts(issues: readonly Issue[]): boolean {
  return issues.length > 0 && issues.every(({ path }) => path.length > 0);
}

/** What one option of a union takes: the type, or the keys that it misses or has something against. */
function expectedByOption(issues: readonly Issue[]): string {
  if (!isOfParts(issues)) return expectedBy(issues.find(({ path }) => path.length === 0)!);
  return `a mapping with ${[...new Set(issues.map(({ path }) => String(path[0])))].join(' and ')}`;
}

function expectedBy(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeName(issue.expected);
    case 'invalid_value':
      return issue.values.map((value) => JSON.stringify(value)).join(' or ');
    case 'too_small':
      return lowerLimit(issue);
    case 'too_big':
      return upperLimit(issue);
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return [...new Set(issue.errors.map(expectedByOption))].join(' or ');
    case 'custom':
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_key':
    case 'unrecognized_keys':
      return issue.message;
  }
}

/** The name of a type of values in JSON and YAML. */
export function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    tuple: 'a list',
    null: 'nothing',
    nonoptional: 'a value',
  };
  return names[expected] ?? expected;
}

export function lowerLimit(issue: z.core.$ZodIssueTooSmall): string {
  if (issue.origin === 'string' && issue.minimum === 1) return 'a text that is not empty';
  const counted = countedOf(issue.origin);
  return issue.inclusive === false
    ? `more than ${issue.minimum}${counted}`
    : `at least ${issue.minimum}${counted}`;
}

export function upperLimit(issue: z.core.$ZodIssueTooBig): string {
  const counted = countedOf(issue.origin);
  return issue.inclusive === false
    ? `less than ${issue.maximum}${counted}`
    : `at most ${issue.maximum}${counted}`;
}

function countedOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' entries' : '';
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

/** A value for messages, as JSON has it. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : shortened(text, longestValue);
}
