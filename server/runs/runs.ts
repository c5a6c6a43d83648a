import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { URI } from 'vscode-uri';
import { InputError } from '../engine/problems.ts';
import type { RunSummary } from '../protocol/lsp.ts';
import type { Report } from '../protocol/report.ts';
import type { ConfigText } from '../protocol/worker.ts';
import { removePartialRun, runFolderName } from './runFolder.ts';
import { runFileNames } from './runFileNames.ts';
import { RunQueue, type Measure, type RunRequest, type UnfinishedRun } from './runQueue.ts';
import { readRunRecord } from './runRecord.ts';
import { RunStore, type FinishedRun } from './runStore.ts';
import { RunWatcher } from './runWatcher.ts';

/** Where a run came from, as it can be started again. */
export type RunSource = Pick<RunRequest, 'name' | 'config' | 'configFile'>;

/** Every run: those in the queue, and those in folders. Folders are absolute, and are what identifies a run. */
export class Runs {
  readonly #store = new RunStore();
  readonly #queue: RunQueue;
  readonly #watcher: RunWatcher;
  readonly #onChange: (folder: string, run: RunSummary | null) => void;
  #roots: readonly string[] = [];
  /** Folders outside of the roots: configurations named them for their runs, or they were noticed. */
  readonly #named = new Set<string>();
  /** Counts runs that left the queue. */
  #departures = 0;
  /** What is told waits for what was to be told before, so that a run ends before the next one starts. */
  #told: Promise<void> = Promise.resolve();

