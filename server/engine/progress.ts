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

/** A counter of what was done more, which tells a listener how far a stage of known length has come. */
export function countUp(
  listener: ProgressListener,
  stage: Omit<ProgressUpdate, 'done'> & { readonly total: number },
): (more: number) => void {
  let done = 0;
  return (more) => {
    done += more;
    listener({ ...stage, done });
  };
}
