import { fork, spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { bundledFile } from '../engine/bundledFile.ts';
import { processEnd, type ProcessEnd } from '../engine/processEnd.ts';
import type { ProgressListener } from '../protocol/progress.ts';
import type { NoContract } from '../protocol/rpc.ts';
import { RpcError, connectPeers, type Peer } from '../protocol/rpcPeer.ts';
import type { WorkerContract } from '../protocol/worker.ts';
import { describeFailure } from './describeFailure.ts';
import { processChannel } from './processChannel.ts';

/** What a worker has to clean up after it was told to end; what takes longer is killed. */
const graceMilliseconds = 3000;

/**
 * How long the end of killed processes, and of what was written to the error stream, is waited for: where nobody
 * collects them, they are listed for ever, and what they started may keep the stream.
 */
const goneMilliseconds = 1000;

/** What a process said last on its error stream is kept, up to this many characters. */
const keptWords = 4096;

/** A process that runs native code: what crashes there does not take the server along. */
export class WorkerProcess {
  readonly #child: ChildProcess;
  readonly #peer: Peer<WorkerContract>;
  /** How it ended, in words. */
  readonly #ended: Promise<string>;
  #lastWords = '';

  constructor() {
    this.#child = fork(bundledFile('worker.mjs'), [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      // A debugger that listens to this process must not be asked for its port again.
      execArgv: [],
      // A group of its own, which can be killed together with the processes that run its models.
      detached: process.platform !== 'win32',
    });
    const errors = this.#child.stderr!;
    errors.setEncoding('utf8').on('data', (words: string) => {
      this.#lastWords = (this.#lastWords + words).slice(-keptWords);
    });
    this.#ended = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        resolve(`The worker process cannot start: ${error.message}`);
      });
      // Processes of models that are busy would notice only later that nobody waits for them.
      this.#child.on('exit', () => {
        this.#killGroup();
      });
      void processEnd(this.#child, [errors], goneMilliseconds).then(async (end) => {
        await this.#groupGone();
        resolve(this.#describeEnd(end));
      });
    });
    this.#peer = connectPeers<NoContract, WorkerContract>(
      processChannel(this.#child),
      { requests: {}, notifications: {} },
      describeFailure,
    );
  }

  /** The system's number of the process; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Resolves, never rejects, when the process is gone. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /**
   * Asks the process.
   *
   * @throws RpcError `worker-crashed` when the process ended meanwhile, with how it did, and as `Peer.request`.
   */
  async ask<M extends keyof WorkerContract['requests']>(
    method: M,
    params: WorkerContract['requests'][M]['params'],
    signal?: AbortSignal,
    onProgress?: ProgressListener,
  ): Promise<WorkerContract['requests'][M]['result']> {
    try {
      return await this.#peer.request(method, params, signal, onProgress);
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== 'disconnected') throw error;
      throw new RpcError({ message: await this.#ended, code: 'worker-crashed' });
    }
  }

  /** Tells the process to stop what it is doing and to end; kills it, and what it started, if that takes too long. */
  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const patience = new AbortController();
    const isOver = delay(graceMilliseconds, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([this.#ended, isOver]);
    patience.abort();
    this.kill();
    await this.#ended;
  }

  /** Kills the process and every process that it started. */
  kill(): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    if (process.platform === 'win32')
      spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore' }).on('error', () => undefined);
    else this.#killGroup();
  }

  #killGroup(): void {
    this.#signalGroup('SIGKILL');
  }

  /** Whether there was anybody in the group to be told. */
  #signalGroup(signal: 'SIGKILL' | 0): boolean {
    const { pid } = this.#child;
    if (pid === undefined || process.platform === 'win32') return false;
    try {
      return process.kill(-pid, signal);
    } catch {
      // The last of the group has gone.
      return false;
    }
  }

  /** A process that was killed is there until the system has taken its memory back. */
  async #groupGone(): Promise<void> {
    const deadline = performance.now() + goneMilliseconds;
    while (this.#signalGroup(0) && performance.now() < deadline) await delay(5);
  }

  #describeEnd({ code, signal }: ProcessEnd): string {
    const how = signal === null ? `with exit code ${code}` : `by the signal ${signal}`;
    const hint = signal === 'SIGKILL' ? '. Most likely the memory ran out' : '';
    const words = this.#lastWords.trim().split('\n').slice(-5).join('\n');
    return `The worker process was ended ${how}${hint}${words === '' ? '' : `. It said last:\n${words}`}`;
  }
}
