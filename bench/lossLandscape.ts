// The loss landscape of N pairs as one full batch, 40 shifts × 6 temperatures, beside numpy recomputing the product
// for each shift. `npm run bench -- bench/lossLandscape.ts [pairs] [rounds]`
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contrastiveLosses } from '../server/engine/measurement/contrastiveLosses.ts';
import { Kernels } from '../server/engine/numerics/kernels.ts';
import { encodeNpy } from './encodeNpy.ts';
import { startPythonPeer } from './pythonPeer.ts';
import { normalize, unitRows } from './unitRows.ts';

const pairs = Number(process.argv[2] ?? 5000);
const rounds = Number(process.argv[3] ?? 3);
const columns = 512;
const threads = 2;
const logitScales = [100, 50, 30, 20, 10, 1];
const deltas = Array.from({ length: 40 }, (_, i) => -5 + i * 0.25);
/** The shifts the peer is timed at. */
const timed = [-2, 0.5];

const x = unitRows('first', pairs, columns, 0.8);
const y = unitRows('second', pairs, columns, -0.3);
// Matched pairs share half of what is their own.
for (let i = 0; i < y.data.length; i++) y.data[i] = y.data[i]! + 0.5 * x.data[i]!;
const mean = (data: Float32Array, k: number): number => {
  let sum = 0;
  for (let row = 0; row < pairs; row++) sum += data[row * columns + k]!;
  return sum / pairs;
};
normalize(y);
const gap = Float64Array.from({ length: columns }, (_, k) => mean(x.data, k) - mean(y.data, k));
const length = Math.hypot(...gap);

async function timeOurs(kernels: Kernels): Promise<{ seconds: number; losses: number[][] }> {
  const started = performance.now();
  const landscape = await contrastiveLosses(kernels, x, y, {
    direction: gap.map((entry) => entry / length),
    shifts: deltas.map((delta) => ({ first: delta / 2, second: delta / 2 })),
    logitScales,
    batchSize: 'full',
  });
  const losses = landscape.map((atShift) =>
    atShift.map(({ firstToSecond, secondToFirst }) => {
      const total = firstToSecond.reduce((sum, loss, row) => sum + loss + secondToFirst[row]!, 0);
      return total / (2 * pairs);
    }),
  );
  return { seconds: (performance.now() - started) / 1000, losses };
}

const folder = await mkdtemp(join(tmpdir(), 'bench-'));
const kernels = new Kernels({ device: 'cpu', threads });
try {
  const paths = [join(folder, 'x.npy'), join(folder, 'y.npy')];
  await writeFile(paths[0]!, encodeNpy(x));
  await writeFile(paths[1]!, encodeNpy(y));
  const numpy = startPythonPeer('lossLandscape.py', paths, threads);
  let [ours, peer, difference] = [Infinity, Infinity, 0];
  for (let round = 0; round < rounds; round++) {
    const { seconds, losses } = await timeOurs(kernels);
    const answer = await numpy.run(timed.join(' '));
    ours = Math.min(ours, seconds);
    peer = Math.min(peer, answer.seconds);
    for (const delta of timed) {
      const found = answer.found[
        Number.isInteger(delta) ? delta.toFixed(1) : String(delta)
      ] as unknown as number[];
      losses[deltas.indexOf(delta)]!.forEach((loss, k) => {
        difference = Math.max(difference, Math.abs(loss - found[k]!));
      });
    }
    console.log(`  ours ${seconds.toFixed(2)} s, numpy ${answer.seconds.toFixed(2)} s`);
  }
  numpy.stop();
  console.log(
    `\nLoss landscape of ${pairs} × ${columns} pairs, full batch, 40 shifts × 6 temperatures, ${threads} threads:`,
  );
  console.log(`  ours   ${ours.toFixed(2)} s`);
  console.log(
    `  numpy  ${peer.toFixed(2)} s (${timed.length} of 40 shifts timed)   numpy / ours: ${(peer / ours).toFixed(1)}`,
  );
  console.log(`  largest difference of a loss: ${difference.toExponential(1)}`);
} finally {
  await kernels.dispose();
  await rm(folder, { recursive: true, force: true });
}
