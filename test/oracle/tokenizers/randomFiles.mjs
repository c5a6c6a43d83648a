// Tokenizers and texts drawn at random, with every option of every part.
import { charsMap, nfkcReplacements } from './charsMap.mjs';

const maps = [
  charsMap(nfkcReplacements(1, 0x180)),
  charsMap(
    new Map([
      ['ﬁ', 'fi'],
      ['½', '1/2'],
      ['e\u0301', 'é'],
      ['\u200d', ''],
      ['①', '1'],
      ['か\u3099', 'が'],
    ]),
  ),
];
let seed = 1;
function rnd() {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}
const int = (n) => Math.floor(rnd() * n);
const pick = (a) => a[int(a.length)];
const chance = (p) => rnd() < p;
const bool = () => chance(0.5);
const atoms = [
  'a',
  'b',
  'c',
  'A',
  'B',
  'z',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r\n',
  '\u00a0',
  '\u3000',
  '\u200b',
  '\u200d',
  '\u2028',
  '\ufeff',
  '.',
  ',',
  '!',
  '?',
  '-',
  '_',
  "'",
  "'s",
  "'LL",
  '"',
  '$',
  '+',
  '<',
  '>',
  '«',
  '»',
  '—',
  '…',
  '0',
  '1',
  '42',
  '½',
  '²',
  'Ⅷ',
  '٣',
  'é',
  'e\u0301',
  'ü',
  'ß',
  'ẞ',
  'ſ',
  'İ',
  'I',
  'ı',
  'i',
  'Σ',
  'ς',
  'σ',
  'ΟΔΟΣ',
  'ﬁ',
  'ﬀ',
  '①',
  'Å',
  'Å',
  'がき',
  'か\u3099',
  '日本',
  '語',
  '한',
  '글',
  '한',
  '中',
  '𠮷',
  '𪚥',
  '鿿',
  '☃',
  '😀',
  '👨‍👩‍👧',
  '🇩🇪',
  '👍🏽',
  'العربية',
  '\u064e',
  'नमस्ते',
  'क्ष',
  'ไทย',
  '\u0e33',
  'Привет',
  'ё',
  'й',
  '\u0300',
  '\u0323',
  '\u0345',
  '\ufe0f',
  '\ufffd',
  '\u0000',
  '\u0007',
  '\u001b',
  '\u007f',
  '\u0085',
  '\u00ad',
  '▁',
  'Ġ',
  '##',
  '[CLS]',
  '[MASK]',
  '<s>',
  '</s>',
  '<unk>',
  '<0x41>',
  'hello',
  'world',
  'Hello',
  'the',
  'ing',
  'photo',
  'foo bar',
  'x=1;',
  'http://a.b/c?d=e',
  '\ud800',
  '\udc00',
  '\u{10d40}',
  '\u{2ebf0}',
  '\u1c89',
  '\u{1e030}',
  'ⅰ',
  '㎏',
  'ﷺ',
  'ｱ',
  'ﾞ',
  '１',
  'Ａ',
  'ɐ',
  'ʰ',
  '\u{1d400}',
  '\u0f71\u0f72',
  '\u1100\u1161\u11a8',
];
function text() {
  let t = '';
  const n = int(12);
  for (let i = 0; i < n; i++) t += pick(atoms);
  if (chance(0.1)) {
    for (let i = 0; i < 3; i++) t += String.fromCodePoint(int(0x3000));
  }
  if (chance(0.05)) {
    let c = int(0x110000);
    if (c < 0xd800 || c > 0xdfff) t += String.fromCodePoint(c);
  }
  return t;
}
const regexes = [
  String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`,
  String.raw` ?[^(\s|[.,!?…。，、।۔،])]+`,
  String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
  String.raw`[一-龥぀-ゟ゠-ヿ]+`,
  String.raw`\s+$`,
  String.raw`^\s+`,
  '[0-9][0-9][0-9]',
  '(?<=a)b',
  '\\b\\w+\\b',
  '[[:punct:]]',
  '[a-z&&[^b]]',
  '\\d',
  '\\D+',
  '\\W',
  '\\S+',
  '\\p{P}',
  '\\P{L}+',
  '\\p{M}',
  '.',
  'a*',
  '',
  '\\n',
  '\\s{2,}',
  'x?',
  '$',
  '^',
  '\\h+',
  '\\R',
  '(?i)the',
  '[^a]',
  '\\p{Han}',
  '\\p{Hiragana}|\\p{Katakana}',
  '\\A.',
  '.\\z',
  ' {2,}',
  '(?m).+',
  '[\\p{S}\\p{P}&&[^a-c]]',
  '\\p{Lu}\\p{Ll}*',
  '(?:a|b)+',
  'a{,2}',
  '\\u0061',
  '\\x{1F600}',
];
const behaviours = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];
const pattern = () =>
  chance(0.4)
    ? { String: pick([' ', 'a', '.', '日', '▁', 'ab', '-', 'ing', '  ']) }
    : { Regex: pick(regexes) };
function norm(d = 0) {
  const k = pick([
    'BertNormalizer',
    'Strip',
    'StripAccents',
    'NFC',
    'NFD',
    'NFKC',
    'NFKD',
    'Sequence',
    'Lowercase',
    'Nmt',
    'Replace',
    'Prepend',
    'ByteLevel',
    'Precompiled',
  ]);
  switch (k) {
    case 'BertNormalizer':
      return {
        type: k,
        clean_text: bool(),
        handle_chinese_chars: bool(),
        strip_accents: pick([null, true, false]),
        lowercase: bool(),
      };
    case 'Strip':
      return { type: k, strip_left: bool(), strip_right: bool() };
    case 'Sequence':
      return d > 1
        ? { type: 'NFC' }
        : { type: k, normalizers: Array.from({ length: int(4) }, () => norm(d + 1)) };
    case 'Replace':
      return { type: k, pattern: pattern(), content: pick(['', '▁', ' ', 'x', '$&', '..']) };
    case 'Prepend':
      return { type: k, prepend: pick(['▁', ' ', 'ab', '']) };
    case 'Precompiled':
      return { type: k, precompiled_charsmap: pick(maps) };
    default:
      return { type: k };
  }
}
function pre(d = 0) {
  const k = pick([
    'BertPreTokenizer',
    'ByteLevel',
    'CharDelimiterSplit',
    'Metaspace',
    'Whitespace',
    'Sequence',
    'Split',
    'Punctuation',
    'WhitespaceSplit',
    'Digits',
    'FixedLength',
  ]);
  switch (k) {
    case 'ByteLevel':
      return {
        type: k,
        add_prefix_space: bool(),
        trim_offsets: bool(),
        ...(bool() ? { use_regex: bool() } : {}),
      };
    case 'CharDelimiterSplit':
      return { type: k, delimiter: pick([' ', 'a', '-', '日']) };
    case 'Metaspace': {
      const s = pick(['first', 'never', 'always']);
      return {
        type: k,
        replacement: pick(['▁', '▁', '_']),
        prepend_scheme: s,
        ...(bool() ? { split: bool() } : {}),
        ...(chance(0.2) ? { add_prefix_space: s !== 'never' } : {}),
      };
    }
    case 'Sequence':
      return d > 1
        ? { type: 'Whitespace' }
        : { type: k, pretokenizers: Array.from({ length: int(4) }, () => pre(d + 1)) };
    case 'Split':
      return { type: k, pattern: pattern(), behavior: pick(behaviours), invert: bool() };
    case 'Punctuation':
      return bool() ? { type: k } : { type: k, behavior: pick(behaviours) };
    case 'Digits':
      return { type: k, individual_digits: bool() };
    case 'FixedLength':
      return { type: k, length: 1 + int(4) };
    default:
      return { type: k };
  }
}
const subs = [
  'a',
  'b',
  'c',
  'ab',
  'bc',
  'abc',
  'he',
  'llo',
  'hello',
  '▁',
  '▁a',
  '▁hello',
  'world',
  '##a',
  '##b',
  '##ing',
  'ing',
  'the',
  'é',
  'e',
  '日',
  '本',
  '日本',
  '語',
  'Ġ',
  'Ġa',
  '.',
  ',',
  '!',
  '0',
  '1',
  '4',
  '2',
  'photo',
  'A',
  'B',
  'Hello',
  '한',
  'ss',
  's',
  't',
  'x',
  '=',
  '<',
  '>',
  'Ã',
  '©',
  'a</w>',
  'b</w>',
  'hello</w>',
  'l',
  'o',
  'h',
  'w',
  'r',
  'd',
  'i',
  'n',
  'g',
  '😀',
  '[MASK]',
  '-',
  '_',
  "'",
  ' ',
  '  ',
  'Q',
  '𠮷',
  '\n',
];
function model() {
  const k = pick(['BPE', 'WordPiece', 'WordLevel', 'Unigram']);
  const toks = new Set(['[UNK]']);
  const n = 5 + int(subs.length);
  for (let i = 0; i < n; i++) toks.add(pick(subs));
  if (k === 'WordPiece')
    for (const t of [...toks]) if (chance(0.5) && !t.startsWith('##')) toks.add('##' + t);
  const bf = chance(0.3);
  if (bf)
    for (let b = 0; b < 256; b++)
      if (chance(0.995)) toks.add(`<0x${b.toString(16).toUpperCase().padStart(2, '0')}>`);
  const list = [...toks];
  const vocab = () => Object.fromEntries(list.map((t, i) => [t, i]));
  switch (k) {
    case 'WordLevel':
      return { type: k, vocab: vocab(), unk_token: chance(0.9) ? '[UNK]' : 'none' };
    case 'WordPiece':
      return {
        type: k,
        vocab: vocab(),
        unk_token: '[UNK]',
        continuing_subword_prefix: pick(['##', '##', '', '@@']),
        max_input_chars_per_word: pick([100, 5, 3]),
      };
    case 'Unigram':
      return {
        type: k,
        vocab: list.map((t) => [t, -Math.round(rnd() * 1000) / 100]),
        unk_id: chance(0.9) ? int(3) : null,
        byte_fallback: bf && bool(),
      };
    default: {
      const prefix = pick([null, null, null, '##']);
      const suffix = pick([null, null, '</w>']);
      const chars = new Set(list.flatMap((t) => [...t]));
      const v = new Map(list.map((t, i) => [t, i]));
      const add = (t) => {
        if (!v.has(t)) v.set(t, v.size);
      };
      if (chance(0.6)) for (const c of chars) add(c);
      const merges = [];
      let known = [...v.keys()];
      for (let i = 0; i < int(40); i++) {
        const a = pick(known);
        let b = pick(known);
        if (prefix && chance(0.9)) {
          if (!b.startsWith(prefix)) {
            b = prefix + b;
            add(b);
          }
        }
        const m = a + (prefix && b.startsWith(prefix) ? b.slice(prefix.length) : b);
        if (prefix && !b.startsWith(prefix)) continue;
        add(m);
        merges.push([a, b]);
        known = [...v.keys()];
      }
      const legacy = bool() && merges.every(([a, b]) => !a.includes(' ') && !b.includes(' '));
      return {
        type: k,
        dropout: pick([null, 0]),
        unk_token: pick([null, '[UNK]']),
        continuing_subword_prefix: prefix,
        end_of_word_suffix: suffix,
        fuse_unk: bool(),
        byte_fallback: bf,
        ignore_merges: bool(),
        vocab: Object.fromEntries(v),
        merges: legacy ? merges.map((m) => m.join(' ')) : merges,
      };
    }
  }
}
function added() {
  const n = int(5);
  return Array.from({ length: n }, (_, i) => ({
    id: 1000 + i,
    content: pick([
      '[CLS]',
      '[MASK]',
      '<s>',
      '</s>',
      'hello',
      'Hello',
      '  ',
      ' ',
      'the',
      '日本',
      'é',
      'A',
      'a',
      'foo bar',
      '\n',
      '<unk>',
      '[UNK]',
      'ﬁ',
    ]),
    single_word: chance(0.3),
    lstrip: chance(0.3),
    rstrip: chance(0.3),
    normalized: bool(),
    special: bool(),
  })).filter((t, i, all) => all.findIndex((o) => o.content === t.content) === i);
}
function post(d = 0) {
  const k = pick(['BertProcessing', 'RobertaProcessing', 'ByteLevel', 'TemplateProcessing', 'Sequence']);
  switch (k) {
    case 'BertProcessing':
      return { type: k, sep: ['[SEP]', 7], cls: ['[CLS]', 8] };
    case 'RobertaProcessing':
      return { type: k, sep: ['</s>', 2], cls: ['<s>', 0], trim_offsets: bool(), add_prefix_space: bool() };
    case 'ByteLevel':
      return { type: k, add_prefix_space: bool(), trim_offsets: bool(), use_regex: bool() };
    case 'TemplateProcessing': {
      const sp = {
        '[CLS]': { id: '[CLS]', ids: [101], tokens: ['[CLS]'] },
        '[X]': { id: '[X]', ids: [5, 6], tokens: ['x', 'y'] },
      };
      const S = () => ({ SpecialToken: { id: pick(['[CLS]', '[X]']), type_id: int(3) } });
      const A = { Sequence: { id: 'A', type_id: int(2) } };
      const single = [];
      for (let i = 0; i < int(3); i++) single.push(S());
      single.push(A);
      for (let i = 0; i < int(3); i++) single.push(S());
      return { type: k, single, pair: [A, S(), { Sequence: { id: 'B', type_id: 1 } }], special_tokens: sp };
    }
    default:
      return d > 0
        ? { type: 'ByteLevel', add_prefix_space: true, trim_offsets: false, use_regex: true }
        : { type: k, processors: Array.from({ length: int(3) }, () => post(1)) };
  }
}

/** The content of a `tokenizer.json`. */
export function randomFile(of) {
  seed = of * 7919;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: added(),
    normalizer: chance(0.6) ? norm() : null,
    pre_tokenizer: chance(0.8) ? pre() : null,
    post_processor: chance(0.4) ? post() : null,
    decoder: null,
    model: model(),
  };
}

export function randomTexts(of) {
  seed = of * 104729 + 1;
  return Array.from({ length: 15 }, text);
}
