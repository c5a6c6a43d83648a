import type { z } from 'zod';
import { didYouMean } from '../engine/didYouMean.ts';
import { lowerLimit, typeName, upperLimit } from '../engine/schemaMismatch.ts';
import type { Finding } from './configProblem.ts';
import { mappingsIn, type KnownMapping } from './knownMappings.ts';
import { descriptionOf, keysOf, kindsOf, schemaAt, valueAt } from './schemaWalk.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** Of the places where a key belongs that stands in another one, so many are named. */
const mostPlaces = 3;

/** What the schema has against a value: each with a stable code, what was found and what is allowed. */
export function schemaFindings(schema: z.core.$ZodType, value: unknown, issues: readonly Issue[]): Finding[] {
  const mappings = once(() => mappingsIn(schema, value));
  return issues.flatMap((issue) => findingsOf(issue, { schema, value, mappings }, []));
}

interface Checked {
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
  /** Those in the value, with the keys that they may have. */
  readonly mappings: () => readonly KnownMapping[];
}

function findingsOf(issue: Issue, checked: Checked, parent: Path): Finding[] {
  const path = [...parent, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))];
  const found = valueAt(checked.value, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, checked));
    case 'invalid_type':
      if (found === undefined) return [missingKey(path, checked)];
      return [
        error('wrong-type', path, `${quoted(path)} ${isOrHas(found)}; expected ${typeName(issue.expected)}`),
      ];
    case 'invalid_value':
      if (found === undefined) return [missingKey(path, checked)];
      return [notAllowed('not-allowed', path, found, issue.values.map(String))];
    case 'invalid_union':
      return unionFindings(issue, path, found, checked);
    case 'too_small':
      return [error('out-of-range', path, `${quoted(path)} ${sizeOf(found)}; expected ${lowerLimit(issue)}`)];
    case 'too_big':
      return [error('out-of-range', path, `${quoted(path)} ${sizeOf(found)}; expected ${upperLimit(issue)}`)];
    case 'not_multiple_of':
      return [
        error(
          'out-of-range',
          path,
          `${quoted(path)} ${sizeOf(found)}; expected a multiple of ${issue.divisor}`,
        ),
      ];
    case 'invalid_format': {
      const isOwnMessage = !issue.message.startsWith('Invalid ');
      const meaning = descriptionOf(schemaAt(checked.schema, checked.value, path));
      const expected = isOwnMessage ? issue.message : (meaning ?? issue.message);
      return [error('wrong-format', path, `${quoted(path)} ${isOrHas(found)}. ${expected}`)];
    }
    case 'invalid_key':
      return [
        { ...error('wrong-format', path, `${quoted(path)} is not a name that is allowed here`), at: 'key' },
      ];
    case 'invalid_element':
      return issue.issues.flatMap((inner) => findingsOf(inner, checked, path));
    case 'custom': {
      const code: unknown = issue.params?.['code'];
      return [
        error(typeof code === 'string' ? code : 'not-allowed', path, `${quoted(path)}: ${issue.message}`),
      ];
    }
  }
}

function error(code: string, path: Path, message: string): Finding {
  return { code, severity: 'error', message, path, at: 'value' };
}

