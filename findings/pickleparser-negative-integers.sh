#!/usr/bin/env bash
# pickleparser 0.2.1: negative integers beyond 32 bits come back as other, positive numbers.
#
# Python writes such integers, hashes or identifiers of samples, as LONG1 in every protocol since 2. The parser reads
# the bytes without their sign: -1099511627776 becomes 280375465082880. Protocol 1, which writes digits, gives the
# right number.
#
# Expected: the number. Python's pickletools says of the argument of LONG1 that a reader "interprets them as a
# little-endian 2's-complement long" (https://github.com/python/cpython/blob/main/Lib/pickletools.py), and Python reads
# what it wrote.
#
# Needs Python 3, which writes the pickles.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact pickleparser@0.2.1

"${PYTHON:-/usr/bin/python3}" - <<'PY'
import pickle

for protocol in (1, 2, 4):
    with open(f"protocol{protocol}.pkl", "wb") as file:
        pickle.dump([-(2**40), -(2**31) - 1, 2**40, -1], file, protocol=protocol)
    with open(f"protocol{protocol}.pkl", "rb") as file:
        print(f"Python, protocol {protocol}:      ", pickle.load(file))
PY
cat >finding.mjs <<'JS'
import { readFileSync } from 'node:fs';
import pickleparser from 'pickleparser';

const read = (protocol) => {
  const values = new pickleparser.Parser().parse(readFileSync(`protocol${protocol}.pkl`));
  console.log(`pickleparser, protocol ${protocol}:`, values);
  return values.join();
};
const right = [-(2 ** 40), -(2 ** 31) - 1, 2 ** 40, -1].join();
const wrong = [280375465082880, 1097364144127, 2 ** 40, -1].join();
seen(read(1) === right && read(2) === wrong && read(4) === wrong);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
