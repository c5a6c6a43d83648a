import { parentPort } from 'node:worker_threads';
import { Kernels } from '../numerics/kernels.ts';
import type { WorkerRequest, WorkerResponse } from '../numerics/workerPool.ts';
import { comparisonTask } from './betweenModalities.ts';
import { contrastiveLossTask } from './contrastiveLosses.ts';
import type { ParallelTask } from './parallelTask.ts';
import { withinTask } from './withinModality.ts';

// The entry of a worker thread: computes the tasks it is sent, one after the other.

const tasks = [withinTask, comparisonTask, contrastiveLossTask] as readonly ParallelTask<unknown, unknown>[];
const kernels = new Kernels({ device: 'cpu', threads: 1 });
let controller = new AbortController();

function answer(response: WorkerResponse): void {
  parentPort!.postMessage(response);
}

async function compute(id: number, name: string, input: unknown): Promise<void> {
  controller = new AbortController();
  const task = tasks.find((candidate) => candidate.name === name);
  try {
    if (task === undefined) throw new RangeError(`No task is named "${name}"`);
    const output = await task.compute(kernels, input, {
      signal: controller.signal,
      progress: (done) => {
        answer({ kind: 'progress', id, done });
      },
    });
    answer({ kind: 'done', id, output });
  } catch (error) {
    answer({ kind: 'failed', id, error });
  }
}

parentPort!.on('message', (request: WorkerRequest) => {
  if (request.kind === 'abort') controller.abort();
  else void compute(request.id, request.task, request.input);
});
