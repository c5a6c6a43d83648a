import { z } from 'zod';
import { byteCharacters } from './byteCharacters.ts';
import { component, list, readComponent, type Component } from './component.ts';
import { patternOf, patternSchema } from './patternSchema.ts';
import { precompiledCharsMap } from './precompiledCharsMap.ts';
import { TokenizerProblem } from './tokenizerProblem.ts';
import { unicodeClass } from './unicodeClasses.ts';

/** A text that is being normalised. */
export interface Normalized {
  readonly text: string;
  /** Whether its first character comes of the first one of the piece it is made of. */
  readonly isFirst: boolean;
}

export type Normalizer = (given: Normalized) => Normalized;

/** Replacements can multiply a text without bounds: one of more UTF-16 units may grow to so many times its length. */
const freeLength = 2 ** 20;
const mostGrowth = 16;

function checkGrowth(before: number, after: number): void {
  if (after <= freeLength || after <= before * mostGrowth) return;
  throw new TokenizerProblem(
    `normalizer makes ${after} characters of a text of ${before}, which is out of proportion`,
  );
}

function isWhitespace(code: number): boolean {
  return unicodeClass('space').has(code);
}

/** The blocks that BERT's authors call Chinese characters, as they wrote them down. */
function isChinese(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x20000 && code <= 0x2a6df) ||
    (code >= 0x2a700 && code <= 0x2b73f) ||
    (code >= 0x2b740 && code <= 0x2b81f) ||
    (code >= 0x2b920 && code <= 0x2ceaf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x2f800 && code <= 0x2fa1f)
  );
}

function mapped(map: (character: string, code: number) => string): Normalizer {
  return ({ text, isFirst }) => {
    let all = '';
    for (const character of text) all += map(character, character.codePointAt(0)!);
    return { text: all, isFirst };
  };
}

function filtered(keeps: (code: number) => boolean): Normalizer {
  return ({ text, isFirst }) => {
    let all = '';
    for (const character of text) if (keeps(character.codePointAt(0)!)) all += character;
    return { text: all, isFirst: isFirst && (text === '' || keeps(text.codePointAt(0)!)) };
  };
}

function inTurn(all: readonly Normalizer[]): Normalizer {
  return (given) => {
    let normalized = given;
    for (const each of all) {
      normalized = each(normalized);
      checkGrowth(given.text.length, normalized.text.length);
    }
    return normalized;
  };
}

/** Without the context that JavaScript's has for the last sigma of a word. */
const lowercase = mapped((character, code) =>
  unicodeClass('unlowered').has(code) ? character : character.toLowerCase(),
);

/** Unicode's forms, with what the reference's older version of Unicode does not know left as it is. */
function form(name: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalizer {
  const unknown = unicodeClass('unnormalized');
  return ({ text, isFirst }) => {
    let all = '';
    let known = '';
    for (const character of text) {
      if (unknown.has(character.codePointAt(0)!)) {
        all += known.normalize(name) + character;
        known = '';
      } else {
        known += character;
      }
    }
    return { text: all + known.normalize(name), isFirst };
  };
}

const cleaned = inTurn([
  filtered((code) => code === 9 || code === 10 || code === 13 || !unicodeClass('controls').has(code)),
  mapped((character, code) => (isWhitespace(code) ? ' ' : character)),
]);
const withSpacedChinese = mapped((character, code) => (isChinese(code) ? ` ${character} ` : character));
const withoutAccents = inTurn([form('NFD'), filtered((code) => !unicodeClass('accents').has(code))]);

const nmt = inTurn([
  filtered(
    (code) =>
      !(
        (code >= 1 && code <= 8) ||
        code === 0xb ||
        (code >= 0xe && code <= 0x1f) ||
        code === 0x7f ||
        code === 0x8f ||
        code === 0x9f
      ),
  ),
  mapped((character, code) =>
    [9, 0xa, 0xc, 0xd, 0x1680, 0x2028, 0x2029, 0x2581, 0xfeff, 0xfffd].includes(code) ||
    (code >= 0x200b && code <= 0x200f)
      ? ' '
      : character,
  ),
]);

const bert = component(
  {
    clean_text: z.boolean(),
    handle_chinese_chars: z.boolean(),
    strip_accents: z.boolean().nullish(),
    lowercase: z.boolean(),
  },
  (options) =>
    inTurn([
      ...(options.clean_text ? [cleaned] : []),
      ...(options.handle_chinese_chars ? [withSpacedChinese] : []),
      ...((options.strip_accents ?? options.lowercase) ? [withoutAccents] : []),
      ...(options.lowercase ? [lowercase] : []),
    ]),
);

const kinds: Readonly<Record<string, Component<Normalizer>>> = {
  BertNormalizer: bert,
  Strip: component(
    { strip_left: z.boolean(), strip_right: z.boolean() },
    ({ strip_left: left, strip_right: right }) =>
      ({ text, isFirst }) => {
        const characters = Array.from(text);
        const isSpaceAt = (at: number): boolean => isWhitespace(characters[at]!.codePointAt(0)!);
        let start = 0;
        let end = characters.length;
        while (left && start < end && isSpaceAt(start)) start++;
        while (right && end > start && isSpaceAt(end - 1)) end--;
        return { text: characters.slice(start, end).join(''), isFirst: isFirst && start === 0 };
      },
  ),
  StripAccents: component({}, () => filtered((code) => !unicodeClass('marks').has(code))),
  NFC: component({}, () => form('NFC')),
  NFD: component({}, () => form('NFD')),
  NFKC: component({}, () => form('NFKC')),
  NFKD: component({}, () => form('NFKD')),
  Sequence: list('normalizers', normalizer, inTurn),
  Lowercase: component({}, () => lowercase),
  Nmt: component({}, () => nmt),
  Precompiled: component({ precompiled_charsmap: z.string() }, ({ precompiled_charsmap: map }) => {
    const normalize = precompiledCharsMap(map);
    return ({ text, isFirst }) => ({ text: normalize(text), isFirst });
  }),
  Replace: component({ pattern: patternSchema, content: z.string() }, ({ pattern: given, content }) => {
    const pattern = patternOf(given);
    return ({ text, isFirst }) => {
      if (text === '') return { text, isFirst };
      const matches = pattern(text);
      checkGrowth(text.length, text.length + matches.length * content.length);
      let all = '';
      let end = 0;
      for (const match of matches) {
        all += text.slice(end, match[0]) + content;
        end = match[1];
      }
      const [first] = matches;
      // What is put in stands where the last character that it replaces stood.
      const removed = first?.[0] === 0 ? Array.from(text.slice(0, first[1])).length : 0;
      return {
        text: all + text.slice(end),
        isFirst: isFirst && removed <= (content === '' ? 0 : 1),
      };
    };
  }),
  Prepend: component({ prepend: z.string() }, ({ prepend }) => ({ text, isFirst }) => ({
    text: text === '' ? '' : prepend + text,
    isFirst,
  })),
  ByteLevel: component({}, () => ({ text, isFirst }) => ({ text: byteCharacters(text), isFirst })),
};

/**
 * A normalizer as `tokenizer.json` describes it.
 *
 * @throws TokenizerProblem for one that is not known, or has an option that is not.
 */
export function normalizer(given: unknown, depth = 0): Normalizer {
  return readComponent('normalizer', kinds, given, depth);
}
