import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { bundledFile } from '../bundledFile.ts';

/** What a worker is sent. `input` and `output` are copied between threads. */
export type WorkerRequest =
  | { readonly kind: 'compute'; readonly id: number; readonly task: string; readonly input: unknown }
  | { readonly kind: 'abort' };

/** What a worker answers. */
export type WorkerResponse =
  | { readonly kind: 'progress'; readonly id: number; readonly done: number }
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: unknown };

export interface ComputeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how much more was done, in the task's own units. */
  readonly progress?: ((done: number) => void) | undefined;
}

interface PendingCall {
  readonly worker: Worker;
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly progress: ((done: number) => void) | undefined;
}

/**
 * Threads with an ONNX Runtime session each, of one thread each. One session with as many threads has them wait for
 * one another at the end of every operation: on a machine that has other things to do, that took half of the time.
 */
export class WorkerPool {
  readonly size = availableParallelism();
  readonly #workers: Worker[];
  /** Why a worker answers no more. */
  readonly #failures = new Map<Worker, Error>();
  readonly #calls = new Map<number, PendingCall>();
  #lastId = 0;

  constructor() {
    const file = bundledFile('computeWorker.mjs');
    this.#workers = Array.from({ length: this.size }, () => {
      const worker = new Worker(file);
      worker.on('message', (response: WorkerResponse) => {
        this.#settle(response);
      });
      // Idle threads must not keep a process alive.
      worker.unref();
      worker.on('error', (error: Error) => {
        this.#fail(worker, error);
      });
      worker.on('exit', (code) => {
        this.#fail(worker, new Error(`A thread that computes ended with exit code ${code}`));
      });
      return worker;
    });
  }

  /** Runs a task on a worker, from 0 to `size − 1`; one at a time is sensible. */
  async compute(index: number, task: string, input: unknown, options: ComputeOptions = {}): Promise<unknown> {
    const { signal, progress } = options;
    signal?.throwIfAborted();
    const worker = this.#workers[index]!;
    const abort = (): void => {
      worker.postMessage({ kind: 'abort' } satisfies WorkerRequest);
    };
    signal?.addEventListener('abort', abort);
    const id = ++this.#lastId;
    worker.ref();
    try {
      return await new Promise((resolve, reject) => {
        const failure = this.#failures.get(worker);
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        this.#calls.set(id, { worker, resolve, reject, progress });
        worker.postMessage({ kind: 'compute', id, task, input } satisfies WorkerRequest);
      });
    } catch (error) {
      // The reason itself, not the copy of it that crossed the threads.
      signal?.throwIfAborted();
      throw error;
    } finally {
      this.#calls.delete(id);
      if (this.#callsOf(worker).length === 0) worker.unref();
      signal?.removeEventListener('abort', abort);
    }
  }

  #callsOf(worker: Worker): PendingCall[] {
    return [...this.#calls.values()].filter((call) => call.worker === worker);
  }

  /** The first reason is the cause of what follows. */
  #fail(worker: Worker, reason: Error): void {
    if (!this.#failures.has(worker)) this.#failures.set(worker, reason);
    for (const { reject } of this.#callsOf(worker)) reject(this.#failures.get(worker));
  }

  #settle(response: WorkerResponse): void {
    const call = this.#calls.get(response.id);
    if (response.kind === 'progress') call?.progress?.(response.done);
    else if (response.kind === 'done') call?.resolve(response.output);
    else call?.reject(response.error);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
