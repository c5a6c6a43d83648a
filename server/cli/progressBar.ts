import type { ProgressListener, ProgressUpdate } from '../protocol/progress.ts';

/** Where progress is written: standard error, or a stand-in. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Shows how far a run has come. */
export interface ProgressBar {
  readonly update: ProgressListener;
  /** Takes the bar off the terminal; to be called before anything else is written there. */
  readonly clear: () => void;
}

const BAR_WIDTH = 24;
/** A terminal is redrawn at most this often. */
const REDRAW_MS = 80;
/** A log gets at most one line of a stage in this time, beside its first and its last. */
const LINE_MS = 5000;

interface Stage {
  readonly name: string;
  readonly startedAt: number;
  readonly startedDone: number;
  shownAt: number;
  finished: boolean;
}

/**
 * A bar with rate and time left on a terminal; plain lines, one every few seconds, elsewhere.
 *
 * @param now milliseconds that only grow.
 */
export function createProgressBar(
  stream: ProgressStream,
  now: () => number = () => performance.now(),
): ProgressBar {
  let stage: Stage | undefined;
  let drawn = false;

  const clear = () => {
    if (drawn) stream.write('\r\u001B[2K');
    drawn = false;
  };

  const update = (progress: ProgressUpdate) => {
    const time = now();
    const isNew = stage?.name !== progress.stage;
    if (stage === undefined || isNew) {
      stage = {
        name: progress.stage,
        startedAt: time,
        startedDone: progress.done,
        shownAt: time,
        finished: false,
      };
    }
    const isLast = progress.done === progress.total && !stage.finished;
    const pause = stream.isTTY === true ? REDRAW_MS : LINE_MS;
    if (!isNew && !isLast && time - stage.shownAt < pause) return;
    stage.shownAt = time;
    stage.finished ||= isLast;
    const seconds = (time - stage.startedAt) / 1000;
    const line = describeProgress(progress, stage.startedDone, seconds);
    if (stream.isTTY === true) {
      // Some terminals say that they are 0 wide.
      const width = (stream.columns ?? 0) > 20 ? stream.columns! - 1 : 79;
      stream.write(`\r\u001B[2K${`${barOf(progress)}${line}`.slice(0, width)}`);
      drawn = true;
    } else {
      stream.write(`${line}\n`);
    }
  };

  return { update, clear };
}

function barOf({ done, total }: ProgressUpdate): string {
  if (total === undefined || total <= 0) return '';
  const filled = Math.round(Math.min(1, done / total) * BAR_WIDTH);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} `;
}

/** `embedding: 128/512 images, 41/s, 9 s left`; the rate is of this stage alone. */
function describeProgress(
  { stage, done, total, unit }: ProgressUpdate,
  from: number,
  seconds: number,
): string {
  const isBytes = unit === 'bytes';
  const amount = (count: number): string => (isBytes ? `${(count / 1e6).toFixed(1)} MB` : String(count));
  const counted = total === undefined ? amount(done) : `${amount(done)}/${amount(total)}`;
  const parts = [`${stage}: ${counted}${isBytes ? '' : ` ${unit}`}`];
  const rate = seconds > 0 ? (done - from) / seconds : 0;
  if (rate > 0 && seconds >= 0.5) {
    parts.push(`${isBytes ? amount(rate) : formatRate(rate)}/s`);
    if (total !== undefined && done < total) parts.push(`${formatSeconds((total - done) / rate)} left`);
  }
  return parts.join(', ');
}

function formatRate(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(1)} M`;
  if (rate >= 1e4) return `${(rate / 1e3).toFixed(1)} k`;
  return rate >= 10 ? rate.toFixed(0) : rate.toFixed(1);
}

/** `9 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
