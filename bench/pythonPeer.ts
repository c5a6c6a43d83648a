import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dirname, join } from 'node:path';

/** One timing of a peer, in seconds, and what it found. */
export interface PeerTiming {
  readonly seconds: number;
  readonly found: Readonly<Record<string, number>>;
}

/** A Python script that answers each line it is sent with a line of JSON, so that runs can take turns with ours. */
export interface PythonPeer {
  run(way: string): Promise<PeerTiming>;
  stop(): void;
}

/**
 * Starts a script of this folder with Debian's Python (packages python3-numpy, python3-torch).
 *
 * @param blasThreads threads that OpenBLAS may use within one product.
 */
export function startPythonPeer(script: string, args: readonly string[], blasThreads: number): PythonPeer {
  // The benchmark that was started lies beside its peers; this code may have been bundled elsewhere.
  const path = join(dirname(process.argv[1]!), script);
  const child = spawn('/usr/bin/python3', [path, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OPENBLAS_NUM_THREADS: String(blasThreads), OMP_NUM_THREADS: String(blasThreads) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(way) {
      child.stdin.write(`${way}\n`);
      const line: IteratorResult<string, unknown> = await lines.next();
      if (line.done === true) throw new Error(`${script} ended before it answered "${way}"`);
      return JSON.parse(line.value) as PeerTiming;
    },
    stop: () => child.stdin.end(),
  };
}
