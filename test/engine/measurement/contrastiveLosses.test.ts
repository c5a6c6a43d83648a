import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  ContrastiveLossOptions,
  PairLosses,
} from '../../../server/engine/measurement/contrastiveLosses.ts';
import { contrastiveLosses } from '../../../server/engine/measurement/contrastiveLosses.ts';
import { rowRange, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import { infoNce, moved } from '../infoNce.ts';
import { useKernels } from '../measureMatrices.ts';
import { matrixOf, pairedCones, unitRows } from '../pairedCones.ts';

const kernels = useKernels();

interface Pair {
  readonly x: Matrix;
  readonly y: Matrix;
}

function unitPair(seed: number, rows: number, columns: number): Pair {
  const { x, y } = pairedCones(seed, ['x', 'y'], { rows, columns });
  return { x: matrixOf(unitRows(x)), y: matrixOf(unitRows(y)) };
}

/** Any unit vector. */
const directionOf = (columns: number): Float64Array =>
  Float64Array.from({ length: columns }, (_, k) => (k % 2 === 0 ? 1 : -1) / Math.sqrt(columns));

/** The losses for the only shift and the only logit scale of the options. */
async function lossesOf({ x, y }: Pair, options: ContrastiveLossOptions): Promise<PairLosses> {
  const [[losses] = []] = await contrastiveLosses(kernels, x, y, options);
  return losses!;
}

async function expectReference(
  { x, y }: Pair,
  options: Omit<ContrastiveLossOptions, 'direction'>,
  tolerance: number,
): Promise<void> {
  const direction = directionOf(x.columns);
  const found = await contrastiveLosses(kernels, x, y, { direction, ...options });
  const batchSize = options.batchSize === 'full' ? x.rows : options.batchSize;
  for (const [s, { first, second }] of options.shifts.entries()) {
    for (const [k, scale] of options.logitScales.entries()) {
      const reference = infoNce(
        moved(unitRows(x), direction, -first),
        moved(unitRows(y), direction, second),
        scale,
        batchSize,
      );
      for (const way of ['firstToSecond', 'secondToFirst'] as const) {
        const losses = found[s]![k]![way];
        expect(losses).toHaveLength(reference[way].length);
        const worst = Math.max(...losses.map((loss, row) => Math.abs(loss - reference[way][row]!)));
        expect(worst, `${way} at shift ${s}, scale ${scale}`).toBeLessThan(tolerance);
      }
    }
  }
}

describe('contrastive losses of each pair', () => {
  it('agree with the definition in float64, whatever the shifts, temperatures and batches', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 2, max: 12 }),
        fc.integer({ min: 2, max: 20 }),
        async (seed, rows, columns, batch) => {
          const shifts = [
            { first: 0, second: 0 },
            { first: 0.3, second: 0.3 },
            { first: -2.4, second: 1.7 },
            { first: 4, second: 0 },
          ];
          await expectReference(
            unitPair(seed, rows, columns),
            { shifts, logitScales: [100, 7, 1], batchSize: Math.min(batch, rows) },
            1e-4,
          );
        },
      ),
      { numRuns: 20 },
    ));

  const oneShift = { shifts: [{ first: 0.4, second: 0.2 }], logitScales: [100, 10] };

  it.each<[string, number, number | 'full']>([
    ['a full batch of several tiles', 800, 'full'],
    ['one batch of several tiles and a remainder', 850, 800],
    ['two batches of several tiles each', 1560, 780],
    ['many small batches, sent in parts', 1030, 17],
  ])('agree with it in %s', async (_, rows, batchSize) => {
    await expectReference(unitPair(5, rows, 6), { ...oneShift, batchSize }, 5e-5);
  });

  it('are the same in one batch of all rows as in a full batch', async () => {
    for (const rows of [60, 800]) {
      const { x, y } = unitPair(3, rows, 8);
      const options = { direction: directionOf(8), ...oneShift };
      const full = await contrastiveLosses(kernels, x, y, { ...options, batchSize: 'full' });
      expect(await contrastiveLosses(kernels, x, y, { ...options, batchSize: rows })).toEqual(full);
    }
  });

  it('leave out a last, smaller batch', async () => {
    const { x, y } = unitPair(4, 23, 5);
    const options = { direction: directionOf(5), ...oneShift, logitScales: [10], batchSize: 5 };
    const cut = (m: Matrix) => rowRange(m, 0, 20);
    const all = await lossesOf({ x, y }, options);
    const whole = await lossesOf({ x: cut(x), y: cut(y) }, options);
    expect(all.firstToSecond).toHaveLength(20);
    expect(all.firstToSecond).toEqual(whole.firstToSecond);
  });

  it('are ln(batch size) where all rows are equal, and nearly nothing where only partners are', async () => {
    const equal = matrixOf(Array.from({ length: 6 }, () => [0.6, 0.8, 0]));
    const options = { direction: Float64Array.of(0, 0, 1), shifts: [{ first: 0, second: 0 }] };
    const chance = await lossesOf(
      { x: equal, y: equal },
      {
        ...options,
        logitScales: [100],
        batchSize: 3,
      },
    );
    for (const loss of [...chance.firstToSecond, ...chance.secondToFirst]) {
      expect(loss).toBeCloseTo(Math.log(3), 5);
    }
    const axes = matrixOf([
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    const apart = await lossesOf(
      { x: axes, y: axes },
      {
        ...options,
        logitScales: [10],
        batchSize: 'full',
      },
    );
    for (const loss of apart.firstToSecond) expect(loss).toBeCloseTo(Math.log1p(2 * Math.exp(-10)), 6);
  });

  it('refuse a batch larger than the data and a shift to the origin, and stop when told', async () => {
    const { x, y } = unitPair(1, 4, 3);
    const options = { direction: directionOf(3), ...oneShift };
    await expect(contrastiveLosses(kernels, x, y, { ...options, batchSize: 5 })).rejects.toThrow(
      'A batch of 5 needs as many rows, found 4',
    );
    const axis = matrixOf([
      [1, 0],
      [0, 1],
    ]);
    await expect(
      contrastiveLosses(kernels, axis, axis, {
        direction: Float64Array.of(1, 0),
        shifts: [{ first: 1, second: 0 }],
        logitScales: [1],
        batchSize: 2,
      }),
    ).rejects.toThrow('moves row 1 to the origin');
    const stop = new AbortController();
    let steps = 0;
    const progress = () => {
      if (++steps === 2) stop.abort(new Error('stopped'));
    };
    const shifts = Array.from({ length: 10 }, (_, i) => ({ first: i / 10, second: 0 }));
    await expect(
      contrastiveLosses(kernels, x, y, { ...options, shifts, batchSize: 2, signal: stop.signal, progress }),
    ).rejects.toThrow('stopped');
    expect(steps).toBe(2);
  });
});
