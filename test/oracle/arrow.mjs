// Writes Arrow files with polars, compressed and not, and the values in them, for the tests of the Arrow reader.
//
// Run with nodejs-polars, which is no dependency:
//   npm install --no-save nodejs-polars@0.26.1 nodejs-polars-linux-x64-gnu@0.26.1 && node test/oracle/arrow.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pl from 'nodejs-polars';

const folder = fileURLToPath(new URL('arrow', import.meta.url));
mkdirSync(folder, { recursive: true });
const [rows, columns] = [150, 8];
// Values that repeat, so that they can be compressed, and that float32 holds exactly.
const rowsOf = (seed) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) => ((row * seed) % 7) - column / 4),
  );
const [image, text] = [rowsOf(3), rowsOf(5)];
const codes = image.map((row) => row.map((value) => Math.round(value * 4)));
const frame = pl.DataFrame({
  id: image.map((_, row) => `row ${row}, which has a name that is longer than twelve bytes`),
  image: pl.Series('image', image, pl.List(pl.Float32)),
  number: image.map((_, row) => row),
  text: pl.Series('text', text, pl.List(pl.Float64)),
  codes: pl.Series('codes', codes, pl.List(pl.Int16)),
});
for (const compression of ['uncompressed', 'lz4', 'zstd']) {
  frame.writeIPC(`${folder}/file_${compression}.arrow`, { compression });
  frame.writeIPCStream(`${folder}/stream_${compression}.arrow`, { compression });
}
writeFileSync(`${folder}.json`, `${JSON.stringify({ image, text, codes })}\n`);
