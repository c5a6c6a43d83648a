#!/usr/bin/env bash
# DuckDB 1.5.5 (npm @duckdb/node-api 1.5.5-r.5): the cosine of a FLOAT vector with itself is -1 where the vector is
# short or long.
#
# array_cosine_similarity and list_cosine_similarity add squares in float32. Components of 1e-25 give a length of 0 and
# components of 1e20 an infinite one, and either gives -1, "points the other way", as if measured;
# array_cosine_distance says 2, the greatest distance there is. The same numbers as DOUBLE give 1. 1e-25 and 1e20 are
# ordinary float32 values, far from the ends of its range; it is their squares that do not fit.
#
# Expected: 1, or at the least NaN or NULL. The documentation ("Computes the cosine similarity") names no such value;
# the cosine does not depend on length, and NumPy, which divides, gives NaN with a warning where squares vanish.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact @duckdb/node-api@1.5.5-r.5

cat >finding.mjs <<'JS'
import { DuckDBInstance } from '@duckdb/node-api';

const connection = await (await DuckDBInstance.create()).connect();
const wrong = [];
for (const component of ['1e-25', '1', '1e20']) {
  const vector = (type) => `[${component}, ${component}, ${component}]::${type}`;
  const [row] = (
    await connection.runAndReadAll(`select
      array_cosine_similarity(${vector('float[3]')}, ${vector('float[3]')}) as array_float,
      list_cosine_similarity(${vector('float[]')}, ${vector('float[]')}) as list_float,
      array_cosine_distance(${vector('float[3]')}, ${vector('float[3]')}) as distance_float,
      array_cosine_similarity(${vector('double[3]')}, ${vector('double[3]')}) as array_double`)
  ).getRowObjectsJson();
  console.log(`components of ${component}:`, row);
  wrong.push(row.array_float === -1 && row.list_float === -1 && row.distance_float === 2 && row.array_double > 0.999);
}
seen(wrong.join() === 'true,false,true');

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
