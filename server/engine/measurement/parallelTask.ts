import type { Kernels } from '../numerics/kernels.ts';
import type { ComputeOptions } from '../numerics/workerPool.ts';

/**
 * A computation that may run on another thread: what goes in and comes out is data that can be copied there. Its name
 * is how the thread knows it; `computeWorker.ts` lists every task.
 */
export interface ParallelTask<Input, Output> {
  readonly name: string;
  compute(kernels: Kernels, input: Input, options: ComputeOptions): Promise<Output>;
}

/**
 * Shares work out to the threads of the pool, each of which gets one input; on this thread where the device is not the
 * CPU, or `isLarge` says that the work is not worth the start of threads.
 *
 * @param split the inputs for a number of threads: at most that many, at least one.
 * @returns the outputs, in the order of the inputs.
 */
export async function computeInParallel<Input, Output>(
  kernels: Kernels,
  task: ParallelTask<Input, Output>,
  isLarge: boolean,
  split: (threads: number) => Input[],
  options: ComputeOptions,
): Promise<Output[]> {
  const pool = isLarge ? kernels.pool() : null;
  if (pool === null) {
    return Promise.all(split(1).map((input) => task.compute(kernels, input, options)));
  }
  const inputs = split(pool.size);
  // Sound while the worker lists the same task under its name.
  return Promise.all(
    inputs.map((input, index) => pool.compute(index, task.name, input, options) as Promise<Output>),
  );
}

/** Pairs of rows from which threads are worth their start of a tenth of a second, and their memory. */
export const manyPairs = 40_000_000;

/** How many parts large work is cut into, whatever the number of threads: sums must not depend on the machine. */
export const fixedParts = 16;

/** The parts of each of `threads` threads, in turns: `[[0, 2, …], [1, 3, …]]`. */
export function dealParts(parts: number, threads: number): number[][] {
  const hands = Array.from({ length: Math.min(parts, threads) }, (): number[] => []);
  for (let part = 0; part < parts; part++) hands[part % hands.length]!.push(part);
  return hands;
}

/** What {@link dealParts} dealt out, back in the order of the parts: sums depend on it. */
export function inOrder<T>(hands: readonly T[][]): T[] {
  return Array.from(
    { length: hands.reduce((sum, hand) => sum + hand.length, 0) },
    (_, part) => hands[part % hands.length]![Math.floor(part / hands.length)]!,
  );
}
