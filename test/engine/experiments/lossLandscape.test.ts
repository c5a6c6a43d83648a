import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { ExperimentOutcome } from '../../../server/engine/experiments/experiment.ts';
import { lossLandscape } from '../../../server/engine/experiments/lossLandscape.ts';
import type { MeasurementSubjects } from '../../../server/engine/measurement/subjects.ts';
import type { Note } from '../../../server/protocol/report.ts';
import { infoNce, mean, moved } from '../infoNce.ts';
import type { Embeddings } from '../measureMatrices.ts';
import { contextOf, resultOf, subjectsOf, useKernels } from '../measureMatrices.ts';
import { matrixOf, pairedCones, unitRows } from '../pairedCones.ts';
import { describeShared, featurePair, sharedFile } from '../sharedData.ts';

const kernels = useKernels();

type Settings = z.input<typeof lossLandscape.params>;

function run(subjects: MeasurementSubjects, settings: Settings): Promise<ExperimentOutcome> {
  return lossLandscape.run(lossLandscape.params.parse(settings), contextOf(subjects));
}

async function runOn(embeddings: Embeddings, settings: Settings): Promise<ExperimentOutcome> {
  return run(await subjectsOf(kernels, embeddings), settings);
}

function columnOf({ tables }: ExperimentOutcome, name: string, table = 0): number[] {
  return tables[table]!.columns.find((column) => column.name === name)!.values.map(Number);
}

