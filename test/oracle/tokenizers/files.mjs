// Small tokenizers of the kinds that models are published with, and one for each option of each part.
import { charsMap, nfkcReplacements } from './charsMap.mjs';

const corpus = [
  'a photo of a cat',
  'a photo of the dog',
  'the cats are playing with the dogs in the garden',
  'two photos of playing children',
  'an aerial view of the harbour at night',
  "it's the dog's bone, isn't it?",
  'Hello, world! Hello again.',
  'price: 42.50 $ (about 1234 yen)',
  'der Hund läuft über die Straße',
  'une photo d’un café français',
  'niño con piñata',
  'фотография кошки и собаки',
  'Большая собака бежит',
  '猫的照片',
  '一张狗的照片',
  '犬の写真です',
  'ねこがいます',
  '고양이 사진',
  '한국어 문장',
  'صورة قطة',
  'बिल्ली की तस्वीर',
  'รูปแมว',
  'İstanbul ışık',
  'ΟΔΟΣ της πόλης',
  'emoji 😀 👍🏽',
  'x = y + 1; // code',
  'the the the photo photo of of',
];

const byteOf = (() => {
  const printed = (byte) => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  let others = 0;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printed(byte) ? byte : 256 + others++));
})();
const asBytes = (text) => Array.from(Buffer.from(text, 'utf8'), (byte) => byteOf[byte]).join('');

/** Learns merges of the most frequent pairs; symbols are lists of tokens. */
function learn(words, count, join = (a, b) => a + b) {
  let all = words.map((word) => [...word]);
  const merges = [];
  for (let step = 0; step < count; step++) {
    const pairs = new Map();
    for (const word of all) {
      for (let at = 0; at + 1 < word.length; at++) {
        const key = JSON.stringify([word[at], word[at + 1]]);
        pairs.set(key, (pairs.get(key) ?? 0) + 1);
      }
    }
    const best = [...pairs]
      .filter(([, times]) => times > 1)
      .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0];
    if (best === undefined) break;
    const [first, second] = JSON.parse(best[0]);
    merges.push([first, second]);
    all = all.map((word) => {
      const merged = [];
      for (const symbol of word) {
        if (merged.at(-1) === first && symbol === second) merged.push(join(merged.pop(), symbol));
        else merged.push(symbol);
      }
      return merged;
    });
  }
  return merges;
}

const numbered = (tokens) => Object.fromEntries([...new Set(tokens)].map((token, at) => [token, at]));
const words = (pattern, change = (text) => text) =>
  corpus.flatMap((line) => line.match(pattern) ?? []).map(change);

const gpt2Words = words(/ ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+/gu, asBytes);
const byteMerges = learn(gpt2Words, 160);
const byteLevelModel = (special, more = {}, legacy = false) => ({
  type: 'BPE',
  dropout: null,
  unk_token: null,
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: false,
  byte_fallback: false,
  ignore_merges: false,
  ...more,
  vocab: numbered([...special, ...byteOf, ...byteMerges.map(([a, b]) => a + b)]),
  merges: legacy ? byteMerges.map((pair) => pair.join(' ')) : byteMerges,
});

const clipWords = words(/\p{L}+|\p{N}|[^\s\p{L}\p{N}]+/gu, (text) => {
  const bytes = asBytes(text.toLowerCase());
  return [...bytes.slice(0, -1), `${bytes.at(-1)}</w>`];
});
const clipMerges = learn(clipWords, 160);
const clipModel = {
  type: 'BPE',
  dropout: null,
  unk_token: '<|endoftext|>',
  continuing_subword_prefix: '',
  end_of_word_suffix: '</w>',
  fuse_unk: false,
  byte_fallback: false,
  vocab: numbered([
    ...byteOf,
    ...byteOf.map((each) => `${each}</w>`),
    ...clipMerges.map(([a, b]) => a + b),
    '<|startoftext|>',
    '<|endoftext|>',
  ]),
  merges: clipMerges.map((pair) => pair.join(' ')),
};