/** A finding about a value that is none of a list. */
export function notAllowed(code: string, path: Path, found: unknown, allowed: readonly string[]): Finding {
  const suggestion = typeof found === 'string' ? didYouMean(found, allowed) : undefined;
  const expected = allowed.length === 1 ? allowed[0]! : `one of ${allowed.join(', ')}`;
  return {
    ...error(code, path, `${quoted(path)} ${isOrHas(found)}; expected ${expected}.${hint(suggestion)}`),
    allowed,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function unknownKey(key: string, path: Path, checked: Checked): Finding {
  const { schema, value } = checked;
  const here = valueAt(value, path);
  const known = keysOf(schemaAt(schema, value, path), here);
  const allowed = known.filter((name) => valueAt(here, [name]) === undefined);
  const places = otherPlaces(key, path, checked);
  const suggestion = places.length > 0 ? undefined : didYouMean(key, allowed);
  const place = path.length === 0 ? '' : ` in ${quoted(path)}`;
  const advice = places.length > 0 ? ` It belongs ${places.join(', or ')}.` : hint(suggestion);
  return {
    code: 'unknown-key',
    severity: 'error',
    message: `Unknown key "${key}"${place}.${advice} Allowed: ${known.join(', ')}`,
    path: [...path, key],
    at: 'key',
    allowed,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Where else in the value a key may stand: `at the top`, `in "data"`. */
function otherPlaces(key: string, path: Path, { mappings }: Checked): string[] {
  return mappings()
    .filter((mapping) => mapping.keys.has(key) && !isSamePath(mapping.path, path))
    .slice(0, mostPlaces)
    .map((mapping) => (mapping.path.length === 0 ? 'at the top' : `in ${quoted(mapping.path)}`));
}

function isSamePath(one: Path, other: Path): boolean {
  return one.length === other.length && one.every((step, index) => step === other[index]);
}

function missingKey(path: Path, { schema, value }: Checked): Finding {
  const parent = path.slice(0, -1);
  const place = parent.length === 0 ? '' : ` in ${quoted(parent)}`;
  const meaning = descriptionOf(schemaAt(schema, value, path));
  const message = `Missing key "${path.at(-1) ?? ''}"${place}${meaning === undefined ? '' : `: ${meaning}`}`;
  // The key stands nowhere: what should hold it is pointed at.
  return { ...error('missing-key', path, message), at: 'key' };
}

function unionFindings(
  issue: z.core.$ZodIssueInvalidUnion,
  path: Path,
  found: unknown,
  checked: Checked,
): Finding[] {
  if (issue.discriminator !== undefined) {
    const kinds = kindsOf(schemaAt(checked.schema, checked.value, path.slice(0, -1)));
    if (found === undefined) {
      const missing = missingKey(path, checked);
      return [{ ...missing, message: `${missing.message}. One of ${kinds.join(', ')}`, allowed: kinds }];
    }
    return [notAllowed('unknown-kind', path, found, kinds)];
  }
  if (found === undefined) return [missingKey(path, checked)];
  // The option that was meant is the one that has nothing against the value as a whole, only against what is in it;
  // for a text that no option takes, the one that lists texts.
  const isAgainstWhole = (inner: Issue) =>
    inner.path.length === 0 && (inner.code === 'invalid_type' || inner.code === 'invalid_value');
  const meant =
    issue.errors.find((issues) => !issues.some(isAgainstWhole)) ??
    issue.errors.find((issues) => typeof found === 'string' && issues[0]?.code === 'invalid_value');
  if (meant !== undefined) return meant.flatMap((inner) => findingsOf(inner, checked, path));
  const expected = issue.errors.flat().flatMap((inner) => {
    if (inner.code === 'invalid_type') return [typeName(inner.expected)];
    return inner.code === 'invalid_value' ? inner.values.map(String) : [];
  });
  const types = [...new Set(expected)].join(' or ');
  return [error('wrong-type', path, `${quoted(path)} ${isOrHas(found)}; expected ${types}`)];
}

/** `data.columns[2]` in quotes; the file itself where the path is empty. */
function quoted(path: Path): string {
  if (path.length === 0) return 'The configuration';
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return `"${text.replace(/^\./, '')}"`;
}

function hint(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : ` Did you mean "${suggestion}"?`;
}

function isOrHas(found: unknown): string {
  if (found === null) return 'is empty';
  if (Array.isArray(found)) return 'is a list';
  if (typeof found === 'object') return 'is a mapping';
  if (typeof found === 'string')
    return `is the text "${found.length > 60 ? `${found.slice(0, 60)}…` : found}"`;
  return typeof found === 'number' || typeof found === 'boolean' ? `is ${String(found)}` : 'is missing';
}

function sizeOf(found: unknown): string {
  if (Array.isArray(found)) return `has ${found.length} ${found.length === 1 ? 'entry' : 'entries'}`;
  if (typeof found === 'string')
    return found.length === 0 ? 'is an empty text' : `has ${found.length} characters`;
  return isOrHas(found);
}

/** What a function gives, computed when it is first asked for. */
function once<T>(compute: () => T): () => T {
  let value: { readonly known: T } | undefined;
  return () => (value ??= { known: compute() }).known;
}
