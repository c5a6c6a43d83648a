import { z } from 'zod';
import type { Note, Result, Table } from '../../protocol/report.ts';
import type { GapShift, PairLosses } from '../measurement/contrastiveLosses.ts';
import { contrastiveLosses } from '../measurement/contrastiveLosses.ts';
import { dot } from '../numerics/dot.ts';
import type { PairSubject } from '../measurement/pairSubject.ts';
import { shiftedGap } from '../measurement/shiftedGap.ts';
import { batchSizeParam, checkBatchSize } from '../metrics/batchSize.ts';
import { InputError } from '../problems.ts';
import { countUp } from '../progress.ts';
import type { ExperimentContext } from './experiment.ts';
import { defineExperiment } from './experiment.ts';

const shiftRange = z
  .strictObject({
    from: z.number().describe('The first shift δ.'),
    to: z.number().describe('Where the shifts end; this value itself is not among them.'),
    step: z.number().positive().describe('Distance between shifts.'),
  })
  .refine(({ from, to }) => from < to, { error: '`from` must be below `to`' })
  .refine(({ from, to, step }) => (to - from) / step <= 10_000, { error: 'at most 10,000 shifts' });

const shiftModes = ['both', 'first', 'second'] as const;
type ShiftMode = (typeof shiftModes)[number];

const params = z.strictObject({
  shifts: z
    .union([shiftRange, z.array(z.number()).min(1).max(10_000)])
    .default({ from: -5, to: 5, step: 0.25 })
    .describe('Shifts δ along the gap vector: a range, or a list. Positive ones close the gap.'),
  logitScales: z
    .array(z.number().positive().max(10_000))
    .min(1)
    .default([100, 50, 30, 20, 10, 1])
    .describe('Inverse temperatures 1/τ.'),
  mode: z
    .enum(shiftModes)
    .default('both')
    .describe(
      'What is shifted: `both` modalities by half of δ each, or the `first` or `second` alone by all of it.',
    ),
  batchSize: batchSizeParam.default(50),
});

const reference = 'Liang et al. 2022, Fig. 3b–d';

/** The contrastive loss as a function of the gap and of the temperature. */
export const lossLandscape = defineExperiment({
  kind: 'loss-landscape',
  title: 'Loss landscape',
  description:
    'Shifts the modalities along the gap vector, closing or widening the gap, and computes the contrastive loss at ' +
    'each shift and temperature: where is its minimum, and is the gap there?',
  reference,
  produces: [
    {
      kind: 'loss-landscape-minimum',
      title: 'Gap at the lowest loss',
      description:
        'The signed distance between the centres where the contrastive loss is lowest, at one temperature; negative ' +
        'past the point where the centres meet. Equal to the gap distance, the loss has nothing to gain from another gap.',
      formula: 'argmin over δ of L(Norm(x − ½δĝ), Norm(y + ½δĝ)), as ±‖m_x′ − m_y′‖',
      reference,
    },
  ],
  params,
  check: ({ batchSize }, facts) => checkBatchSize(batchSize, facts),
  async run(settings, context) {
    const landscapes: Landscape[] = [];
    for (const pair of context.subjects.pairs) {
      const direction = gapDirection(pair);
      if (direction === null) context.note(noGap(pair));
      else landscapes.push(await measureLandscape(pair, direction, settings, context));
    }
    return {
      results: landscapes.flatMap(minimaOf),
      tables: landscapes.map((landscape) => tableOf(landscape, settings.mode)),
    };
  },
});

const directions = ['symmetric', 'first-to-second', 'second-to-first'] as const;
type LossDirection = (typeof directions)[number];

interface Landscape {
  readonly names: readonly [string, string];
  readonly shifts: readonly number[];
  readonly logitScales: readonly number[];
  /** Signed distance of the centres after each shift. */
  readonly distances: readonly number[];
  /** Mean loss by direction, then logit scale, then shift. */
  readonly losses: Readonly<Record<LossDirection, number[][]>>;
  readonly batchSize: number | 'full';
  readonly rows: number;
}

function listShifts(shifts: z.output<typeof params>['shifts']): number[] {
  if (Array.isArray(shifts)) return [...shifts].sort((a, b) => a - b);
  const { from, to, step } = shifts;
  // Up to, not including, the end: as numpy's arange, which the paper used.
  return Array.from({ length: Math.ceil((to - from) / step - 1e-9) }, (_, i) => from + i * step);
}

function toGapShift(delta: number, mode: ShiftMode): GapShift {
  if (mode === 'first') return { first: delta, second: 0 };
  if (mode === 'second') return { first: 0, second: delta };
  return { first: delta / 2, second: delta / 2 };
}

