import { describe, expect, it } from 'vitest';
import { compareAll } from '../../../server/engine/measurement/betweenModalities.ts';
import { contrastiveLosses } from '../../../server/engine/measurement/contrastiveLosses.ts';
import { dealParts, fixedParts, inOrder } from '../../../server/engine/measurement/parallelTask.ts';
import { everyRow } from '../../../server/engine/measurement/relevance.ts';
import { cosinesWithin } from '../../../server/engine/measurement/withinModality.ts';
import { Distribution } from '../../../server/engine/numerics/distribution.ts';
import { Kernels } from '../../../server/engine/numerics/kernels.ts';
import { matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { RowAccumulator } from '../../../server/engine/numerics/rowAccumulator.ts';
import { useKernels } from '../measureMatrices.ts';

const kernels = useKernels();
/** Its pool is null, as that of a device other than the CPU: everything is computed on this thread. */
class OneThread extends Kernels {
  override pool(): null {
    return null;
  }
}
const oneThread = new OneThread({ device: 'cpu' });

/** Enough rows for threads to be used. */
const rows = 9000;

function units(seed: number) {
  const accumulator = new RowAccumulator(16, rows);
  new Random(seed).fillNormal(accumulator.chunk(0), 0.3);
  accumulator.normalize(0, rows);
  return matrix(rows, 16, accumulator.chunk(0).slice());
}

describe('parts dealt out to threads', () => {
  it('are all dealt, each once, and come back in order', () => {
    for (const threads of [1, 2, 3, 16, 40]) {
      expect(inOrder(dealParts(fixedParts, threads))).toEqual(
        Array.from({ length: fixedParts }, (_, i) => i),
      );
    }
  });
});

describe('threads', () => {
  it('give the very numbers that one thread gives', async () => {
    const x = units(1);
    const y = units(2);
    const matched = Float64Array.from({ length: rows }, (_, row) =>
      x.data
        .subarray(row * 16, row * 16 + 16)
        .reduce((sum, value, k) => sum + value * y.data[row * 16 + k]!, 0),
    );
    const compare = async (computing: Kernels) => {
      const within = await cosinesWithin(computing, x);
      const between = await compareAll(computing, x, y, matched, everyRow(rows), everyRow(rows));
      const losses = await contrastiveLosses(computing, x, y, {
        direction: new Float64Array(16).fill(0.25),
        shifts: [-0.5, 0, 0.5].map((first) => ({ first, second: first })),
        logitScales: [30, 1],
        batchSize: 'full',
      });
      const { mismatched, ...ranks } = between;
      return { within: within.state(), mismatched: mismatched.state(), ranks, losses };
    };
    expect(await compare(kernels)).toEqual(await compare(oneThread));
  });

  it('count up to the whole', async () => {
    let counted = 0;
    await cosinesWithin(kernels, units(3), { progress: (more) => (counted += more) });
    expect(counted).toBe((rows * (rows - 1)) / 2);
  });

  it('stop when they are told to, and can be used again', async () => {
    const controller = new AbortController();
    const stopped = cosinesWithin(kernels, units(4), {
      signal: controller.signal,
      progress: () => {
        controller.abort(new Error('enough'));
      },
    });
    await expect(stopped).rejects.toThrow('enough');
    expect((await cosinesWithin(kernels, units(4))).count).toBe((rows * (rows - 1)) / 2);
  });

  it('hand on what a task throws', async () => {
    const broken = units(5);
    broken.data[77] = NaN;
    await expect(cosinesWithin(kernels, broken)).rejects.toThrow('finite values');
  });

  it('merge distributions of different widths to that of all values', () => {
    const random = new Random(6);
    const narrow = random.fillNormal(new Float32Array(1000), 0.5, 1e-4);
    const wide = random.fillNormal(new Float32Array(1000), -0.5, 0.1);
    const parts = [narrow, wide, new Float32Array(0)].map((values) => {
      const part = new Distribution();
      part.add(values);
      return part.state();
    });
    const all = new Distribution();
    all.add(narrow);
    all.add(wide);
    const merged = Distribution.merge(parts);
    expect(merged.rebin(100)).toEqual(all.rebin(100));
    expect(merged.moments.deviation).toBeCloseTo(all.moments.deviation, 12);
    expect([merged.min, merged.max, merged.count]).toEqual([all.min, all.max, 2000]);
  });
});
