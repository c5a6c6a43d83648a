import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { bundledFile } from '../bundledFile.ts';
import { InputError } from '../problems.ts';
import { processEnd, type ProcessEnd } from '../processEnd.ts';
import type { Device } from './device.ts';
import { DeviceUnavailable } from './deviceUnavailable.ts';
import type { Frame } from './frames.ts';
import { FrameReader, writeFrame } from './frames.ts';
import type { FailureCode, ModelRequest, ModelResponse } from './modelMessages.ts';
import { packTensors, unpackTensors } from './modelMessages.ts';
import type { TensorInfo, TensorValue } from './onnxRuntime.ts';
import { OutOfMemory } from './outOfMemory.ts';
import { saysOutOfMemory } from './runtimeMessages.ts';

export interface ModelProcessOptions {
  readonly device: Device;
  /** How messages call the model: its file, or what it is. */
  readonly name: string;
  /** Threads within one operation on the CPU; unless given, as many as there are cores. */
  readonly threads?: number;
  /** Ends the process at once, whatever it is doing; what it was asked for fails with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A model that runs in a process of its own: what crashes there, or takes all memory, does not take the run along. */
export interface ModelProcess {
  /** The system's number of the process. */
  readonly pid: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  /**
   * Computes the outputs that are named. The arrays of `feeds` must not change until it is done; those of the result are
   * the caller's. Runs are computed one after the other.
   *
   * @throws InputError `model-run-failed` when ONNX Runtime refuses the inputs or fails, `model-crashed` when the process
   * ended; from then on every run fails so.
   * @throws OutOfMemory when memory ran out, in the process or by ending it: a new one may manage a smaller batch.
   */
  run(
    feeds: Readonly<Record<string, TensorValue>>,
    outputNames: readonly string[],
  ): Promise<Readonly<Record<string, TensorValue>>>;
  /** Ends the process once it has computed what it was asked for. */
  dispose(): Promise<void>;
  /** Ends the process at once; what it was computing fails. */
  kill(): Promise<void>;
}

/**
 * Loads a model, from its bytes or from a file, in a process of its own, which ends when this one does.
 *
 * @throws InputError `model-unreadable` when ONNX Runtime cannot load the model, `model-external-data` when a tensor of
 * it lies in a file that is missing or outside of its own folder, `model-crashed` when the process ended.
 * @throws DeviceUnavailable when the device is not there or cannot run this model.
 * @throws OutOfMemory when memory ran out.
 */
export async function startModel(
  model: string | Uint8Array,
  options: ModelProcessOptions,
): Promise<ModelProcess> {
  options.signal?.throwIfAborted();
  const connection = new Connection(options, typeof model === 'string' ? model : undefined);
  try {
    const { inputs, outputs } = await connection.load(model);
    return {
      pid: connection.pid,
      inputs,
      outputs,
      run: (feeds, outputNames) => connection.run(feeds, outputNames),
      dispose: () => connection.dispose(),
      kill: () => connection.kill(),
    };
  } catch (error) {
    await connection.kill();
    throw error;
  }
}

type Answer = Exclude<ModelResponse, { kind: 'failed' }>;
type Loaded = Extract<Answer, { kind: 'loaded' }>;
type Done = Extract<Answer, { kind: 'done' }>;

interface PendingAnswer {
  readonly resolve: (answer: Frame<Answer>) => void;
  readonly reject: (error: Error) => void;
}

/** What a process said last on its error stream is kept, up to this many characters. */
const keptWords = 4096;

/** How long, after a process has ended, its last words are waited for, which others may keep open. */
const graceMilliseconds = 500;

class Connection {
  readonly #options: ModelProcessOptions;
  readonly #file: string | undefined;
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  /** By the number of the run; null is the number of loading. */
  readonly #pending = new Map<number | null, PendingAnswer>();
  readonly #ended: Promise<void>;
  #lastId = 0;
  #lastWords = '';
  /** Why nothing can be asked any more. */
  #failure: Error | undefined;
  /** Whether the end of the process is waited for. */
  #isEnding = false;
  readonly #whenIdle: (() => void)[] = [];

