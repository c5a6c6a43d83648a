#!/usr/bin/env bash
# sharp 0.35.5: greyscale() is not linear in the pixel values, and the advice to add gamma() makes it wrong.
#
# Pure red, green and blue become 127, 220 and 76: luminance in linear light, encoded again. A linear weighting of the
# pixel values would add up to white, 255; these add up to 423. With gamma(), which the documentation advises for sRGB
# images, the transfer curve is applied twice, and red becomes 185 while grey 128 becomes 126.
#
# Expected: 76, 150 and 29, the luma of Rec. 601, which Pillow's convert('L') and OpenCV's COLOR_BGR2GRAY compute and
# models of grey images were trained on. The documentation of greyscale
# (https://sharp.pixelplumbing.com/api-colour/#greyscale) says: "This is a linear operation. If the input image is in a
# non-linear colour space such as sRGB, use gamma() with greyscale() for the best results."
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{ "private": true, "type": "module" }' >package.json
npm install --ignore-scripts --no-audit --no-fund --silent --save-exact sharp@0.35.5

cat >finding.mjs <<'JS'
import sharp from 'sharp';

const pixels = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [128, 128, 128]];
const image = () => sharp(Buffer.from(pixels.flat()), { raw: { width: pixels.length, height: 1, channels: 3 } });
const grey = async (pipeline) => [...(await pipeline.toColourspace('b-w').raw().toBuffer())];
const plain = await grey(image().greyscale());
const advised = await grey(image().gamma().greyscale());
const luma = pixels.map(([red, green, blue]) => Math.round(0.299 * red + 0.587 * green + 0.114 * blue));
console.log('of red, green, blue and grey 128');
console.log('luma of Rec. 601:   ', luma.join());
console.log('greyscale():        ', plain.join());
console.log('gamma().greyscale():', advised.join());
const sum = plain[0] + plain[1] + plain[2];
console.log('greyscale() of red + green + blue, where white is 255:', sum);
seen(sum > 400 && Math.abs(plain[0] - 127) <= 1 && Math.abs(advised[0] - 185) <= 1);

function seen(holds) {
  console.log(holds ? 'The behaviour is there.' : 'The behaviour is no longer seen.');
  process.exitCode = holds ? 0 : 1;
}
JS
node finding.mjs
