import type { ProgressListener, ProgressUpdate } from '../protocol/progress.ts';

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
