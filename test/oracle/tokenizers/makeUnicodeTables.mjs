// Writes server/engine/encoders/tokenizers/unicodeTables.ts: how the Rust library classifies code points, found out by
// giving it each of them. Its parts use tables of different versions of Unicode, and none those of JavaScript's engine.
// npm install --no-save --ignore-scripts tokenizers@0.23.2; node test/oracle/tokenizers/makeUnicodeTables.mjs
import { writeFileSync } from 'node:fs';
import { Tokenizer } from 'tokenizers';

const codePoints = [];
for (let code = 0; code < 0x110000; code++) if (code < 0xd800 || code > 0xdfff) codePoints.push(code);

function parts(given) {
  return Tokenizer.fromString(
    JSON.stringify({
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
      decoder: null,
      model: { type: 'WordLevel', vocab: {}, unk_token: '?' },
      ...given,
    }),
  );
}

/** Code points that a pre-tokenizer keeps, where it removes all others. */
function kept(preTokenizer) {
  const splitter = parts({ pre_tokenizer: preTokenizer }).getPreTokenizer();
  const found = new Set();
  for (let at = 0; at < codePoints.length; at += 2048) {
    const text = String.fromCodePoint(...codePoints.slice(at, at + 2048));
    for (const [piece] of splitter.preTokenizeString(text)) {
      for (const character of piece) found.add(character.codePointAt(0));
    }
  }
  return found;
}

const matched = new Map();
const matching = (regex) => {
  if (!matched.has(regex)) matched.set(regex, keptBy(regex));
  return matched.get(regex);
};
const keptBy = (regex) =>
  kept({ type: 'Split', pattern: { Regex: regex }, behavior: 'Removed', invert: true });
const complement = (set) => new Set(codePoints.filter((code) => !set.has(code)));

/** Code points that a normalizer leaves out where they follow a letter. */
function removed(normalizer) {
  const normalize = parts({ normalizer }).getNormalizer();
  return new Set(
    codePoints.filter((code) => normalize.normalizeString(`a${String.fromCodePoint(code)}b`) === 'ab'),
  );
}

/** Gaps and lengths by turns, to the base of 36. */
function ranges(set) {
  const numbers = [];
  let end = 0;
  for (let code = 0; code < 0x110000; code++) {
    if (!set.has(code)) continue;
    let after = code + 1;
    while (set.has(after)) after++;
    numbers.push(code - end, after - code);
    end = after;
    code = after;
  }
  return numbers.map((number) => number.toString(36)).join(' ');
}

const categories =
  'Cc Cf Co Ll Lm Lo Lt Lu Mc Me Mn Nd Nl No Pc Pd Pe Pf Pi Po Ps Sc Sk Sm So Zl Zp Zs'.split(' ');
const tables = Object.fromEntries(
  categories.map((name) => {
    console.log(name);
    return [name, ranges(matching(`\\p{${name}}`))];
  }),
);

const bert = {
  type: 'BertNormalizer',
  clean_text: false,
  handle_chinese_chars: false,
  strip_accents: false,
  lowercase: false,
};
const others = {
  // What `Punctuation` and `BertPreTokenizer` take for punctuation.
  punctuation: complement(kept({ type: 'Punctuation', behavior: 'Removed' })),
  // What `BertNormalizer` strips and cleans away.
  accents: removed({ ...bert, strip_accents: true }),
  controls: removed({ ...bert, clean_text: true }),
  // What `StripAccents` strips.
  marks: removed({ type: 'StripAccents' }),
  // `\w` of `Whitespace` and of added tokens that are single words.
  word: new Set(),
  space: complement(kept({ type: 'WhitespaceSplit' })),
  numeric: new Set(),
};
// `Whitespace` keeps words and the rest apart.
{
  const splitter = parts({ pre_tokenizer: { type: 'Whitespace' } }).getPreTokenizer();
  others.word = new Set(
    codePoints.filter((code) => {
      const character = String.fromCodePoint(code);
      return splitter.preTokenizeString(`a${character}`)[0]?.[0] === `a${character}`;
    }),
  );
  const digits = parts({ pre_tokenizer: { type: 'Digits', individual_digits: true } }).getPreTokenizer();
  others.numeric = new Set(
    codePoints.filter((code) => digits.preTokenizeString(`a${String.fromCodePoint(code)}a`).length === 3),
  );
}
// Forms: what JavaScript changes, alone or with neighbours, and the library does not.
const unknownIn = {};
for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD']) {
  const normalize = parts({ normalizer: { type: form } }).getNormalizer();
  unknownIn[form] = new Set(
    codePoints.filter((code) => {
      const text = String.fromCodePoint(code);
      return [text, `e${text}\u0323`, `\u0ba4${text}`].some(
        (each) => normalize.normalizeString(each) !== each.normalize(form),
      );
    }),
  );
}
const known = new Set(categories.flatMap((name) => [...matching(`\\p{${name}}`)]));
others.unnormalized = new Set([
  ...Object.values(unknownIn).flatMap((set) => [...set]),
  // What came with later versions of Unicode than this one's, which other versions of Node may know.
  ...[...known].filter((code) => /\p{Cn}/u.test(String.fromCodePoint(code))),
]);
// Letters that another version of Unicode may have a lower case for.
const lower = parts({ normalizer: { type: 'Lowercase' } }).getNormalizer();
others.unlowered = new Set(
  [...matching('\\p{Lu}')].filter((code) => {
    const character = String.fromCodePoint(code);
    return lower.normalizeString(character) === character;
  }),
);
for (const code of codePoints) {
  const character = String.fromCodePoint(code);
  if (!others.unlowered.has(code) && lower.normalizeString(character) !== character.toLowerCase()) {
    throw new Error(`the lower case of ${code.toString(16)} is another one`);
  }
}

const lines = Object.entries({
  ...tables,
  ...Object.fromEntries(Object.entries(others).map(([name, set]) => [name, ranges(set)])),
}).map(([name, text]) => `  ${name}: '${text}',`);
writeFileSync(
  new URL('../../../server/engine/encoders/tokenizers/unicodeTables.ts', import.meta.url),
  `// Made by test/oracle/tokenizers/makeUnicodeTables.mjs from tokenizers@0.23.2, which has the tables of several versions
// of Unicode; those of JavaScript's engine change with Node's version.

/** By class: gaps and lengths by turns, to the base of 36. */
export const unicodeTables = {
${lines.join('\n')}
};
`,
);
