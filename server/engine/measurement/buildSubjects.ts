import type { RowFacts } from '../datasets/dataset.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import { takeRows } from '../numerics/matrix.ts';
import type { ProgressListener } from '../../protocol/progress.ts';
import type { Random } from '../numerics/random.ts';
import { ModalitySubject } from './modalitySubject.ts';
import type { PairSide } from './pairSubject.ts';
import { PairSubject } from './pairSubject.ts';
import type { RowItems } from './relevance.ts';
import { bootstrapUnits, itemsOfRows } from './relevance.ts';
import { Resampling } from './resampling.ts';
import type { RowCollection, UnitSums } from './rowCollection.ts';
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
  const itemsAtHand = collected.map(({ items }) => itemsOfRows(items, sampledRows));
  const units = bootstrapUnits(itemsAtHand, atHand);
  const resampling = new Resampling(random.stream('bootstrap'), units.items, resamples);

  const sides = collected.map((modality, m): PairSide => {
    const items = itemsAtHand[m]!;
    const subjectOf = (sums: UnitSums, unitRows: Matrix, unitOfItem: Uint32Array | null) =>
      new ModalitySubject(
        {
          name: modality.name,
          items: sums.count,
          mean: sums.sum.map((sum) => sum / sums.count),
          meanSquare: sums.squares / sums.count,
          units: unitRows,
          unitOfItem,
        },
        { resampling, kernels, signal, progress },
      );
    const distinct = subjectOf(
      modality.ofItems,
      items.firstRows === null ? modality.sample : takeRows(modality.sample, items.firstRows),
      items === units ? null : unitsOfItems(items, units),
    );
    const isSame = modality.own === modality.ofItems;
    return {
      modality: isSame ? distinct : subjectOf(modality.own, modality.sample, units.itemOfRow),
      distinct,
      rows: modality.sample,
      items,
    };
  });

  return {
    modalities: sides.map(({ modality }) => modality),
    unitRows: sides.map((side) => side.rows),
    pairs: pairIndices(sides.length).map(
      ([a, b], index) =>
        new PairSubject(sides[a]!, sides[b]!, pairs[index]!, {
          rowCount: rows,
          unitOfRow: units.itemOfRow,
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

/** Unit of each item: that of any row of it. Null where row i is unit i. */
function unitsOfItems({ firstRows }: RowItems, { itemOfRow }: RowItems): Uint32Array | null {
  if (itemOfRow === null || firstRows === null) return itemOfRow;
  return firstRows.map((row) => itemOfRow[row]!);
}
