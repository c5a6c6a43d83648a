import { z } from 'zod';
import { byteCharacters } from './byteCharacters.ts';
import { component, list, readComponent, type Component } from './component.ts';
import { literalPattern, onigurumaPattern, type Pattern } from './onigurumaPattern.ts';
import { characterMatches, splitAt, splitBehaviours, type Piece } from './pieces.ts';
import { patternOf, patternSchema } from './patternSchema.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { unicodeClass } from './unicodeClasses.ts';

/** Cuts a piece that holds no added token into smaller ones, some of which may be changed. */
export type PreTokenizer = (piece: Piece) => readonly Piece[];

const gpt2Source = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;

let gpt2: Pattern | undefined;

function gpt2Pattern(): Pattern {
  gpt2 ??= onigurumaPattern(gpt2Source);
  return gpt2;
}

function isPunctuation(code: number): boolean {
  return (
    (code >= 0x21 && code <= 0x2f) ||
    (code >= 0x3a && code <= 0x40) ||
    (code >= 0x5b && code <= 0x60) ||
    (code >= 0x7b && code <= 0x7e) ||
    unicodeClass('punctuation').has(code)
  );
}

function isSpace(code: number): boolean {
  return unicodeClass('space').has(code);
}

const character = z.string().refine((text) => Array.from(text).length === 1, 'expected one character');

const kinds: Readonly<Record<string, Component<PreTokenizer>>> = {
  BertPreTokenizer: component(
    {},
    () => (piece) =>
      splitAt(piece, characterMatches(piece.text, isSpace), 'Removed').flatMap((word) =>
        splitAt(word, characterMatches(word.text, isPunctuation), 'Isolated'),
      ),
  ),
  ByteLevel: component(
    {
      add_prefix_space: z.boolean(),
      trim_offsets: z.boolean(),
      use_regex: z.boolean().optional().default(true),
    },
    ({ add_prefix_space: addsSpace, use_regex: usesRegex }) => {
      const pattern = gpt2Pattern();
      return (piece) => {
        const whole = addsSpace && !piece.text.startsWith(' ') ? { ...piece, text: ` ${piece.text}` } : piece;
        const parts = usesRegex ? splitAt(whole, pattern(whole.text), 'Isolated') : [whole];
        return parts.map((part) => ({ ...part, text: byteCharacters(part.text) }));
      };
    },
  ),
  CharDelimiterSplit: component({ delimiter: character }, ({ delimiter }) => {
    const pattern = literalPattern(delimiter);
    return (piece) => splitAt(piece, pattern(piece.text), 'Removed');
  }),
  Metaspace: component(
    {
      replacement: character,
      add_prefix_space: z.boolean().nullish(),
      prepend_scheme: z.enum(['first', 'never', 'always']).optional().default('always'),
      split: z.boolean().nullish(),
      str_rep: z.string().nullish(),
    },
    ({ replacement, add_prefix_space: addsSpace, prepend_scheme: scheme, split }) => {
      if (addsSpace === false && scheme !== 'never') {
        throw new TokenizerProblem(
          `Metaspace has add_prefix_space false, but prepend_scheme ${scheme}, of which one is wrong`,
        );
      }
      const pattern = literalPattern(replacement);
      return (piece) => {
        const text = piece.text.replaceAll(' ', () => replacement);
        const isPrepended =
          !text.startsWith(replacement) && (scheme === 'always' || (scheme === 'first' && piece.isFirst));
        const whole = { ...piece, text: isPrepended ? replacement + text : text };
        return split === false ? [whole] : splitAt(whole, pattern(whole.text), 'MergedWithNext');
      };
    },
  ),
  Whitespace: component({}, () => (piece) => {
    // Words, and runs of what is neither of a word nor a space.
    const kindOf = (code: number): number => (unicodeClass('word').has(code) ? 1 : isSpace(code) ? 0 : 2);
    const found: [number, number][] = [];
    let previous = 0;
    for (const [start, end] of characterMatches(piece.text, () => true)) {
      const kind = kindOf(piece.text.codePointAt(start)!);
      if (kind !== 0 && kind === previous) found.at(-1)![1] = end;
      else if (kind !== 0) found.push([start, end]);
      previous = kind;
    }
    return splitAt(piece, found, 'Removed', true);
  }),
  WhitespaceSplit: component(
    {},
    () => (piece) => splitAt(piece, characterMatches(piece.text, isSpace), 'Removed'),
  ),
  Sequence: list('pretokenizers', preTokenizer, (all) => (piece) => {
    let pieces: readonly Piece[] = [piece];
    for (const each of all) pieces = pieces.flatMap((part) => each(part));
    return pieces;
  }),
  Split: component(
    { pattern: patternSchema, behavior: z.enum(splitBehaviours), invert: z.boolean() },
    ({ pattern: given, behavior, invert }) => {
      const pattern: Pattern = patternOf(given);
      return (piece) => splitAt(piece, pattern(piece.text), behavior, invert);
    },
  ),
  Punctuation: component(
    { behavior: z.enum(splitBehaviours).optional().default('Isolated') },
    ({ behavior }) =>
      (piece) =>
        splitAt(piece, characterMatches(piece.text, isPunctuation), behavior),
  ),
  Digits: component(
    { individual_digits: z.boolean() },
    ({ individual_digits: areAlone }) =>
      (piece) =>
        splitAt(
          piece,
          characterMatches(piece.text, (code) => unicodeClass('numeric').has(code)),
          areAlone ? 'Isolated' : 'Contiguous',
        ),
  ),
  FixedLength: component({ length: z.int().min(1).optional().default(5) }, ({ length }) => (piece) => {
    const ends = characterMatches(piece.text, () => true)
      .map(([, end]) => end)
      .filter((_, at) => (at + 1) % length === 0);
    return splitAt(
      piece,
      ends.map((end, at) => [ends[at - 1] ?? 0, end]),
      'Isolated',
    );
  }),
};

/**
 * A pre-tokenizer as `tokenizer.json` describes it.
 *
 * @throws TokenizerProblem for one that is not known, or has an option that is not.
 */
export function preTokenizer(given: unknown, depth = 0): PreTokenizer {
  return readComponent('pre_tokenizer', kinds, given, depth);
}
