import type { RowFacts } from '../datasets/dataset.ts';
import type { Kernels } from '../numerics/kernels.ts';
import { takeRows } from '../numerics/matrix.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import type { Random } from '../numerics/random.ts';
import { ModalitySubject } from './modalitySubject.ts';
import type { PairSide } from './pairSubject.ts';
import { PairSubject } from './pairSubject.ts';
import type { RowItems } from './relevance.ts';
import { everyRow, sharedItems } from './relevance.ts';
import { Resampling } from './resampling.ts';
import type { RowCollection } from './rowCollection.ts';
import { pairIndices } from './rowCollection.ts';
import type { MeasurementSubjects } from './subjects.ts';

/** Resamples of every bootstrap interval: percentiles at 2.5 % are then good to about 0.5 %. */
const resamples = 1000;

export interface SubjectOptions {
  readonly facts: RowFacts;
  /** By modality, what the encoder multiplied cosines by in training; null where that is not known. */
  readonly logitScales: readonly (number | null)[] | null;
  readonly kernels: Kernels;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly progress: ProgressListener;
}

/** Sets up what experiments measure from the rows that were collected. */
export function buildSubjects(
  { rows, sampledRows, modalities: collected, pairs }: RowCollection,
  { facts, logitScales, kernels, random, signal, progress }: SubjectOptions,
): MeasurementSubjects {
  const atHand = sampledRows?.length ?? rows;
  const groups = facts.relevance === undefined ? null : groupsAtHand(facts.relevance.groups, sampledRows);
  const rowGroups = groups === null ? everyRow(atHand) : sharedItems(groups);
  const resampling = new Resampling(random.stream('bootstrap'), rowGroups.items, resamples);

  const sides = collected.map((modality): PairSide => {
    const isShared = facts.relevance?.shared === modality.name;
    const items: RowItems = isShared ? rowGroups : everyRow(atHand);
    const subject = new ModalitySubject(
      {
        name: modality.name,
        items: modality.items.items,
        mean: modality.sum.map((sum) => sum / modality.items.items),
        meanSquare: modality.squares / modality.items.items,
        units: items.firstRows === null ? modality.sample : takeRows(modality.sample, items.firstRows),
        unitOfItem: isShared ? null : rowGroups.itemOfRow,
      },
      { resampling, kernels, signal, progress },
    );
    return { modality: subject, rows: modality.sample, items };
  });

  return {
    modalities: sides.map(({ modality }) => modality),
    pairs: pairIndices(sides.length).map(
      ([a, b], index) =>
        new PairSubject(sides[a]!, sides[b]!, pairs[index]!, {
          rowCount: rows,
          unitOfRow: rowGroups.itemOfRow,
          logitScale: commonScale(logitScales?.[a] ?? null, logitScales?.[b] ?? null),
        }),
    ),
    rows,
    sampledRows,
    facts,
    kernels,
    random,
  };
}

/** Encoders that were trained together share their logit scale. */
function commonScale(a: number | null, b: number | null): number | null {
  return a === b ? a : null;
}

function groupsAtHand(groups: Int32Array, sampledRows: Uint32Array | null): Int32Array {
  return sampledRows === null ? groups : Int32Array.from(sampledRows, (row) => groups[row]!);
}
