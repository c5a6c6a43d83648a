// All pairs of N × 512 unit rows: mean, min, max, standard deviation, histogram and quantiles, beside numpy.
// `npm run bench -- bench/allPairs.ts [rows] [rounds]`; rows above 20,000 run without the peer, for memory.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cosinesWithin } from '../server/engine/measurement/withinModality.ts';
import { Kernels } from '../server/engine/numerics/kernels.ts';
import type { Matrix } from '../server/engine/numerics/matrix.ts';
import { encodeNpy } from './encodeNpy.ts';
import { startPythonPeer } from './pythonPeer.ts';
import { unitRows } from './unitRows.ts';

const rows = Number(process.argv[2] ?? 5000);
const rounds = Number(process.argv[3] ?? 7);
const columns = 512;
const threads = 2;
const ways = ['product', 'users', 'users without quantiles', 'best'] as const;

async function timeOurs(kernels: Kernels, units: Matrix): Promise<{ seconds: number; median: number }> {
  const started = performance.now();
  const cosines = await cosinesWithin(kernels, units);
  const median = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99].map((p) => cosines.quantile(p))[3]!;
  cosines.rebin(200);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `  ours: ${seconds.toFixed(3)} s, mean ${cosines.moments.mean.toFixed(6)}, std ${cosines.moments.deviation.toFixed(6)}, ` +
      `min ${cosines.min.toFixed(6)}, max ${cosines.max.toFixed(6)}, median ${median.toFixed(6)}`,
  );
  return { seconds, median };
}

const units = unitRows('cone', rows, columns, 0.8);
const kernels = new Kernels({ device: 'cpu', threads });
if (rows > 20_000) {
  await timeOurs(kernels, units);
} else {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const path = join(folder, 'rows.npy');
    await writeFile(path, encodeNpy(units));
    const shared = startPythonPeer('allPairs.py', [path, String(threads)], threads);
    const pooled = startPythonPeer('allPairs.py', [path, String(threads)], 1);
    const best: Record<string, number> = { ours: Infinity };
    const keep = (name: string, seconds: number): void => {
      best[name] = Math.min(best[name] ?? Infinity, seconds);
    };
    for (let round = 0; round < rounds; round++) {
      keep('ours', (await timeOurs(kernels, units)).seconds);
      for (const way of ways) {
        // The tiled way brings its own threads; a BLAS with threads of its own would get in their way.
        const { seconds, found } = await (way === 'best' ? pooled : shared).run(way);
        keep(`numpy ${way}`, seconds);
        if (round === 0) console.log(`  numpy ${way}: ${JSON.stringify(found)}`);
      }
    }
    shared.stop();
    pooled.stop();
    console.log(`\nAll pairs of ${rows} × ${columns}, ${threads} threads, best of ${rounds}:`);
    for (const [name, seconds] of Object.entries(best)) {
      console.log(
        `  ${name.padEnd(32)} ${seconds.toFixed(3)} s   ours / it: ${(best['ours']! / seconds).toFixed(2)}`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
await kernels.dispose();
console.log(`Peak memory of this process: ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`);
