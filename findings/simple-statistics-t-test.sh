#!/usr/bin/env bash
# simple-statistics 7.12.1: tTest is not the t statistic.
#
# It divides by the standard deviation of a population, with n, where Student's statistic has the sample's, with n - 1:
# too large by the root of n / (n - 1), and its p-value too small, by most for the few repetitions that an experiment
# has. tTestTwoSample of the same package takes n - 1.
#
# Expected: (mean - expected) / (s / sqrt(n)) with n - 1. The function's documentation links to
# https://en.wikipedia.org/wiki/Student%27s_t-test#One-sample_t-test, which defines s so; R's t.test and
# scipy.stats.ttest_1samp compute that. A proposed correction:
# https://github.com/simple-statistics/simple-statistics/pull/848.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact simple-statistics@7.12.1

cat >finding.mjs <<'JS'
import { mean, sampleStandardDeviation, tTest } from 'simple-statistics';

const values = [1, 2, 3];
const expected = 2.5;
const student = (mean(values) - expected) / (sampleStandardDeviation(values) / Math.sqrt(values.length));
const given = tTest(values, expected);
console.log('Student, of 1, 2, 3 and 2.5:', student);
console.log('tTest([1, 2, 3], 2.5):      ', given);
seen(Math.abs(given / student - Math.sqrt(3 / 2)) < 1e-9);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
