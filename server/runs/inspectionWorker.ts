import type { ProgressListener } from '../protocol/progress.ts';
import { RpcError } from '../protocol/rpcPeer.ts';
import type { WorkerContract } from '../protocol/worker.ts';
import { WorkerProcess } from './workerProcess.ts';

type InspectionMethod = Exclude<keyof WorkerContract['requests'], 'measure'>;

/**
 * The process that looks into data and finished runs. It is started when it is first asked, again after a crash, and
 * ended when it was not asked for a while, since it keeps data open.
 */
export class InspectionWorker {
  readonly #idleMilliseconds: number;
  #worker: WorkerProcess | undefined;
  #asked = 0;
  #idle: NodeJS.Timeout | undefined;

  constructor({ idleMilliseconds }: { readonly idleMilliseconds: number }) {
    this.#idleMilliseconds = idleMilliseconds;
  }

  /** The system's number of the process; undefined while there is none. */
  get pid(): number | undefined {
    return this.#worker?.pid;
  }

  /** @throws RpcError as `WorkerProcess.ask` does; the next question starts a new process where this one crashed. */
  async ask<M extends InspectionMethod>(
    method: M,
    params: WorkerContract['requests'][M]['params'],
    signal: AbortSignal,
    onProgress?: ProgressListener,
  ): Promise<WorkerContract['requests'][M]['result']> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    this.#asked += 1;
    try {
      return await worker.ask(method, params, signal, onProgress);
    } catch (error) {
      if (error instanceof RpcError && error.code === 'worker-crashed' && this.#worker === worker) {
        this.#worker = undefined;
      }
      throw error;
    } finally {
      this.#asked -= 1;
      if (this.#asked === 0) {
        this.#idle = setTimeout(() => void this.end(), this.#idleMilliseconds).unref();
      }
    }
  }

  /** Ends the process; the next question starts another. */
  async end(): Promise<void> {
    clearTimeout(this.#idle);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.end();
  }

  /** As `end`, without waiting for what it is doing. */
  async kill(): Promise<void> {
    this.#worker?.kill();
    await this.end();
  }

  #start(): WorkerProcess {
    const worker = new WorkerProcess();
    void worker.ended.then(() => {
      if (this.#worker === worker) this.#worker = undefined;
    });
    return worker;
  }
}
