/** How far one stage of a run has come. `total` is absent while it is not known. */
export interface ProgressUpdate {
  readonly stage: string;
  readonly done: number;
  readonly total?: number;
  /** What is counted: `rows`, `images`, `pairs`, `bytes`. */
  readonly unit: string;
}

/** Told of progress; must return fast. */
export type ProgressListener = (update: ProgressUpdate) => void;