const wordPieces = (change) => {
  const all = words(/\p{L}+|\p{N}+|[^\s\p{L}\p{N}]/gu, (text) =>
    [...change(text)].map((each, at) => (at === 0 ? each : `##${each}`)),
  );
  const merges = learn(all, 150, (a, b) => a + b.slice(2));
  return numbered([
    '[PAD]',
    '[UNK]',
    '[CLS]',
    '[SEP]',
    '[MASK]',
    ...all.flat(),
    ...merges.map(([a, b]) => a + b.slice(2)),
  ]);
};
const wordPiece = (vocab) => ({
  type: 'WordPiece',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 100,
  vocab,
});
const lower = (text) =>
  text
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mn}/gu, '');

const byteTokens = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);
const spaced = corpus.map((line) => `▁${line.replaceAll(' ', '▁')}`);
const pieceMerges = learn(
  spaced.flatMap((line) => line.match(/▁?[^▁]+/gu)),
  150,
);
const sentencePieceBpe = (more = {}) => ({
  type: 'BPE',
  dropout: null,
  unk_token: '<unk>',
  continuing_subword_prefix: null,
  end_of_word_suffix: null,
  fuse_unk: true,
  byte_fallback: true,
  ignore_merges: false,
  ...more,
  vocab: numbered([
    '<pad>',
    '<eos>',
    '<bos>',
    '<unk>',
    ...byteTokens,
    ...new Set(spaced.join('')),
    ...pieceMerges.map(([a, b]) => a + b),
  ]),
  merges: pieceMerges,
});

function unigram(special, more = {}, from = spaced) {
  const counts = new Map();
  for (const line of from) {
    const characters = [...line];
    for (let at = 0; at < characters.length; at++) {
      for (let size = 1; size <= 6 && at + size <= characters.length; size++) {
        const part = characters.slice(at, at + size);
        if (part.slice(1).includes('▁')) break;
        counts.set(part.join(''), (counts.get(part.join('')) ?? 0) + 1);
      }
    }
  }
  const kept = [...counts]
    .filter(([part, count]) => [...part].length === 1 || count > 2)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, 420);
  const total = kept.reduce((sum, [, count]) => sum + count, 0);
  return {
    type: 'Unigram',
    unk_id: special.indexOf('<unk>'),
    vocab: [
      ...special.map((token) => [token, 0]),
      ...kept.map(([part, count]) => [
        part,
        Math.round(1e4 * Math.log((count * [...part].length) / total)) / 1e4,
      ]),
    ],
    ...more,
  };
}

