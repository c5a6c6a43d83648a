import { Worker } from 'node:worker_threads';
import { bundledFile } from '../../bundledFile.ts';
import { InputError } from '../../problems.ts';
import type {
  ContainerKind,
  ContainerRequest,
  ContainerResponse,
  ContainerSource,
  OpenedContainer,
} from './container.ts';

/** A container that is open in the thread. */
export interface ThreadContainer extends Omit<OpenedContainer, 'container'> {
  /** As `Container.read`. */
  read(index: number, offset: readonly number[], count: readonly number[]): Promise<Uint8Array>;
  close(): Promise<void>;
}

type WithoutId<Request> = Request extends unknown ? Omit<Request, 'id'> : never;
type Question = WithoutId<ContainerRequest>;
type Answer = OpenedContainer | Uint8Array | null;

interface Pending {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** How long an answer may take. It is for blocks of some megabytes; a damaged file may make a library loop. */
const LONGEST_ANSWER_MS = 120_000;
/** JavaScript's own memory in the thread. WebAssembly's and that of buffers is bounded by what is checked of files. */
const HEAP_MB = 1024;
/** After these, a library compiled to WebAssembly was given bytes that it could not read. */
const codesOfLibraries = ['hdf5-damaged', 'zarr-chunk'];
/** How long an idle thread is kept for what is opened next. */
const KEPT_MS = 10_000;

/**
 * A thread with the libraries that read HDF5, Arrow and Zarr. Files come from anywhere, and two of these libraries are C
 * code compiled to WebAssembly: one that fails or loops ends with its thread, and with an error that names the file.
 */
class ContainerThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #open = 0;
  #ended = false;
  #failed = false;
  #idle: NodeJS.Timeout | undefined;

  constructor() {
    this.#worker = new Worker(bundledFile('containerThread.mjs'), {
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      // What libraries print of damaged files.
      stdout: true,
      stderr: true,
    });
    // Idle, it must not keep a process alive.
    this.#worker.unref();
    this.#worker.on('message', (response: ContainerResponse) => {
      const pending = this.#pending.get(response.id);
      if ('result' in response) pending?.resolve(response.result);
      else if ('problem' in response) {
        pending?.reject(new InputError(response.problem.code, response.problem.message));
      } else pending?.reject(new Error(response.failure));
    });
    this.#worker.on('error', (error) => {
      this.#end(error);
    });
    this.#worker.on('exit', (code) => {
      this.#end(new Error(`the thread that reads it ended with ${code}`));
    });
  }

  /** Whether it opens more: not when it failed on anything, which may have left the memory of a library in any state. */
  get isFit(): boolean {
    return !this.#ended && !this.#failed;
  }

  async open(kind: ContainerKind, source: ContainerSource): Promise<ThreadContainer> {
    this.#open++;
    clearTimeout(this.#idle);
    const { path } = source;
    try {
      const { container, arrays, notes } = (await this.#ask(path, {
        ask: 'open',
        kind,
        source,
      })) as OpenedContainer;
      let closing: Promise<void> | undefined;
      return {
        arrays,
        notes,
        read: async (index, offset, count) =>
          (await this.#ask(path, { ask: 'read', container, index, offset, count })) as Uint8Array,
        close: () => (closing ??= this.#close(path, container)),
      };
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async #close(path: string, container: number): Promise<void> {
    if (!this.#ended) await this.#ask(path, { ask: 'close', container });
    this.#release();
  }

  /** The thread goes some time after its last container, and all memory that it has with it. */
  #release(): void {
    this.#open--;
    if (this.#open > 0) return;
    this.#idle = setTimeout(
      () => {
        this.#end(new Error('the thread that read it has ended'));
      },
      this.#failed ? 0 : KEPT_MS,
    );
    this.#idle.unref();
  }

  async #ask(path: string, question: Question): Promise<Answer> {
    const id = ++this.#lastId;
    this.#worker.ref();
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Answer>((resolve, reject) => {
        if (this.#ended) {
          reject(new Error('the thread that read it has ended'));
          return;
        }
        this.#pending.set(id, { resolve, reject });
        timer = setTimeout(() => {
          this.#end(new Error(`no answer within ${LONGEST_ANSWER_MS / 1000} seconds`));
        }, LONGEST_ANSWER_MS);
        this.#worker.postMessage({ ...question, id } satisfies ContainerRequest);
      });
    } catch (error) {
      this.#failed ||= !(error instanceof InputError) || codesOfLibraries.includes(error.code);
      if (error instanceof InputError) throw new InputError(error.code, error.message, { file: path });
      throw new InputError(
        'container-damaged',
        `${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        { file: path },
      );
    } finally {
      clearTimeout(timer);
      this.#pending.delete(id);
      if (this.#pending.size === 0) this.#worker.unref();
    }
  }

  #end(error: Error): void {
    this.#ended = true;
    for (const { reject } of this.#pending.values()) reject(error);
    void this.#worker.terminate();
  }
}

/** The thread of this process. */
let thread: ContainerThread | undefined;

/**
 * Opens a container in the thread of this process, which is started where there is none. The caller closes it.
 *
 * @throws InputError `container-damaged` when a library fails on it, and those of the kind's own module.
 */
export async function openInThread(kind: ContainerKind, source: ContainerSource): Promise<ThreadContainer> {
  if (thread?.isFit !== true) thread = new ContainerThread();
  return await thread.open(kind, source);
}