  /** @param file Where the model is read from, for messages. */
  constructor(options: ModelProcessOptions, file: string | undefined) {
    this.#options = options;
    this.#file = file;
    this.#child = spawn(process.execPath, [bundledFile('modelProcess.mjs')], {
      // The 10 bits of TF32 would be CUDA's choice for products of float32.
      env: { NVIDIA_TF32_OVERRIDE: '0', ...process.env, ORT_DISABLE_TELEMETRY: '1' },
      // The pipe carries both directions at once, which Windows must be told.
      stdio: ['ignore', 'ignore', 'pipe', 'overlapped'],
      windowsHide: true,
    });
    this.#channel = this.#child.stdio[3] as Socket;
    const reader = new FrameReader<ModelResponse>((frame) => {
      this.#settle(frame);
    });
    this.#channel.on('data', (piece) => {
      reader.push(piece);
    });
    // Writing to a process that has gone: how it went says more.
    this.#channel.on('error', () => undefined);
    const errors = this.#child.stderr as Socket;
    errors.unref();
    errors.setEncoding('utf8').on('data', (words: string) => {
      this.#lastWords = (this.#lastWords + words).slice(-keptWords);
    });
    const { signal } = options;
    const abort = (): void => {
      void this.kill(signal?.reason as Error);
    };
    signal?.addEventListener('abort', abort);
    this.#ended = new Promise<void>((resolve) => {
      this.#child.on('error', (error) => {
        this.#failAll(this.#problem('model-crashed', `${this.#subject()} cannot start: ${error.message}`));
        resolve();
      });
      void processEnd(this.#child, [errors, this.#channel], graceMilliseconds).then((end) => {
        this.#failAll(this.#crash(end));
        resolve();
      });
    }).finally(() => signal?.removeEventListener('abort', abort));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  async load(model: string | Uint8Array): Promise<Loaded> {
    const { device, threads = null } = this.#options;
    const request = { kind: 'load', path: this.#file ?? null, device, threads } as const;
    const { message } = await this.#ask(null, request, typeof model === 'string' ? [] : [model]);
    return message as Loaded;
  }

  async run(
    feeds: Readonly<Record<string, TensorValue>>,
    outputs: readonly string[],
  ): Promise<Record<string, TensorValue>> {
    const id = ++this.#lastId;
    const { headers, parts: values } = packTensors(feeds);
    const { message, parts } = await this.#ask(id, { kind: 'run', id, feeds: headers, outputs }, values);
    return unpackTensors((message as Done).outputs, parts);
  }

  async dispose(): Promise<void> {
    this.#failure ??= new Error(`${this.#subject()} was ended`);
    if (this.#pending.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle.push(resolve);
      });
    }
    await this.kill();
  }

  /** There is nothing that the process would have to save, and drivers of devices may hang when they are to end. */
  async kill(reason = new Error(`${this.#subject()} was stopped`)): Promise<void> {
    this.#isEnding = true;
    this.#failAll(reason);
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #ask(id: number | null, request: ModelRequest, parts: readonly Uint8Array[]): Promise<Frame<Answer>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#pending.set(id, { resolve, reject });
      this.#keepAlive(true);
      writeFrame(this.#channel, request, parts);
    });
  }

  #settle({ message, parts }: Frame<ModelResponse>): void {
    const id = message.kind === 'loaded' ? null : message.id;
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (message.kind === 'failed') pending?.reject(this.#failed(message.code, message.reason));
    else pending?.resolve({ message, parts });
    if (this.#pending.size === 0) this.#rest();
  }

  #failAll(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    this.#rest();
  }

  #rest(): void {
    this.#keepAlive(false);
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  /** A process that has nothing to do must not keep this one alive; one whose end is waited for must. */
  #keepAlive(isBusy: boolean): void {
    for (const handle of [this.#child, this.#channel]) {
      if (isBusy || this.#isEnding) handle.ref();
      else handle.unref();
    }
  }

  #failed(code: FailureCode, reason: string): InputError {
    const { name, device } = this.#options;
    switch (code) {
      case 'device-unavailable':
        return new DeviceUnavailable(device, reason);
      case 'model-external-data':
        return this.#problem(
          code,
          `${name} keeps tensors in a file that is not in its own folder: ${reason}`,
        );
      case 'model-unreadable':
        return this.#problem(code, `ONNX Runtime cannot load ${name}: ${reason}`);
      case 'model-run-failed':
        return this.#problem(code, `ONNX Runtime cannot run ${name}: ${reason}`);
      case 'out-of-memory':
        return new OutOfMemory(`${name} needs more memory than there is on ${device}: ${reason}`);
    }
  }

  #crash({ code, signal }: ProcessEnd): InputError {
    const how = signal ?? `exit code ${code}`;
    const words = this.#lastWords.trim();
    const message = `${this.#subject()} ended unexpectedly (${how})${words === '' ? '' : `: ${words}`}`;
    // The kernel kills so what takes the last of the memory, and nobody else does.
    if (signal === 'SIGKILL' || saysOutOfMemory(words)) {
      return new OutOfMemory(`${message}. Most likely the memory ran out`);
    }
    const advice =
      this.#options.device === 'cpu'
        ? 'Try a smaller batch, or the model as another exporter writes it'
        : 'Try the device cpu';
    return this.#problem('model-crashed', `${message}. ${advice}`);
  }

  #subject(): string {
    return `The process that runs ${this.#options.name} on ${this.#options.device}`;
  }

  #problem(code: string, message: string): InputError {
    return new InputError(code, message, this.#file === undefined ? {} : { file: this.#file });
  }
}
