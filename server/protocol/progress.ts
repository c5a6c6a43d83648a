/** How far one stage of a run, or of an answer, has come. */
export interface ProgressUpdate {
  readonly stage: string;
  readonly done: number;
  /** Absent while it is not known. */
  readonly total?: number;
  /** What is counted: `rows`, `images`, `pairs`, `bytes`. */
  readonly unit: string;
}

/** Told of progress; must return fast. */
export type ProgressListener = (update: ProgressUpdate) => void;