  constructor(measure: Measure, onChange: (folder: string, run: RunSummary | null) => void) {
    this.#onChange = onChange;
    this.#queue = new RunQueue(
      (run, onProgress, signal) =>
        measure(run, onProgress, signal).catch(async (error: unknown) => {
          await removePartialRun(run.folder);
          throw error;
        }),
      (folder) => {
        if (this.#queue.get(folder) === undefined) this.#departures += 1;
        void this.#tell(folder);
      },
    );
    this.#watcher = new RunWatcher(
      () => this.#finished(),
      (folder) => void this.#tell(folder),
    );
  }

  /** Looks for runs in these folders from now on, absolute; they need not exist. */
  setRoots(roots: readonly string[]): void {
    this.#roots = roots;
    this.#watcher.watch(roots);
  }

  /** Lists what is in these folders too, absolute, wherever they are; where they hold no run, nothing. */
  notice(folders: readonly string[]): void {
    for (const folder of folders) {
      if (this.#named.has(folder) || this.#roots.includes(dirname(folder))) continue;
      this.#named.add(folder);
      void this.#tell(folder);
    }
  }

  /** All runs, each once, the latest first. */
  async list(): Promise<RunSummary[]> {
    const departures = this.#departures;
    const onDisk = await this.#finished();
    // One that finished meanwhile may be neither among those nor in the queue.
    if (departures !== this.#departures) return this.list();
    // A worker writes its folder a moment before it is done.
    const finished = onDisk.filter(({ folder }) => this.#queue.get(folder) === undefined);
    return [...this.#queue.list().map(summaryOfUnfinished), ...finished.map(summaryOfFinished)].sort(
      (a, b) => (a.startedAt < b.startedAt ? 1 : -1),
    );
  }

  /** Queues a run that goes into a new folder below `root`. */
  start(root: string, source: RunSource): RunSummary {
    const name = runFolderName(source.name, new Date());
    let folder = join(root, name);
    for (let count = 2; existsSync(folder) || this.#queue.get(folder) !== undefined; count++) {
      folder = join(root, `${name}-${count}`);
    }
    this.#watcher.watch(this.#roots);
    return summaryOfUnfinished(this.#queue.add({ ...source, folder }));
  }

  /**
   * Queues a run that goes into this folder, absolute: it takes the place of an earlier run there.
   *
   * @throws InputError `output-in-use` where one that goes there waits or goes on.
   */
  startIn(folder: string, source: RunSource): RunSummary {
    this.#queue.forget(folder);
    const other = this.#queue.get(folder);
    if (other !== undefined) {
      throw new InputError(
        'output-in-use',
        `The run ${other.name}, which is ${other.state}, goes to the output ${folder} too; expected a folder of its own`,
        { file: folder },
      );
    }
    this.#named.add(folder);
    return summaryOfUnfinished(this.#queue.add({ ...source, folder }));
  }

  /**
   * What a run was started from.
   *
   * @throws InputError `run-missing`.
   */
  async sourceOf(folder: string): Promise<RunSource> {
    const unfinished = this.#queue.get(folder);
    if (unfinished !== undefined) return unfinished;
    const { name } = await this.#store.report(folder);
    const record = await readRunRecord(folder);
    const file = join(folder, runFileNames.config);
    const text = await readFile(file, 'utf8').catch(() => {
      throw new InputError('run-missing', `The run's configuration, ${file}, is gone`, { file });
    });
    const config: ConfigText = { text, name: file, baseFolder: record?.baseFolder ?? folder };
    return { name, config, configFile: record?.configFile ?? null };
  }

  /** Ends a run that waits or goes on, and resolves when nothing of it is left. */
  async cancel(folder: string): Promise<void> {
    if (await this.#queue.cancel(folder)) return;
    if (this.#queue.get(folder) === undefined && (await this.#store.find(folder)) === null) {
      throw missingRun(folder);
    }
  }

  /** @throws InputError as `RunStore.change` does; `run-unfinished` for one that is not finished. */
  async rename(folder: string, title: string): Promise<void> {
    this.#expectFinished(folder);
    await this.#store.change(folder, { title });
    await this.#tell(folder);
  }

  /** @throws InputError as `rename` does. */
  async pin(folder: string, isPinned: boolean): Promise<void> {
    this.#expectFinished(folder);
    await this.#store.change(folder, { isPinned });
    await this.#tell(folder);
  }

  /**
   * Deletes a finished run's folder; forgets one that failed or was cancelled.
   *
   * @throws InputError `run-unfinished` for one that waits or goes on, and as `RunStore.delete` does.
   */
  async delete(folder: string): Promise<void> {
    if (!this.#queue.forget(folder)) {
      this.#expectFinished(folder);
      await this.#store.delete(folder);
    }
    await this.#tell(folder);
  }

  /** @throws InputError as `RunStore.report` does; `run-unfinished` for one that is not finished. */
  report(folder: string): Promise<Report> {
    this.#expectFinished(folder);
    return this.#store.report(folder);
  }

  /** Cancels what waits or goes on, and watches nothing any more. */
  async close(): Promise<void> {
    this.#watcher.close();
    await this.#queue.close();
  }

  async #finished(): Promise<FinishedRun[]> {
    const listed = await this.#store.list(this.#roots);
    const seen = new Set(listed.map(({ folder }) => folder));
    const named = await Promise.all(
      [...this.#named].filter((folder) => !seen.has(folder)).map((folder) => this.#store.find(folder)),
    );
    return [...listed, ...named.filter((run) => run !== null)];
  }

  #expectFinished(folder: string): void {
    const run = this.#queue.get(folder);
    if (run === undefined) return;
    throw new InputError('run-unfinished', `The run ${run.name} is ${run.state}; expected a finished one`, {
      file: folder,
    });
  }

  #tell(folder: string): Promise<void> {
    const telling = this.#told.then(() => this.#tellNow(folder));
    // One that cannot be told of does not silence the others.
    this.#told = telling.catch(() => undefined);
    return telling;
  }

  async #tellNow(folder: string): Promise<void> {
    const unfinished = this.#queue.get(folder);
    if (unfinished !== undefined) {
      this.#onChange(folder, summaryOfUnfinished(unfinished));
      return;
    }
    const finished = await this.#store.find(folder);
    this.#onChange(folder, finished && summaryOfFinished(finished));
  }
}

function missingRun(folder: string): InputError {
  return new InputError('run-missing', `There is no run ${folder}`, { file: folder });
}

function summaryOfUnfinished(run: UnfinishedRun): RunSummary {
  const { folder, name, state, startedAt, seconds, progress, error, configFile } = run;
  return {
    uri: URI.file(folder).toString(),
    name,
    state,
    startedAt: startedAt.toISOString(),
    seconds,
    progress,
    error,
    configUri: configFile && URI.file(configFile).toString(),
    headline: null,
    isPinned: false,
  };
}

function summaryOfFinished(run: FinishedRun): RunSummary {
  const { folder, name, startedAt, seconds, configFile, headline, isPinned } = run;
  return {
    uri: URI.file(folder).toString(),
    name,
    state: 'finished',
    startedAt,
    seconds,
    progress: null,
    error: null,
    configUri: configFile && URI.file(configFile).toString(),
    headline,
    isPinned,
  };
}
