import type { RowFacts } from '../datasets/dataset.ts';
import type { Kernels } from '../numerics/kernels.ts';
import type { Matrix } from '../numerics/matrix.ts';
import type { Random } from '../numerics/random.ts';
import type { ModalitySubject } from './modalitySubject.ts';
import type { PairSubject } from './pairSubject.ts';

/** What experiments measure: every modality, and every pair of them. */
export interface MeasurementSubjects {
  readonly modalities: readonly ModalitySubject[];
  /** Of each modality, the unit rows at hand, with those that hold an item again. */
  readonly unitRows: readonly Matrix[];
  /** Each unordered pair once, in the order of the modalities; empty for one modality. */
  readonly pairs: readonly PairSubject[];
  /** Rows of the dataset. */
  readonly rows: number;
  /** Row numbers, from 0, of the rows at hand; null where all are. */
  readonly sampledRows: Uint32Array | null;
  readonly facts: RowFacts;
  readonly kernels: Kernels;
  readonly random: Random;
}