/** The gap vector at length 1; null where the centres coincide. */
function gapDirection({ gapVector }: PairSubject): Float64Array | null {
  const length = Math.sqrt(dot(gapVector, gapVector));
  return length === 0 ? null : gapVector.map((entry) => entry / length);
}

function noGap({ names }: PairSubject): Note {
  const message =
    `loss-landscape: the centres of "${names.join('" and "')}" coincide; there is no direction to shift along, and ` +
    'the pair is left out';
  return { code: 'no-gap', message };
}

async function measureLandscape(
  pair: PairSubject,
  direction: Float64Array,
  { shifts, logitScales, mode, batchSize }: z.output<typeof params>,
  { signal, progress }: ExperimentContext,
): Promise<Landscape> {
  const x = pair.first.rows;
  const y = pair.second.rows;
  if (batchSize !== 'full' && batchSize > x.rows) {
    throw new InputError(
      'batch-larger-than-data',
      `loss-landscape: a batch of ${batchSize} pairs needs as many rows, the data have ${x.rows}`,
    );
  }
  const deltas = listShifts(shifts);
  const perBatch = batchSize === 'full' ? x.rows : batchSize;
  const rows = Math.floor(x.rows / perBatch) * perBatch;
  const gapShifts = deltas.map((delta) => toGapShift(delta, mode));
  const losses = await contrastiveLosses(pair.first.modality.kernels, x, y, {
    direction,
    shifts: gapShifts,
    logitScales,
    batchSize,
    signal,
    progress: countUp(progress, {
      stage: 'loss landscape',
      total: rows * perBatch * deltas.length,
      unit: 'cosines',
    }),
  });
  const byScale = (reduce: (losses: PairLosses) => number): number[][] =>
    logitScales.map((_, k) => losses.map((atShift) => reduce(atShift[k]!)));
  const firstToSecond = byScale((pairLosses) => mean(pairLosses.firstToSecond));
  const secondToFirst = byScale((pairLosses) => mean(pairLosses.secondToFirst));
  return {
    names: pair.names,
    shifts: deltas,
    logitScales,
    distances: gapShifts.map((shift) => shiftedGap(x, y, direction, shift)),
    losses: {
      'first-to-second': firstToSecond,
      'second-to-first': secondToFirst,
      symmetric: firstToSecond.map((atScale, k) =>
        atScale.map((loss, s) => (loss + secondToFirst[k]![s]!) / 2),
      ),
    },
    batchSize,
    rows,
  };
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Positions where the loss is below both neighbours; an end counts when it is below its only one. */
function localMinima(losses: readonly number[]): number[] {
  return losses.flatMap((loss, s) =>
    (losses[s - 1] ?? Infinity) > loss && (losses[s + 1] ?? Infinity) > loss ? [s] : [],
  );
}

function minimaOf({ names, shifts, logitScales, distances, losses, batchSize, rows }: Landscape) {
  return directions.flatMap((direction) =>
    logitScales.map((logitScale, k): Omit<Result, 'experiment'> => {
      const atScale = losses[direction][k]!;
      const lowest = atScale.indexOf(Math.min(...atScale));
      const minima = localMinima(atScale);
      return {
        metric: 'loss-landscape-minimum',
        modalities: [...names],
        value: distances[lowest]!,
        unit: 'distance',
        direction: 'neither',
        interval: null,
        parameters: {
          direction,
          logitScale,
          temperature: 1 / logitScale,
          batchSize,
          rows,
          shift: shifts[lowest]!,
          loss: atScale[lowest]!,
          localMinima: minima.map((s) => distances[s]!),
          localMinimaShifts: minima.map((s) => shifts[s]!),
        },
      };
    }),
  );
}

function tableOf({ names, shifts, logitScales, distances, losses }: Landscape, mode: ShiftMode): Table {
  const rows = logitScales.flatMap((logitScale, k) =>
    shifts.map((shift, s) => ({ logitScale, k, shift, s })),
  );
  const column = (name: string, unit: string, value: (row: (typeof rows)[number]) => number | string) => ({
    name,
    unit,
    values: rows.map(value),
  });
  return {
    name: 'landscape',
    title: `Contrastive loss of ${names[0]} and ${names[1]} over shifts and temperatures`,
    columns: [
      column('pair', 'name', () => names.join(' – ')),
      column('mode', 'name', () => mode),
      column('logit-scale', '1/τ', ({ logitScale }) => logitScale),
      column('shift', 'distance', ({ shift }) => shift),
      column('signed-distance', 'distance', ({ s }) => distances[s]!),
      column('loss-first-to-second', 'nats', ({ k, s }) => losses['first-to-second'][k]![s]!),
      column('loss-second-to-first', 'nats', ({ k, s }) => losses['second-to-first'][k]![s]!),
      column('loss-symmetric', 'nats', ({ k, s }) => losses.symmetric[k]![s]!),
    ],
  };
}
