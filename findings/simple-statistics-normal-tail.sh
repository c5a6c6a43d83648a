#!/usr/bin/env bash
# simple-statistics 7.12.1: no normal probability is smaller than 0.001.
#
# cumulativeStdNormalProbability ends at 3.09 standard deviations: -4 and -8 both give 0.001 where the probabilities
# are 3.2e-5 and 6.2e-16. No p-value made of it passes a threshold below 0.001, so that with a correction for many
# comparisons nothing is ever significant.
#
# Expected: the probability, or an error beyond the table. The documentation says that a formula with errorFunction may
# be used "instead of looking it up in a table", and not that the table ends; R's pnorm and scipy.stats.norm.cdf give
# the values above.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact simple-statistics@7.12.1

cat >finding.mjs <<'JS'
import { cumulativeStdNormalProbability, errorFunction } from 'simple-statistics';

for (const z of [-2, -3, -4, -8]) {
  const formula = 0.5 + 0.5 * errorFunction(z / Math.sqrt(2));
  console.log(`z = ${z}: given ${cumulativeStdNormalProbability(z)}, by errorFunction ${formula}`);
}
seen(
  cumulativeStdNormalProbability(-4) === 0.001 &&
    cumulativeStdNormalProbability(-8) === 0.001 &&
    0.5 + 0.5 * errorFunction(-4 / Math.sqrt(2)) < 1e-4,
);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
