#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0: the sections truncation and padding of tokenizer.json have no effect.
#
# With a file that cuts texts to two tokens and fills them up to four, a text of five words has five tokens: more than
# the model has positions for. Neither section is refused.
#
# Expected: what the file says. Both sections are part of tokenizer.json, which "Contains the tokenizer configuration"
# by the README, and the README names no section that is left out. The Rust library, from npm tokenizers 0.23.2,
# applies both.
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
  truncation: { max_length: 2, strategy: 'LongestFirst', stride: 0, direction: 'Right' },
  padding: {
    strategy: { Fixed: 4 },
    direction: 'Right',
    pad_to_multiple_of: null,
    pad_id: 1,
    pad_type_id: 0,
    pad_token: '[PAD]',
  },
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
};
const text = 'a child a child a';
const javascript = new Tokenizer(json, {}).encode(text);
const encoding = await rust.Tokenizer.fromString(JSON.stringify(json)).encode(text, null);
console.log('text:                         ', text);
console.log('@huggingface/tokenizers 0.2.0:', javascript.tokens.join(' | '), javascript.ids);
console.log('Rust, tokenizers 0.23.2:      ', encoding.getTokens().join(' | '), encoding.getIds());
seen(
  javascript.ids.join() === '2,5,2,5,2' && encoding.getIds().join() === '2,5,1,1',
);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
