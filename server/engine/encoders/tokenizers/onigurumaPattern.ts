import { toRegExpDetails } from 'oniguruma-to-es';
import { withinTime } from './boundedTime.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { unicodeClass, type UnicodeClass } from './unicodeClasses.ts';
import { unicodeTables } from './unicodeTables.ts';

/** Where a pattern matches: start and end, in UTF-16 units. */
export type Match = readonly [start: number, end: number];

/** Finds all matches in a text, from the left, without overlap. */
export type Pattern = (text: string) => Match[];

/**
 * Never matches, but has a letter whose case matters: without one, the flag `i` would be set for all of a pattern that
 * has letters in `(?i:…)` alone, and would change what its classes match.
 */
const caseSensitive = '(?!)a';
/** Texts that are longer run against the clock whatever the pattern. */
const longText = 2000;

/**
 * A regular expression as Oniguruma, the library that the reference uses, reads it: its syntax, and its version of
 * Unicode.
 *
 * @throws TokenizerProblem for one that cannot be used.
 */
export function onigurumaPattern(source: string): Pattern {
  let regex: RegExp;
  try {
    const { pattern, flags, options } = toRegExpDetails(`${caseSensitive}|${source}`, {
      accuracy: 'strict',
      target: 'ES2024',
      global: true,
    });
    // An option stands for what no regular expression of JavaScript can do by itself.
    if (options && Object.keys(options).some((name) => name !== 'hiddenCaptures')) {
      throw new Error('it needs what regular expressions of JavaScript cannot do');
    }
    // V8 of Node 20 takes `[^]` with the flag `v` for no more than one character, however often it is repeated.
    regex = new RegExp(withReferenceClasses(pattern.replace(/(?<!\\)\[\^\]/g, '\\p{Any}')), flags);
  } catch (error) {
    throw new TokenizerProblem(
      `the regular expression ${JSON.stringify(source).slice(0, 200)} cannot be used: ${(error as Error).message}`,
    );
  }
  const isRisky = canTakeForEver(regex.source);
  return (text) =>
    isRisky || text.length > longText ? withinTime(() => matchesOf(regex, text)) : matchesOf(regex, text);
}

/** All occurrences of a text that is not empty. */
export function literalPattern(literal: string): Pattern {
  return (text) => {
    const found: Match[] = [];
    for (let at = text.indexOf(literal); at !== -1; at = text.indexOf(literal, at + literal.length)) {
      found.push([at, at + literal.length]);
    }
    return found;
  };
}

/** As the reference goes from match to match: none that is empty and stands where the last one ended. */
function matchesOf(regex: RegExp, text: string): Match[] {
  const found: Match[] = [];
  let from = 0;
  let lastEnd = -1;
  while (from <= text.length) {
    regex.lastIndex = from;
    const match = regex.exec(text);
    if (match === null) break;
    const start = match.index;
    const end = start + match[0].length;
    if (start === end && end === lastEnd) {
      from += (text.codePointAt(from) ?? 0) > 0xffff ? 2 : 1;
      continue;
    }
    found.push([start, end]);
    from = end;
    lastEnd = end;
  }
  return found;
}

/** By general category of one letter: those of two. */
function categoriesOf(name: string): UnicodeClass[] {
  return (Object.keys(unicodeTables) as UnicodeClass[]).filter(
    (category) => /^[A-Z][a-z]$/.test(category) && (category === name || category.startsWith(name)),
  );
}

/** `\p{…}` of general categories, which change with the version of Unicode, written out. */
function withReferenceClasses(pattern: string): string {
  return pattern.replace(/\\([pP])\{([A-Z][a-z]?)\}/g, (whole, kind: string, name: string) => {
    // What is assigned to nothing changes too, and no text has it.
    const categories = name === 'C' || name === 'Cn' || name === 'Cs' ? [] : categoriesOf(name);
    if (categories.length === 0) return whole;
    const inside = categories.map((category) => unicodeClass(category).classText).join('');
    return kind === 'p' ? `[${inside}]` : `[^${inside}]`;
  });
}

/**
 * Whether a short text may take long: repetitions without an end within one another, or more than two in a row, which
 * can share a text out among them in too many ways.
 */
function canTakeForEver(source: string): boolean {
  const open: { repeats: number; hasChoice: boolean; isNested: boolean }[] = [];
  let level = { repeats: 0, hasChoice: false, isNested: false };
  let most = 0;
  let inClass = 0;
  let last: typeof level | null = null;
  for (let at = 0; at < source.length; at++) {
    const character = source[at]!;
    if (character === '\\') {
      at++;
      last = null;
    } else if (inClass > 0 || character === '[') {
      inClass += character === '[' ? 1 : character === ']' ? -1 : 0;
      last = null;
    } else if (character === '(') {
      open.push(level);
      level = { repeats: 0, hasChoice: false, isNested: false };
      last = null;
    } else if (character === ')') {
      last = level;
      level = open.pop() ?? level;
      level.repeats += last.repeats;
      most = Math.max(most, level.repeats);
    } else if (character === '|') {
      most = Math.max(most, level.repeats);
      level.repeats = 0;
      level.hasChoice = true;
      last = null;
    } else if (character === '*' || character === '+' || /^\{\d+,\d*\}/.test(source.slice(at, at + 24))) {
      if (last !== null && (last.repeats > 0 || last.hasChoice)) return true;
      level.repeats++;
      most = Math.max(most, level.repeats);
      last = null;
    } else {
      last = null;
    }
  }
  return most > 2;
}
