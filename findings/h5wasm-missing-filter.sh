#!/usr/bin/env bash
# h5wasm 0.10.3 (HDF5 2.0.0): a dataset that cannot be decompressed has a value all the same.
#
# A dataset compressed by LZF, which h5py has built in and h5wasm has not: `dataset.value` throws nothing and returns
# an array of the right type and length, with whatever was in memory. Only standard error hears of it, where HDF5
# prints its diagnosis ("required filter 'lzf' is not registered"). The file is valid: h5py reads it.
#
# Expected: an exception. HDF5 says of H5Dread "Returns a non-negative value if successful; otherwise, returns a
# negative value" (https://docs.hdfgroup.org/hdf5/develop/group___h5_d.html), and h5py raises OSError for a filter that
# it lacks.
#
# Needs Debian's python3-h5py, which writes the file.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact h5wasm@0.10.3

"${PYTHON:-/usr/bin/python3}" - <<'PY'
import h5py
import numpy

values = (numpy.arange(4000) % 7 + 1).astype("float32").reshape(500, 8)
with h5py.File("embeddings.h5", "w") as file:
    file.create_dataset("image", data=values, chunks=(100, 8), compression="lzf")
with h5py.File("embeddings.h5") as file:
    print("h5py:  ", *file["image"][0])
PY
cat >finding.mjs <<'JS'
import h5wasm from 'h5wasm/node';

await h5wasm.ready;
const dataset = new h5wasm.File('embeddings.h5', 'r').get('image');
let values;
try {
  values = dataset.value;
  console.log('h5wasm:', values.constructor.name, values.length, 'values:', ...values.slice(0, 8));
} catch (error) {
  console.log('h5wasm threw:', error.message);
}
const same = values?.every((value, index) => value === (index % 7) + 1);
const holds = values?.length === 4000 && !same;
console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
process.exitCode = holds ? 0 : 1;
JS
result=0
node finding.mjs 2>errors || result=$?
echo "Standard error: $(grep -m 1 -o "required filter.*" errors || echo nothing)"
exit "$result"
