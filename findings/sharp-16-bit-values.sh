#!/usr/bin/env bash
# sharp 0.35.5: raw({ depth: 'ushort' }) gives 8-bit values in 16-bit numbers, in the documentation's own example.
#
# "Extract alpha channel as raw, unsigned 16-bit pixel data from PNG input", from the documentation of raw, on a PNG of
# 16 bits whose alpha channel holds 0, 255, 256, 1000, 32768 and 65535: 0, 0, 0, 3, 127, 255. The pipeline has reduced
# the image to 8 bits before it looks at the depth, and the cast that follows does not scale: neither the precision nor
# the range of 16 bits is left. With 'grey16' for 'b-w', a colour space that has no part in the depth asked for, the
# values are kept.
#
# Expected: the stored values, or at least values up to 65535, as https://sharp.pixelplumbing.com/api-output/#raw says;
# metadata() says depth ushort, and OpenCV's IMREAD_UNCHANGED gives the stored values.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact sharp@0.35.5

cat >finding.mjs <<'JS'
import sharp from 'sharp';

const alpha = [0, 255, 256, 1000, 32768, 65535];
const pixels = Uint16Array.from(alpha.flatMap((value) => [10000, 20000, 30000, value]));
const png = await sharp(pixels, { raw: { width: alpha.length, height: 1, channels: 4 } })
  .toColourspace('rgb16')
  .png()
  .toBuffer();
const extract = async (space) => {
  const pipeline = sharp(png).ensureAlpha().extractChannel(3).toColourspace(space).raw({ depth: 'ushort' });
  const data = await pipeline.toBuffer();
  return [...new Uint16Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength))];
};
const { depth } = await sharp(png).metadata();
const example = await extract('b-w');
const kept = await extract('grey16');
console.log('depth of the PNG:', depth);
console.log('stored alpha:    ', alpha.join());
console.log("example, 'b-w':  ", example.join());
console.log("with 'grey16':   ", kept.join());
seen(depth === 'ushort' && kept.join() === alpha.join() && Math.max(...example) === 255);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