describe('loss landscape', () => {
  const pair = pairedCones(8, ['image', 'text'], { rows: 31, columns: 9 });
  const names = ['image', 'text'];

  it.each(['both', 'first', 'second'] as const)(
    'shifts %s, as the definition in float64 does',
    async (mode) => {
      const shifts = [-3, -0.5, 0, 0.25, 1, 2.5];
      const logitScales = [100, 5];
      const outcome = await runOn(pair, { mode, shifts, logitScales, batchSize: 10 });
      const [x, y] = [unitRows(pair.image), unitRows(pair.text)];
      const centre = (rows: number[][]) => rows[0]!.map((_, k) => mean(rows.map((row) => row[k]!)));
      const difference = (a: number[], b: number[]) => a.map((value, k) => value - b[k]!);
      const gap = difference(centre(x), centre(y));
      const direction = gap.map((value) => value / Math.hypot(...gap));
      const expected = logitScales.flatMap((scale) =>
        shifts.map((delta) => {
          const first = { both: delta / 2, first: delta, second: 0 }[mode];
          const second = { both: delta / 2, first: 0, second: delta }[mode];
          const [shiftedX, shiftedY] = [moved(x, direction, -first), moved(y, direction, second)];
          const losses = infoNce(shiftedX, shiftedY, scale, 10);
          const rest = difference(centre(unitRows(matrixOf(shiftedX))), centre(unitRows(matrixOf(shiftedY))));
          const along = rest.reduce((sum, value, k) => sum + value * direction[k]!, 0);
          return {
            distance: Math.sign(along) * Math.hypot(...rest),
            there: mean(losses.firstToSecond),
            back: mean(losses.secondToFirst),
          };
        }),
      );
      const found = (name: string) => columnOf(outcome, name);
      expect(found('shift')).toEqual([...shifts, ...shifts]);
      expect(found('logit-scale')).toEqual(logitScales.flatMap((scale) => shifts.map(() => scale)));
      expected.forEach(({ distance, there, back }, i) => {
        expect(found('signed-distance')[i]).toBeCloseTo(distance, 6);
        expect(found('loss-first-to-second')[i]).toBeCloseTo(there, 4);
        expect(found('loss-second-to-first')[i]).toBeCloseTo(back, 4);
        expect(found('loss-symmetric')[i]).toBeCloseTo((there + back) / 2, 4);
      });
      expect(found('signed-distance')[2]).toBeCloseTo(Math.hypot(...gap), 6);
      expect(found('signed-distance')[0]).toBeGreaterThan(Math.hypot(...gap));
    },
  );

  it('names the lowest and all local minima of its table', async () => {
    const outcome = await runOn(pair, { logitScales: [100, 1], batchSize: 'full' });
    const shifts = columnOf(outcome, 'shift').slice(0, 40);
    const distances = columnOf(outcome, 'signed-distance').slice(0, 40);
    for (const [k, logitScale] of [100, 1].entries()) {
      for (const direction of ['symmetric', 'first-to-second', 'second-to-first']) {
        const losses = columnOf(outcome, `loss-${direction}`).slice(40 * k, 40 * k + 40);
        const { value, parameters } = resultOf(outcome.results, 'loss-landscape-minimum', names, {
          direction,
          logitScale,
        });
        const lowest = losses.indexOf(Math.min(...losses));
        expect(value).toBe(distances[lowest]);
        expect(parameters).toMatchObject({
          shift: shifts[lowest],
          loss: losses[lowest],
          temperature: 1 / logitScale,
          rows: 31,
        });
        const minima = shifts.filter(
          (_, s) => !(losses[s - 1]! <= losses[s]!) && !(losses[s + 1]! <= losses[s]!),
        );
        expect(parameters['localMinimaShifts']).toEqual(minima);
      }
    }
  });

  it('has the 40 shifts of the paper by default, and those of a list in order', async () => {
    const outcome = await runOn(pair, { logitScales: [1], batchSize: 31 });
    expect(columnOf(outcome, 'shift')).toEqual(Array.from({ length: 40 }, (_, i) => -5 + i / 4));
    const listed = await runOn(pair, { logitScales: [1], batchSize: 31, shifts: [1, -1, 0] });
    expect(columnOf(listed, 'shift')).toEqual([-1, 0, 1]);
    const tenths = await runOn(pair, {
      logitScales: [1],
      batchSize: 31,
      shifts: { from: 0, to: 0.3, step: 0.1 },
    });
    expect(columnOf(tenths, 'shift')).toHaveLength(3);
  });

  it('measures every pair of three modalities', async () => {
    const three = pairedCones(2, ['image', 'text', 'audio'], { rows: 12, columns: 5 });
    const outcome = await runOn(three, { logitScales: [10], batchSize: 4, shifts: [0, 0.5] });
    expect(outcome.tables.map(({ columns }) => columns[0]!.values[0])).toEqual([
      'image – text',
      'image – audio',
      'text – audio',
    ]);
    expect(outcome.results).toHaveLength(9);
  });

  it('leaves out a last, smaller batch, and says how many rows it used', async () => {
    const outcome = await runOn(pair, { logitScales: [10], batchSize: 10 });
    for (const { parameters } of outcome.results) {
      expect(parameters).toMatchObject({ rows: 30, batchSize: 10 });
    }
  });

  it('refuses a batch larger than the data, before and while running', async () => {
    const settings = { batchSize: 32 };
    const problems = lossLandscape.check!(lossLandscape.params.parse(settings), {
      modalities: names,
      rows: 31,
    });
    expect(problems).toMatchObject([
      { code: 'batch-larger-than-data', severity: 'error', path: ['batchSize'] },
    ]);
    expect(problems[0]!.message).toMatch(/32 .* 31/);
    await expect(runOn(pair, settings)).rejects.toMatchObject({
      name: 'InputError',
      code: 'batch-larger-than-data',
    });
    expect(
      lossLandscape.check!(lossLandscape.params.parse({ batchSize: 31 }), { modalities: names, rows: 31 }),
    ).toEqual([]);
  });

  it('leaves out modalities without a gap, and says so', async () => {
    const { image, text } = pair;
    const notes: Note[] = [];
    const subjects = await subjectsOf(kernels, { image, copy: image, text });
    const outcome = await lossLandscape.run(
      lossLandscape.params.parse({ batchSize: 10, logitScales: [10] }),
      {
        ...contextOf(subjects),
        note: (note) => notes.push(note),
      },
    );
    expect(notes).toEqual([
      { code: 'no-gap', message: expect.stringContaining('"image" and "copy"') as unknown },
    ]);
    expect(outcome.tables.map(({ columns }) => columns[0]!.values[0])).toEqual([
      'image – text',
      'copy – text',
    ]);
    expect(outcome.results.map(({ modalities }) => modalities.join())).not.toContain('image,copy');
  });

  it.each<[string, object]>([
    ['from below to', { shifts: { from: 1, to: 1, step: 0.1 } }],
    ['10,000 shifts', { shifts: { from: 0, to: 10, step: 1e-6 } }],
    ['positive', { logitScales: [0] }],
    ['batch', { batchSize: 1 }],
    ['mode', { mode: 'third' }],
    ['unknown', { shift: [0] }],
  ])('refuses parameters that make no sense: %s', (_, settings) => {
    expect(lossLandscape.params.safeParse(settings).success).toBe(false);
  });
});

