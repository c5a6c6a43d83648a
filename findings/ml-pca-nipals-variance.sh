#!/usr/bin/env bash
# ml-pca 4.1.1: what share of the variance two components explain depends on the method that found them.
#
# With method 'NIPALS', getEigenvalues() is larger by the factor n - 1 than with 'SVD' for the same data, and
# getExplainedVariance() divides by the sum of the components that were asked for: two components always explain all of
# it, whatever the other dimensions hold.
#
# Expected: the same numbers. The type documentation promises "the proportion of variance for each component" and "the
# Eigenvalues" of the covariance matrix, and says of method only which one finds the components. The values of 'SVD'
# are those of NumPy's eigvalsh(cov(x.T)); scikit-learn's explained_variance_ratio_ divides by the whole variance.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact ml-pca@4.1.1

cat >finding.mjs <<'JS'
import { PCA } from 'ml-pca';

const rows = [[1, 2, 3], [3, 4.5, 1], [5, 6, 9], [2, 2, 2]];
const svd = new PCA(rows);
const nipals = new PCA(rows, { method: 'NIPALS', nCompNIPALS: 2 });
const two = (values) => values.slice(0, 2);
const show = (values) => values.map((value) => value.toFixed(4)).join(', ');
const sum = (values) => values.reduce((total, value) => total + value, 0);
console.log('eigenvalues, SVD:          ', show(two(svd.getEigenvalues())));
console.log('eigenvalues, NIPALS:       ', show(nipals.getEigenvalues()));
console.log('explained variance, SVD:   ', show(two(svd.getExplainedVariance())));
console.log('explained variance, NIPALS:', show(nipals.getExplainedVariance()));
const factor = nipals.getEigenvalues()[0] / svd.getEigenvalues()[0];
seen(
  Math.abs(factor - (rows.length - 1)) < 1e-3 &&
    Math.abs(sum(nipals.getExplainedVariance()) - 1) < 1e-9 &&
    sum(two(svd.getExplainedVariance())) < 0.995,
);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
