#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0: the pre-tokenizer Whitespace cuts words at their letters beyond ASCII.
#
# "café" becomes "caf" and "é", "naïve" three pieces. Words of French, German or Turkish with such a letter never meet
# their entry in the vocabulary, although the Rust library keeps them whole with the same tokenizer.json.
#
# Expected: whole words. tokenizer.json is the Rust library's format, which documents Whitespace as the pattern
# \w+|[^\w\s]+ (https://huggingface.co/docs/tokenizers/api/pre-tokenizers), with the \w of Unicode; the README of the
# JavaScript package claims "Oniguruma's exact word-character set" for patterns. Beside it here: the Rust library's own
# binding, npm tokenizers 0.23.2.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact @huggingface/tokenizers@0.2.0 tokenizers@0.23.2

cat >finding.mjs <<'JS'
import { Tokenizer } from '@huggingface/tokenizers';
import rust from 'tokenizers';

const vocab = { '[UNK]': 0, '[PAD]': 1, a: 2, café: 3, naïve: 4, child: 5 };
const json = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'Whitespace' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
};
const text = 'a naïve café';
const javascript = new Tokenizer(json, { unk_token: '[UNK]' }).encode(text);
const encoding = await rust.Tokenizer.fromString(JSON.stringify(json)).encode(text, null);
console.log('text:                         ', text);
console.log('@huggingface/tokenizers 0.2.0:', javascript.tokens.join(' | '), javascript.ids);
console.log('Rust, tokenizers 0.23.2:      ', encoding.getTokens().join(' | '), encoding.getIds());
seen(
  javascript.tokens.join(' ') === 'a na ï ve caf é' && encoding.getTokens().join(' ') === 'a naïve café',
);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
