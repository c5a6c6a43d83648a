import type { ProgressListener, ProgressUpdate } from '../protocol/progress.ts';

/** Milliseconds between two messages about progress: more often than an eye can tell, and a pipe carries easily. */
const interval = 100;

/**
 * Tells of progress at most ten times a second: at once where nothing was told for so long, else the latest of what
 * came meanwhile.
 */
export function latestProgress(tell: ProgressListener): {
  readonly update: ProgressListener;
  /** Tells nothing more. */
  readonly stop: () => void;
} {
  let latest: ProgressUpdate | null = null;
  let toldAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  const tellLatest = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (latest === null) return;
    toldAt = performance.now();
    tell(latest);
    latest = null;
  };
  return {
    update(progress) {
      latest = progress;
      const due = toldAt + interval - performance.now();
      if (due <= 0) tellLatest();
      else timer ??= setTimeout(tellLatest, due);
    },
    stop() {
      latest = null;
      clearTimeout(timer);
    },
  };
}
