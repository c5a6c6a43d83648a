#!/usr/bin/env bash
# DuckDB 1.5.5 (npm @duckdb/node-api 1.5.5-r.5): a JSON table of 200 number columns is read as a table of one column.
#
# Records {"id": …, "d0": …, …} with 199 keys are a table of 199 columns. With 200 keys, the table has one column named
# json, of type MAP(VARCHAR, DOUBLE): a query that names d0 fails, and the identifiers of 64 bits, exact before, have
# gone through a float and are other numbers.
#
# Expected: 200 columns. The documentation of map_inference_threshold
# (https://duckdb.org/docs/stable/data/json/loading_json) speaks of a *field* with *more than* 200 subfields whose type
# would be a STRUCT. The record is no field, and 200 is not more than 200. That integers in such a map are rounded is
# https://github.com/duckdb/duckdb/issues/25828.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact @duckdb/node-api@1.5.5-r.5

cat >finding.mjs <<'JS'
import { writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const id = '9007199254740993';
const connection = await (await DuckDBInstance.create()).connect();
const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
const look = async (keys, idOf) => {
  const numbers = Array.from({ length: keys - 1 }, (_, key) => `"d${key}": ${key / 8}`);
  writeFileSync(`${keys}.jsonl`, `{"id": ${id}, ${numbers.join(', ')}}\n`.repeat(20));
  const columns = await rows(`describe select * from read_json('${keys}.jsonl')`);
  const [first] = await rows(`select (${idOf})::decimal(20, 0)::varchar as id from read_json('${keys}.jsonl') limit 1`);
  console.log(`${keys} keys, id ${id}: ${columns.length} columns, the first is ${columns[0].column_name}`,
    `of type ${columns[0].column_type}, id ${first.id}`);
  return { columns: columns.length, id: first.id };
};
const below = await look(199, 'id');
const at = await look(200, "json['id']");
seen(below.columns === 199 && below.id === id && at.columns === 1 && at.id !== id);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
