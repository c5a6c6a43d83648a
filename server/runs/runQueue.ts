import type { RunSummary } from '../protocol/lsp.ts';
import type { ProgressListener, ProgressUpdate } from '../protocol/progress.ts';
import type { ConfigText } from '../protocol/worker.ts';
import { pathShortener } from '../engine/report/shownPaths.ts';
import { describeFailure } from './describeFailure.ts';

/** A run that was asked for. */
export interface RunRequest {
  /** Where it is going to be, absolute: its identity. */
  readonly folder: string;
  readonly name: string;
  readonly config: ConfigText;
  /** The experiment file, absolute; null for a configuration that was not saved. */
  readonly configFile: string | null;
}

/** A run that is not finished: one that was is in its folder. */
export interface UnfinishedRun extends RunRequest {
  readonly state: Exclude<RunSummary['state'], 'finished'>;
  readonly startedAt: Date;
  readonly seconds: number | null;
  readonly progress: ProgressUpdate | null;
  readonly error: RunSummary['error'];
}

/** Runs a configuration and writes its folder; rejects when it fails, or once everything is ended after an abort. */
export type Measure = (run: RunRequest, onProgress: ProgressListener, signal: AbortSignal) => Promise<void>;

/** Failed and cancelled runs that are kept to be shown, at most; older ones are forgotten. */
const keptEnded = 50;

interface Entry {
  run: UnfinishedRun;
  readonly controller: AbortController;
  /** Resolves when it has ended in any way. */
  readonly ended: Promise<void>;
  readonly end: () => void;
}

/** Runs one after the other: each uses every core. */
export class RunQueue {
  readonly #measure: Measure;
  readonly #onChange: (folder: string) => void;
  /** By folder, in the order in which they were asked for. */
  readonly #entries = new Map<string, Entry>();
  #isBusy = false;

  /** @param onChange Told of a run that has come further, or has left the queue because it is finished. */
  constructor(measure: Measure, onChange: (folder: string) => void) {
    this.#measure = measure;
    this.#onChange = onChange;
  }

  /** Runs that wait, go on, failed or were cancelled, in the order in which they were asked for. */
  list(): UnfinishedRun[] {
    return [...this.#entries.values()].map(({ run }) => run);
  }

  get(folder: string): UnfinishedRun | undefined {
    return this.#entries.get(folder)?.run;
  }

  add(request: RunRequest): UnfinishedRun {
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const run: UnfinishedRun = {
      ...request,
      state: 'waiting',
      startedAt: new Date(),
      seconds: null,
      progress: null,
      error: null,
    };
    this.#entries.set(request.folder, { run, controller: new AbortController(), ended, end });
    void this.#work();
    return this.#entries.get(request.folder)?.run ?? run;
  }

  /** Ends a run that waits or goes on, and resolves when nothing of it is left; false where there is no such run. */
  async cancel(folder: string): Promise<boolean> {
    const entry = this.#entries.get(folder);
    if (entry === undefined || !isPending(entry.run)) return false;
    entry.controller.abort();
    if (entry.run.state === 'waiting') {
      this.#change(entry, { state: 'cancelled' });
      entry.end();
    }
    await entry.ended;
    return true;
  }

  /** Forgets a run that failed or was cancelled; false where there is none. */
  forget(folder: string): boolean {
    const entry = this.#entries.get(folder);
    if (entry === undefined || isPending(entry.run)) return false;
    return this.#entries.delete(folder);
  }

  /** Cancels everything; resolves when nothing is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.keys()].reverse().map((folder) => this.cancel(folder)));
  }

  async #work(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let entry = this.#next(); entry !== undefined; entry = this.#next()) await this.#execute(entry);
    } finally {
      this.#isBusy = false;
    }
  }

  #next(): Entry | undefined {
    return [...this.#entries.values()].find(({ run }) => run.state === 'waiting');
  }

  async #execute(entry: Entry): Promise<void> {
    const { signal } = entry.controller;
    const startedAt = new Date();
    this.#change(entry, { state: 'running', startedAt });
    const seconds = () => (Date.now() - startedAt.getTime()) / 1000;
    try {
      await this.#measure(
        entry.run,
        (progress) => {
          if (entry.run.state === 'running' && !signal.aborted) {
            this.#change(entry, { progress, seconds: seconds() });
          }
        },
        signal,
      );
      this.#entries.delete(entry.run.folder);
      this.#onChange(entry.run.folder);
    } catch (error) {
      const { message: whole, code, file = null } = describeFailure(error);
      // In a list of runs the reason comes first: places are as the configuration names them.
      const message = pathShortener(entry.run.config.baseFolder, file === null ? [] : [file])(whole);
      this.#change(
        entry,
        signal.aborted
          ? { state: 'cancelled', seconds: seconds() }
          : { state: 'failed', seconds: seconds(), error: { message, code, file } },
      );
      this.#forgetOldest();
    } finally {
      entry.end();
    }
  }

  #change(entry: Entry, change: Partial<UnfinishedRun>): void {
    entry.run = { ...entry.run, ...change };
    this.#onChange(entry.run.folder);
  }

  #forgetOldest(): void {
    const ended = this.list().filter((run) => !isPending(run));
    for (const { folder } of ended.slice(0, -keptEnded)) {
      this.#entries.delete(folder);
      this.#onChange(folder);
    }
  }
}

function isPending({ state }: UnfinishedRun): boolean {
  return state === 'waiting' || state === 'running';
}
