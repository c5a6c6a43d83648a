#!/usr/bin/env bash
# DuckDB 1.5.5 (npm @duckdb/node-api 1.5.5-r.5): read_json rounds embeddings to whole numbers without an error.
#
# JSON Lines whose embeddings hold whole numbers in the first 20,480 rows, which the reader samples for its types, and
# fractions afterwards: the fractions come back rounded to the next whole number. Text in the same place is an error
# that names the line and the option sample_size.
#
# Expected: an error for the numbers too, or the numbers. The page "Loading JSON" of DuckDB's documentation says that
# types are detected from a sample; its own message for text says what a value that does not fit the sample leads to.
# Reported as https://github.com/duckdb/duckdb/issues/25786.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact @duckdb/node-api@1.5.5-r.5

cat >finding.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const sampled = 20_480;
const write = (name, last) => {
  const rows = Array.from({ length: sampled }, (_, row) => JSON.stringify({ row, embedding: [row % 3, 1, 0] }));
  writeFileSync(name, [...rows, JSON.stringify({ row: sampled, embedding: last })].join('\n') + '\n');
};
write('numbers.jsonl', [0.25, 0.75, -0.6]);
write('text.jsonl', ['a', 'b', 'c']);

const connection = await (await DuckDBInstance.create()).connect();
const last = async (name) => {
  const sql = `select typeof(embedding) as type, embedding::varchar as embedding from read_json('${name}')
               where row = ${sampled}`;
  try {
    return (await connection.runAndReadAll(sql)).getRowObjectsJson()[0];
  } catch (error) {
    return error.message.split('\n')[0];
  }
};
const numbers = await last('numbers.jsonl');
const text = await last('text.jsonl');
console.log('written: [0.25, 0.75, -0.6]; read:', numbers);
console.log('written: ["a", "b", "c"]; read:', text);
seen(numbers.embedding === '[0, 1, -1]' && typeof text === 'string');

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
