// Gap, mean cosine and resultant length of a large .npy in one streaming pass, beside the disk's own speed.
// `npm run bench -- bench/streaming.ts [rows] [file]`; the file is made if absent, in the temporary folder by default.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { npyHeader } from './encodeNpy.ts';
import { validateConfig } from '../server/config/parseConfig.ts';
import { runMeasurement } from '../server/engine/run.ts';
import { unitRows } from './unitRows.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const columns = 512;
const path = process.argv[3] ?? join(tmpdir(), `bench-streaming-${rows}.npy`);

async function makeFile(): Promise<void> {
  const block = 10_000;
  // One block of random rows, written again with its columns turned: rows differ, and a file is made fast.
  const { data } = unitRows('block', block, columns, 0.4);
  const file = await open(path, 'w');
  await file.write(npyHeader(rows, columns));
  for (let written = 0; written < rows; written += block) {
    const turned = new Float32Array(data.length);
    const turn = written / block;
    for (let i = 0; i < data.length; i++) turned[i] = data[(i + turn) % data.length]!;
    await file.write(new Uint8Array(turned.buffer), 0, Math.min(block, rows - written) * columns * 4);
  }
  await file.sync();
  await file.close();
}

/** Takes the file out of the page cache, so that the next reader meets the disk. */
function dropFromCache(): void {
  execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0'], { stdio: 'ignore' });
}

/** Seconds that reading the whole file takes, with nothing done to it. */
async function readAlone(): Promise<number> {
  const file = await open(path);
  const buffer = Buffer.alloc(2 ** 23);
  const started = performance.now();
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length);
    if (bytesRead === 0) break;
  }
  await file.close();
  return (performance.now() - started) / 1000;
}

if (!existsSync(path)) await makeFile();
const gigabytes = (await stat(path)).size / 1e9;
const { config } = validateConfig({
  name: 'streaming',
  data: { kind: 'npy', path },
  pairRows: 2000,
  experiments: [{ kind: 'modality-gap', metrics: ['mean-cosine', 'mean-resultant-length'] }],
});
const best = { disk: Infinity, reading: Infinity, run: Infinity };
for (let round = 0; round < 3; round++) {
  dropFromCache();
  best.disk = Math.min(best.disk, await readAlone());
  dropFromCache();
  const started = performance.now();
  const { report } = await runMeasurement(config!, {
    baseFolder: '/',
    signal: new AbortController().signal,
    progress: () => undefined,
    strict: true,
    keepEmbeddings: false,
  });
  const seconds = (performance.now() - started) / 1000;
  best.run = Math.min(best.run, seconds);
  best.reading = Math.min(best.reading, report.provenance.timings['reading']!);
  const values = report.results.map(({ metric, value }) => `${metric} ${String(value)}`);
  console.log(`  run ${seconds.toFixed(2)} s: ${values.join(', ')}`);
}
console.log(`\n${rows} × ${columns} float32, ${gigabytes.toFixed(2)} GB:`);
for (const [name, seconds] of Object.entries(best)) {
  console.log(`  ${name.padEnd(8)} ${seconds.toFixed(2)} s  ${(gigabytes / seconds).toFixed(2)} GB/s`);
}
console.log(`  speed of the pass over the disk's: ${(best.disk / best.reading).toFixed(2)}`);
console.log(`  peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
