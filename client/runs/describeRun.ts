// Runs in words, for lists, tooltips and the status bar.
import type { RunSummary } from '../../server/protocol/lsp.ts';
import type { ProgressUpdate } from '../../server/protocol/progress.ts';

/** One line: what was measured, or how far it has come, or why it ended. `now` in milliseconds. */
export function describeRun(run: RunSummary, now: number): string {
  switch (run.state) {
    case 'waiting':
      return 'waiting';
    case 'running':
      return run.progress === null ? 'starting' : describeProgress(run.progress);
    case 'failed':
      return `failed: ${run.error?.message ?? 'no reason was given'}`;
    case 'cancelled':
      return 'cancelled';
    case 'finished':
      return [...describeHeadline(run), describeAge(run.startedAt, now)].join(' · ');
  }
}

/** `gap 0.832`, `cone 0.41 / 0.52`, device: what there is of it. */
function describeHeadline({ headline }: RunSummary): string[] {
  if (headline === null) return [];
  const { gapDistance, meanCosines, device } = headline;
  const cones = meanCosines.map((cosine) => (cosine === null ? '–' : fixed(cosine, 2)));
  return [
    ...(gapDistance === null ? [] : [`gap ${gapDistance.toFixed(3)}`]),
    ...(meanCosines.some((cosine) => cosine !== null) ? [`cone ${cones.join(' / ')}`] : []),
    device,
  ];
}

/** Rounded, without the sign of a zero. */
function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** `embed image 40 %`; rows alone where the total is not known. */
export function describeProgress({ stage, done, total, unit }: ProgressUpdate): string {
  if (total === undefined || total <= 0) {
    return done > 0 ? `${stage} ${done.toLocaleString('en')} ${unit}` : stage;
  }
  return `${stage} ${Math.min(100, Math.floor((100 * done) / total))} %`;
}

/** `just now`, `5 min ago`, `3 h ago`, `12 d ago`; empty for what is no date. */
export function describeAge(startedAt: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(startedAt)) / 60_000);
  if (Number.isNaN(minutes)) return '';
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`;
  return `${Math.floor(minutes / (24 * 60))} d ago`;
}

/** `4.2 s`, `3 min 5 s`. */
export function describeSeconds(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Lines of facts for a tooltip: plain text, as names of runs come from files. */
export function runFacts(run: RunSummary): string[] {
  const { headline } = run;
  return [
    `Started ${new Date(run.startedAt).toLocaleString()}`,
    ...(run.seconds === null ? [] : [`Took ${describeSeconds(run.seconds)}`]),
    ...(headline === null
      ? []
      : [
          `${headline.rows.toLocaleString('en')} rows of ${headline.modalities.join(', ')}, on ${headline.device}`,
          ...headline.modalities.flatMap((modality, index) => {
            const cosine = headline.meanCosines[index] ?? null;
            return cosine === null ? [] : [`Mean cosine within ${modality}: ${cosine.toFixed(4)}`];
          }),
          ...(headline.gapDistance === null ? [] : [`Gap distance: ${headline.gapDistance.toFixed(4)}`]),
        ]),
    ...(run.error === null ? [] : [`${run.error.message} [${run.error.code}]`]),
  ];
}
