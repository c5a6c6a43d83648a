#!/usr/bin/env bash
# ONNX Runtime 1.30.0 (npm onnxruntime-node, CPU, one thread): the mean over the tokens of a text depends on whether
# other texts are in the batch.
#
# ReduceMean over axis 1 of float32 [batch, tokens, 384], the pooling of sentence models: the row of a text that is
# alone has other bits than the row of the same text in a batch of 8. Every text has the same number of tokens, there
# is no padding, and nothing else is in the model. A cache of embeddings that is keyed by the text, or a test of
# equality, cannot assume that batches are immaterial.
#
# Expected: the same bits. ONNX's specification of ReduceMean (https://onnx.ai/onnx/operators/onnx__ReduceMean.html)
# takes the mean of each row by itself; NumPy 1.24 and PyTorch 1.13 on the same shapes give the same bits alone and in
# the batch.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact onnxruntime-node@1.30.0

cat >finding.mjs <<'JS'
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
const attributes = [
  ...bytes(5, [...bytes(1, 'axes'), ...number(8, 1), ...number(20, 7)]),
  ...bytes(5, [...bytes(1, 'keepdims'), ...number(3, 0), ...number(20, 2)]),
];
const mean = [...bytes(1, 'x'), ...bytes(2, 'y'), ...bytes(4, 'ReduceMean'), ...attributes];
const session = await ort.InferenceSession.create(
  model(mean, tensor('x', 1, ['batch', 'tokens', 'dim']), tensor('y', 1, ['batch', 'dim'])),
  { intraOpNumThreads: 1, interOpNumThreads: 1 },
);
const [batch, dim] = [8, 384];
let state = 1;
const draw = () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
const meanOf = async (values, shape) => (await session.run({ x: new ort.Tensor('float32', values, shape) })).y.data;
let differences = 0;
for (const tokens of [12, 50, 197]) {
  const values = Float32Array.from({ length: batch * tokens * dim }, draw);
  const together = await meanOf(values, [batch, tokens, dim]);
  let [different, largest] = [0, 0];
  for (let row = 0; row < batch; row++) {
    const alone = await meanOf(values.slice(row * tokens * dim, (row + 1) * tokens * dim), [1, tokens, dim]);
    alone.forEach((value, column) => {
      const difference = Math.abs(value - together[row * dim + column]);
      if (difference > 0) different++;
      largest = Math.max(largest, difference);
    });
  }
  console.log(`${tokens} tokens: ${different} of ${together.length} values differ, by up to ${largest}`);
  differences += different;
}
seen(differences > 0);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
