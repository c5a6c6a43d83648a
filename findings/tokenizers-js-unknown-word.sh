#!/usr/bin/env bash
# @huggingface/tokenizers 0.2.0: a word that a WordLevel model does not know has no number.
#
# The model of tokenizer.json names its unk_token; an unknown word comes back as itself, and its id as undefined, which
# a Float32Array takes for NaN, an Int32Array for 0 and a BigInt64Array not at all.
#
# Expected: the id of unk_token. The Rust library documents WordLevel's unk_token as "The unknown token to be used by
# the model" (https://huggingface.co/docs/tokenizers/api/models); its own binding, npm tokenizers 0.23.2, gives [UNK]
# and 0.
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
  pre_tokenizer: { type: 'WhitespaceSplit' },
  post_processor: null,
  decoder: null,
  model: { type: 'WordLevel', vocab, unk_token: '[UNK]' },
};
const text = 'a zebra';
const javascript = new Tokenizer(json, {}).encode(text);
const encoding = await rust.Tokenizer.fromString(JSON.stringify(json)).encode(text, null);
console.log('text:                         ', text);
console.log('@huggingface/tokenizers 0.2.0:', javascript.tokens.join(' | '), javascript.ids);
console.log('Rust, tokenizers 0.23.2:      ', encoding.getTokens().join(' | '), encoding.getIds());
seen(
  javascript.tokens[1] === 'zebra' && javascript.ids[1] === undefined && encoding.getIds()[1] === 0,
);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