describeShared('loss landscape of CLIP features, against an independent computation', () => {
  interface Row {
    readonly scale: number;
    readonly delta: number;
    readonly distance: number;
    readonly there: number;
    readonly back: number;
    readonly symmetric: number;
  }
  let subjects: MeasurementSubjects;
  let table: Map<number, Row[]>;
  beforeAll(async () => {
    subjects = await subjectsOf(kernels, await featurePair('clip'));
    const text = readFileSync(sharedFile('reference/tables/clip500_loss_landscape_recomputed.csv'), 'utf8');
    table = new Map();
    for (const line of text.trim().split('\n').slice(1)) {
      const [batch, scale, delta, distance, there, back, symmetric] = line.split(',').map(Number);
      const rows = table.get(batch!) ?? [];
      rows.push({
        scale: scale!,
        delta: delta!,
        distance: distance!,
        there: there!,
        back: back!,
        symmetric: symmetric!,
      });
      table.set(batch!, rows);
    }
  });

  it.each([50, 500])('has every value of the table at batch %i', async (batchSize) => {
    for (const size of batchSize === 500 ? [500, 'full' as const] : [batchSize]) {
      const outcome = await run(subjects, { batchSize: size });
      const expected = table.get(batchSize)!;
      const found = (name: string) => columnOf(outcome, name);
      const columns = {
        scale: found('logit-scale'),
        delta: found('shift'),
        distance: found('signed-distance'),
        there: found('loss-first-to-second'),
        back: found('loss-second-to-first'),
        symmetric: found('loss-symmetric'),
      };
      expect(columns.scale).toHaveLength(expected.length);
      const worst = (name: keyof Row) =>
        Math.max(...expected.map((row, i) => Math.abs(row[name] - columns[name][i]!)));
      expect(worst('scale')).toBe(0);
      expect(worst('delta')).toBe(0);
      expect(worst('distance')).toBeLessThan(1e-8);
      const losses = Math.max(worst('there'), worst('back'), worst('symmetric'));
      expect(losses).toBeLessThan(2e-6);
    }
  });

  it.each([
    [100, 0, 0.851, 0.56602],
    [50, 0.25, 0.632, 0.66455],
    [30, 0.25, 0.632, 1.01376],
    [20, 0.5, 0.383, 1.49397],
    [10, 0.75, 0.115, 2.42268],
    [1, 0.75, 0.115, 3.73737],
  ])('has its minimum at 1/τ = %i at δ = %f', async (logitScale, shift, distance, loss) => {
    const outcome = await run(subjects, { logitScales: [logitScale] });
    const { value, parameters } = resultOf(outcome.results, 'loss-landscape-minimum', ['first', 'second'], {
      direction: 'symmetric',
    });
    expect(parameters['shift']).toBe(shift);
    expect(Number(Number(value).toFixed(3))).toBe(distance);
    expect(Math.abs(Number(parameters['loss']) - loss)).toBeLessThan(1e-5);
    const beyond = [parameters['localMinima']].flat().filter((found) => Number(found) < -1);
    const backToBack: Record<number, number[]> = { 100: [-1.697], 50: [-1.448] };
    expect(beyond.map((found) => Number(Number(found).toFixed(3)))).toEqual(backToBack[logitScale] ?? []);
  });
});