const added = (content, id, more = {}) => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...more,
});
const file = (parts) => ({
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
  ...parts,
});
const split = (regex, behavior = 'Isolated', invert = false) => ({
  type: 'Split',
  pattern: { Regex: regex },
  behavior,
  invert,
});
const byteLevel = (more = {}) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: true,
  ...more,
});
const sequence = (...pretokenizers) => ({ type: 'Sequence', pretokenizers });
const normalizers = (...all) => ({ type: 'Sequence', normalizers: all });
const template = (before, after, ids) => {
  const special = (id) => ({ SpecialToken: { id, type_id: 0 } });
  const text = (id) => ({ Sequence: { id, type_id: id === 'A' ? 0 : 1 } });
  return {
    type: 'TemplateProcessing',
    single: [...before.map(special), text('A'), ...after.map(special)],
    pair: [...before.map(special), text('A'), ...after.map(special), text('B'), ...after.map(special)],
    special_tokens: Object.fromEntries(
      [...before, ...after].map((id) => [id, { id, ids: [ids[id]], tokens: [id] }]),
    ),
  };
};
const bertTemplate = template(['[CLS]'], ['[SEP]'], { '[CLS]': 2, '[SEP]': 3 });
const bertTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'].map((token, id) => added(token, id));
const bert = (more) => ({
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
  ...more,
});
const precompiled = {
  type: 'Precompiled',
  precompiled_charsmap: charsMap(
    new Map([
      ...nfkcReplacements(1, 0x250),
      ...nfkcReplacements(0x2000, 0x2190),
      ...nfkcReplacements(0xff00, 0xffef),
    ]),
  ),
};
const metaspace = (more = {}) => ({
  type: 'Metaspace',
  replacement: '▁',
  prepend_scheme: 'always',
  split: true,
  ...more,
});
const contractions = String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)`;
const cl100k = String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;
const xlmTokens = ['<s>', '<pad>', '</s>', '<unk>'];
const behaviours = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous'];

const wordLevel = (tokens) => ({
  type: 'WordLevel',
  vocab: numbered(['[UNK]', ...tokens]),
  unk_token: '[UNK]',
});
/** Each piece of a text is told from others by the characters that it is made of. */
const pieces = {
  type: 'WordPiece',
  unk_token: '[UNK]',
  continuing_subword_prefix: '##',
  max_input_chars_per_word: 30,
  vocab: numbered([
    '[UNK]',
    ...['', '##'].flatMap((prefix) =>
      [...new Set([...corpus.join(''), ...'▁-_Ġ\t\n\r½²٣…«»'])].map((each) => prefix + each),
    ),
  ]),
};

/** By name: the content of a `tokenizer.json`. */
export const files = {
  gpt2: file({
    added_tokens: [added('<|endoftext|>', 0, { normalized: true })],
    pre_tokenizer: byteLevel(),
    post_processor: byteLevel({ trim_offsets: false }),
    model: byteLevelModel(['<|endoftext|>'], {}, true),
  }),
  roberta: file({
    added_tokens: [
      ...['<s>', '<pad>', '</s>', '<unk>'].map((token, id) => added(token, id, { normalized: true })),
      added('<mask>', 4, { lstrip: true }),
    ],
    pre_tokenizer: byteLevel(),
    post_processor: {
      type: 'RobertaProcessing',
      sep: ['</s>', 2],
      cls: ['<s>', 0],
      trim_offsets: true,
      add_prefix_space: false,
    },
    model: byteLevelModel(['<s>', '<pad>', '</s>', '<unk>', '<mask>'], { unk_token: '<unk>' }, true),
  }),
  modernBert: file({
    added_tokens: [
      added('[CLS]', 0),
      added('[SEP]', 1),
      added('[MASK]', 2, { lstrip: true }),
      added('  ', 9, { special: false, normalized: true }),
    ],
    normalizer: { type: 'NFC' },
    pre_tokenizer: byteLevel({ trim_offsets: true }),
    post_processor: template(['[CLS]'], ['[SEP]'], { '[CLS]': 0, '[SEP]': 1 }),
    model: byteLevelModel(['[CLS]', '[SEP]', '[MASK]']),
  }),
  llama3: file({
    added_tokens: [added('<|begin_of_text|>', 500), added('<|eot_id|>', 501)],
    pre_tokenizer: sequence(split(cl100k), byteLevel({ use_regex: false })),
    post_processor: {
      type: 'Sequence',
      processors: [
        byteLevel({ trim_offsets: false }),
        template(['<|begin_of_text|>'], [], { '<|begin_of_text|>': 416 }),
      ],
    },
    model: byteLevelModel([], { ignore_merges: true }),
  }),
  qwen2: file({
    added_tokens: [added('<|endoftext|>', 500), added('<|im_start|>', 501)],
    normalizer: { type: 'NFC' },
    pre_tokenizer: sequence(
      split(
        String.raw`${contractions}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
      ),
      byteLevel({ use_regex: false }),
    ),
    post_processor: template([], ['<|endoftext|>'], { '<|endoftext|>': 416 }),
    model: byteLevelModel([]),
  }),
  possessive: file({
    pre_tokenizer: sequence(
      split(
        String.raw`'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s`,
      ),
      byteLevel({ use_regex: false }),
    ),
    model: byteLevelModel([]),
  }),
  o200k: file({
    pre_tokenizer: sequence(
      split(
        String.raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+${contractions}?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*${contractions}?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
      ),
      byteLevel({ use_regex: false }),
    ),
    model: byteLevelModel([]),
  }),
  deepSeek: file({
    pre_tokenizer: sequence(
      split('\\p{N}{1,3}'),
      split('[一-龥\u3040-ゟ゠-ヿ]+'),
      split(
        String.raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_${'`'}{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
      ),
      byteLevel({ use_regex: false }),
    ),
    model: byteLevelModel([]),
  }),
  bloom: file({
    pre_tokenizer: sequence(split(' ?[^(\\s|[.,!?…。，、।۔،])]+'), byteLevel({ use_regex: false })),
    model: byteLevelModel([]),
  }),
  starCoder: file({
    pre_tokenizer: sequence({ type: 'Digits', individual_digits: true }, byteLevel()),
    model: byteLevelModel([]),
  }),
  byteLevelNormalizer: file({
    normalizer: normalizers({ type: 'NFC' }, { type: 'ByteLevel' }),
    pre_tokenizer: split('Ġ?[^Ġ]+'),
    model: byteLevelModel([]),
  }),
  prefixSpace: file({
    added_tokens: [added('<x>', 500)],
    pre_tokenizer: byteLevel({ add_prefix_space: true }),
    model: byteLevelModel([]),
  }),
  clip: file({
    added_tokens: [added('<|startoftext|>', 672, { normalized: true }), added('<|endoftext|>', 673)],
    normalizer: normalizers(
      { type: 'NFC' },
      { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
      { type: 'Lowercase' },
    ),
    pre_tokenizer: sequence(
      split(
        String.raw`<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+`,
        'Removed',
        true,
      ),
      byteLevel(),
    ),
    post_processor: {
      type: 'RobertaProcessing',
      sep: ['<|endoftext|>', 673],
      cls: ['<|startoftext|>', 672],
      trim_offsets: false,
      add_prefix_space: false,
    },
    model: clipModel,
  }),
  bertUncased: file({
    added_tokens: bertTokens,
    normalizer: bert(),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: bertTemplate,
    model: wordPiece(wordPieces(lower)),
  }),
  bertCased: file({
    added_tokens: bertTokens,
    normalizer: bert({ lowercase: false }),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: { type: 'BertProcessing', sep: ['[SEP]', 3], cls: ['[CLS]', 2] },
    model: wordPiece(wordPieces((text) => text)),
  }),
  bertAccents: file({
    added_tokens: bertTokens,
    normalizer: bert({ strip_accents: false, clean_text: false, handle_chinese_chars: false }),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: bertTemplate,
    model: { ...wordPiece(wordPieces((text) => text.toLowerCase())), max_input_chars_per_word: 6 },
  }),
  xlmRoberta: file({
    added_tokens: [...xlmTokens.map((token, id) => added(token, id)), added('<mask>', 424, { lstrip: true })],
    normalizer: precompiled,
    pre_tokenizer: sequence({ type: 'WhitespaceSplit' }, metaspace()),
    post_processor: template(['<s>'], ['</s>'], { '<s>': 0, '</s>': 2 }),
    model: unigram(xlmTokens),
  }),
  multilingualE5: file({
    added_tokens: [...xlmTokens.map((token, id) => added(token, id)), added('<mask>', 424, { lstrip: true })],
    normalizer: normalizers(precompiled, { type: 'Replace', pattern: { Regex: ' {2,}' }, content: ' ' }),
    pre_tokenizer: { type: 'Metaspace', replacement: '▁', add_prefix_space: true },
    post_processor: template(['<s>'], ['</s>'], { '<s>': 0, '</s>': 2 }),
    model: unigram(xlmTokens),
  }),
  t5: file({
    added_tokens: ['<pad>', '</s>', '<unk>'].map((token, id) => added(token, id)),
    normalizer: precompiled,
    pre_tokenizer: metaspace({ prepend_scheme: 'first' }),
    post_processor: template([], ['</s>'], { '</s>': 1 }),
    model: unigram(['<pad>', '</s>', '<unk>'], { byte_fallback: false }),
  }),
  albert: file({
    added_tokens: bertTokens,
    normalizer: normalizers(
      { type: 'Replace', pattern: { String: '``' }, content: '"' },
      { type: 'Replace', pattern: { String: "''" }, content: '"' },
      { type: 'NFKD' },
      { type: 'StripAccents' },
      { type: 'Lowercase' },
      precompiled,
    ),
    pre_tokenizer: sequence({ type: 'WhitespaceSplit' }, metaspace()),
    post_processor: bertTemplate,
    model: unigram(['[PAD]', '<unk>', '[CLS]', '[SEP]', '[MASK]'], {}, spaced.map(lower)),
  }),
  siglip: file({
    added_tokens: [added('</s>', 1), added('<unk>', 2)],
    normalizer: normalizers(
      precompiled,
      { type: 'Lowercase' },
      { type: 'Replace', pattern: { Regex: '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~]' }, content: '' },
      { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
      { type: 'Strip', strip_left: true, strip_right: true },
    ),
    pre_tokenizer: metaspace({ split: true }),
    post_processor: template([], ['</s>'], { '</s>': 1 }),
    model: unigram(
      ['<pad>', '</s>', '<unk>'],
      {},
      spaced.map((line) => line.toLowerCase()),
    ),
  }),
  unigramBytes: file({
    normalizer: { type: 'NFKC' },
    pre_tokenizer: metaspace(),
    model: (() => {
      const model = unigram(['<unk>', ...byteTokens], { byte_fallback: true });
      return { ...model, vocab: model.vocab.filter(([token]) => !/[猫犬照写사고]/u.test(token)) };
    })(),
  }),
  gemma: file({
    added_tokens: ['<pad>', '<eos>', '<bos>', '<unk>'].map((token, id) => added(token, id)),
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    post_processor: template(['<bos>'], [], { '<bos>': 2 }),
    model: sentencePieceBpe(),
  }),
  siglip2: file({
    added_tokens: ['<pad>', '<eos>', '<bos>', '<unk>'].map((token, id) => added(token, id)),
    normalizer: normalizers(
      { type: 'Lowercase' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ),
    pre_tokenizer: { type: 'Split', pattern: { String: ' ' }, behavior: 'MergedWithPrevious', invert: false },
    post_processor: template([], ['<eos>'], { '<eos>': 1 }),
    model: sentencePieceBpe({ fuse_unk: false }),
  }),
  llama2: file({
    added_tokens: ['<unk>', '<s>', '</s>'].map((token) => added(token, 0)),
    normalizer: normalizers(
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ),
    post_processor: template(['<bos>'], [], { '<bos>': 2 }),
    model: sentencePieceBpe(),
  }),
  mistral: file({
    added_tokens: [added('<bos>', 2), added('[INST]', 3)],
    pre_tokenizer: metaspace({ prepend_scheme: 'first', split: false }),
    post_processor: template(['<bos>'], ['<eos>'], { '<bos>': 2, '<eos>': 1 }),
    model: sentencePieceBpe(),
  }),
  metaspaceNever: file({
    pre_tokenizer: metaspace({ prepend_scheme: 'never' }),
    model: sentencePieceBpe({ byte_fallback: false, unk_token: '<unk>', fuse_unk: true }),
  }),
  unknownDropped: file({
    pre_tokenizer: metaspace(),
    model: sentencePieceBpe({ byte_fallback: false, unk_token: null }),
  }),
  unknownAlone: file({
    pre_tokenizer: metaspace(),
    model: sentencePieceBpe({ byte_fallback: false, fuse_unk: false }),
  }),
  continuingPrefix: file({
    pre_tokenizer: { type: 'Whitespace' },
    model: (() => {
      const all = words(/\p{L}+/gu, (text) => [...text].map((each, at) => (at === 0 ? each : `##${each}`)));
      const merges = learn(all, 80, (a, b) => a + b.slice(2));
      return {
        type: 'BPE',
        dropout: null,
        unk_token: '[UNK]',
        continuing_subword_prefix: '##',
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: numbered(['[UNK]', ...all.flat(), ...merges.map(([a, b]) => a + b.slice(2))]),
        merges,
      };
    })(),
  }),
  esm: file({
    added_tokens: ['<cls>', '<pad>', '<eos>', '<unk>'].map((token, id) => added(token, id)),
    pre_tokenizer: split('', 'Isolated'),
    post_processor: template(['<cls>'], ['<eos>'], { '<cls>': 0, '<eos>': 2 }),
    model: {
      type: 'WordLevel',
      vocab: numbered(['<cls>', '<pad>', '<eos>', '<unk>', ...'LAGVSERTIDPKQNFYMHWCXBUZO.-abcdefgh']),
      unk_token: '<unk>',
    },
  }),
  wordLevel: file({
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    model: wordLevel(words(/[\p{L}\p{N}_]+|[^\s\p{L}\p{N}]+/gu, (text) => text.toLowerCase())),
  }),
  typeless: file({
    pre_tokenizer: { type: 'Whitespace' },
    model: {
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: 100,
      vocab: pieces.vocab,
    },
  }),
  nothing: file({ model: wordLevel(['a', 'photo of a cat']) }),
  nmt: file({ normalizer: { type: 'Nmt' }, pre_tokenizer: { type: 'WhitespaceSplit' }, model: pieces }),
  nfd: file({ normalizer: { type: 'NFD' }, pre_tokenizer: { type: 'WhitespaceSplit' }, model: pieces }),
  stripRight: file({
    normalizer: { type: 'Strip', strip_left: false, strip_right: true },
    pre_tokenizer: { type: 'CharDelimiterSplit', delimiter: ' ' },
    model: pieces,
  }),
  digits: file({
    pre_tokenizer: sequence({ type: 'Digits', individual_digits: false }, { type: 'Punctuation' }),
    model: pieces,
  }),
  fixedLength: file({ pre_tokenizer: { type: 'FixedLength', length: 3 }, model: pieces }),
  added: file({
    added_tokens: [
      added('[A]', 900, { lstrip: true }),
      added('[B]', 901, { rstrip: true }),
      added('the', 902, { single_word: true, special: false }),
      added('Photo', 903, { normalized: true, special: false }),
      added('cat', 904, { single_word: true, lstrip: true, rstrip: true, normalized: true, special: false }),
      added('日本', 905, { normalized: true, special: false }),
    ],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    model: pieces,
  }),
  cutLeft: file({
    truncation: { direction: 'Left', max_length: 7, strategy: 'LongestFirst', stride: 2 },
    normalizer: bert(),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: bertTemplate,
    model: wordPiece(wordPieces(lower)),
  }),
  cutRight: file({
    truncation: { direction: 'Right', max_length: 7, strategy: 'OnlyFirst', stride: 0 },
    normalizer: bert(),
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: bertTemplate,
    model: wordPiece(wordPieces(lower)),
  }),
  ...Object.fromEntries(
    behaviours.map((behavior) => [
      `punctuation${behavior}`,
      file({ pre_tokenizer: { type: 'Punctuation', behavior }, model: pieces }),
    ]),
  ),
  ...Object.fromEntries(
    behaviours.flatMap((behavior) =>
      [false, true].map((invert) => [
        `split${behavior}${invert ? 'Inverted' : ''}`,
        file({ pre_tokenizer: split('\\p{L}+|\\d', behavior, invert), model: pieces }),
      ]),
    ),
  ),
};

/** Texts with what tokenizers part ways on. */
export const texts = [
  ...corpus,
  '',
  ' ',
  '   ',
  '\n',
  'a',
  ' a',
  'a ',
  '  a  photo\tof\r\n a\n\ncat  ',
  'Hello,world!!!',
  "I'll we've they're DON'T IT'S",
  '12345 3.14 １２３ ½ ² ٣٤ Ⅷ',
  'naïve café CAFÉ cafe\u0301 e\u0323\u0301 \u1ec7',
  'ﬁne ﬀ ① ㎏ Å ﷺ',
  'İI ıi ß ẞ ſ ΟΔΟΣ ς σ ǅ',
  '日本語の写真 한국어\u1100\u1161\u11a8',
  '𠮷野家 𪚥 \u{2ebf0} 鿿',
  'नमस्ते क्षत्रिय ไทยน้ำ',
  '\u064eصُورَة',
  'שָׁלוֹם',
  '👨‍👩‍👧 🇩🇪 👍🏽 ☃️ e\ufe0f',
  'zero\u200bwidth\u200djoin\u2060er\ufeff',
  'nbsp\u00a0ideographic\u3000line\u2028sep\u0085nel',
  'soft\u00adhyphen ctrl\u0007\u001b\u007f\u0000end',
  '\ufffd replacement',
  'lone \ud800 half \udc00',
  '<s> </s> <unk> <mask> <pad> [MASK] [CLS] <|endoftext|> <|startoftext|> <bos> <0x41>',
  'a  [A]  b [B]   c[A][B] there the,the cat  catalog PHOTO photo',
  '▁a▁b Ġc ##d </w>',
  '«quotes» “curly” ‘single’ — dash … ellipsis',
  'x_1 + $y^2 = `z` | ~a < b > c',
  '🙂'.repeat(9),
  'a'.repeat(130),
  'supercalifragilisticexpialidocious'.repeat(3),
  'MKTVRQERLKSIVRILERSKEPVSGAQLAEELSVSRQVIVQDIAYLRSLGYNIVATPRGYVLAGG',
  'A-B.X*Z O U',
  '\u1c89 \u{10d40} \u{1e030} \u0897 ᲀ',
  '1\u0345 \u0345a ͅ',
  'if (x) {\n    return  "y";\n}\n',
  'https://example.org/a?b=c&d=%20',
  '3,000,000.00€ £5 ¥ 50%',
];
