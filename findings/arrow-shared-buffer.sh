#!/usr/bin/env bash
# apache-arrow 21.2.0: two columns over the same memory are written once, and the second is read as something else.
#
# Two columns of fixed-size lists over one Float32Array, an embedding under two names: in memory both are right.
# tableToIPC writes the bytes once but counts them twice. Read back as a file, the second column holds the bytes that
# happen to follow, the footer of the file among them, without an error; as a stream, reading fails for want of bytes.
#
# Expected: the table that was written. Arrow's format (https://arrow.apache.org/docs/format/Columnar.html) places the
# buffers of a record batch by offset and length within a body of bodyLength bytes, and its memory is made to be
# shared.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact apache-arrow@21.2.0

cat >finding.mjs <<'JS'
import { Field, FixedSizeList, Float32, makeData, makeVector, Table, tableFromIPC, tableToIPC } from 'apache-arrow';

const [rows, dim] = [6, 4];
const type = new FixedSizeList(dim, new Field('item', new Float32(), false));
const column = (values) => {
  const child = makeData({ type: new Float32(), data: values });
  return makeVector(makeData({ type, length: rows, nullCount: 0, child }));
};
const values = Float32Array.from({ length: rows * dim }, (_, index) => index + 1);
const first = (table) => JSON.stringify(table.get(0));
const readBack = (table, format) => {
  try {
    return first(tableFromIPC(tableToIPC(table, format)));
  } catch (error) {
    return error.message;
  }
};
const shared = new Table({ image: column(values), text: column(values) });
const apart = new Table({ image: column(values), text: column(values.slice()) });
const right = first(shared);
const [file, stream, copies] = [readBack(shared, 'file'), readBack(shared, 'stream'), readBack(apart, 'file')];
console.log('row 0 in memory:             ', right);
console.log('read back as a file:         ', file);
console.log('read back as a stream:       ', stream);
console.log('as a file, memory not shared:', copies);
seen(copies === right && file.startsWith('{') && file !== right && stream.startsWith('Expected to read'));

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
