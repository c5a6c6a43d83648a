#!/usr/bin/env bash
# DuckDB 1.5.5 (npm @duckdb/node-api 1.5.5-r.5): sem() is not stddev() divided by the root of the count.
#
# stddev() is the sample's standard deviation, with n - 1. sem() divides the population's, with n, by the root of n, so
# that the standard error of a few values is too small: by a factor of 1.41 for two values, 1.15 for four.
#
# Expected: s / sqrt(n) with n - 1, the estimate that the words "standard error of the mean" mean for a sample.
# DuckDB's own description of sem says "Returns the standard error of the mean", that of stddev "Returns the sample
# standard deviation"; scipy.stats.sem and pandas' sem take n - 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact @duckdb/node-api@1.5.5-r.5

cat >finding.mjs <<'JS'
import { DuckDBInstance } from '@duckdb/node-api';

const connection = await (await DuckDBInstance.create()).connect();
const [row] = (
  await connection.runAndReadAll(`select sem(x) as sem, stddev(x) / sqrt(count(x)) as from_sample,
    stddev_pop(x) / sqrt(count(x)) as from_population from (values (1.0), (2.0), (3.0), (4.0)) as t(x)`)
).getRowObjectsJson();
console.log('of 1, 2, 3, 4:', row);
seen(Math.abs(row.sem - row.from_population) < 1e-12 && Math.abs(row.from_sample / row.sem - Math.sqrt(4 / 3)) < 1e-12);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
