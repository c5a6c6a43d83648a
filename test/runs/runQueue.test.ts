import { join, resolve } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../server/engine/problems.ts';
import { RunQueue, type Measure, type RunRequest } from '../../server/runs/runQueue.ts';

const baseFolder = resolve('data');
const request = (folder: string): RunRequest => ({
  folder,
  name: folder,
  config: { text: '', name: folder, baseFolder },
  configFile: null,
});

/** A queue whose runs end when they are told to. */
function heldQueue() {
  const running = new Map<
    string,
    { succeed: () => void; fail: (error: Error) => void; progress: (done: number) => void }
  >();
  const changes: string[] = [];
  const measure: Measure = ({ folder }, onProgress, signal) =>
    new Promise((resolve, reject) => {
      running.set(folder, {
        succeed: () => {
          resolve();
        },
        fail: reject,
        progress: (done) => {
          onProgress({ stage: 's', done, unit: 'rows' });
        },
      });
      signal.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  const queue: RunQueue = new RunQueue(measure, (folder) => {
    changes.push(`${folder} ${queue.get(folder)?.state ?? 'gone'}`);
  });
  return { queue, running, changes };
}

describe('RunQueue', () => {
  it('runs one at a time, in order', async () => {
    const { queue, running, changes } = heldQueue();
    for (const folder of ['a', 'b', 'c']) queue.add(request(folder));
    expect(queue.list().map(({ state }) => state)).toEqual(['running', 'waiting', 'waiting']);
    running.get('a')!.succeed();
    await turn();
    const file = join(baseFolder, 'x');
    running.get('b')!.fail(new InputError('bad-data', `${file}: no good`, { file }));
    await turn();
    expect([...running.keys()]).toEqual(['a', 'b', 'c']);
    expect(queue.get('a')).toBeUndefined();
    expect(queue.get('b')).toMatchObject({
      state: 'failed',
      // The place as the configuration names it.
      error: { message: 'x: no good', code: 'bad-data', file },
    });
    running.get('c')!.succeed();
    await turn();
    expect(changes).toEqual(['a running', 'a gone', 'b running', 'b failed', 'c running', 'c gone']);
  });

  it('cancels what runs and what waits, and nothing else', async () => {
    const { queue, running } = heldQueue();
    for (const folder of ['a', 'b', 'c']) queue.add(request(folder));
    expect(await queue.cancel('b')).toBe(true);
    expect(await queue.cancel('a')).toBe(true);
    await turn();
    expect([...running.keys()]).toEqual(['a', 'c']);
    expect(await queue.cancel('a')).toBe(false);
    expect(await queue.cancel('none')).toBe(false);
    expect(queue.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'running']);
    await queue.close();
    expect(queue.list().map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
  });

  it('closes without starting what waits', async () => {
    const { queue, running } = heldQueue();
    for (const folder of ['a', 'b']) queue.add(request(folder));
    await queue.close();
    await turn();
    expect([...running.keys()]).toEqual(['a']);
  });

  it('tells of progress until a run is cancelled', async () => {
    const { queue, running, changes } = heldQueue();
    queue.add(request('a'));
    running.get('a')!.progress(3);
    expect(queue.get('a')?.progress?.done).toBe(3);
    const cancelled = queue.cancel('a');
    running.get('a')!.progress(4);
    await cancelled;
    expect(queue.get('a')?.progress?.done).toBe(3);
    expect(changes).toEqual(['a running', 'a running', 'a cancelled']);
  });

  it('forgets what has ended when it is told to, or when there is too much of it', async () => {
    const { queue, running } = heldQueue();
    for (let count = 0; count < 60; count++) {
      queue.add(request(`r${count}`));
      running.get(`r${count}`)!.fail(new Error('x'));
      await turn();
    }
    expect(queue.list()).toHaveLength(50);
    expect(queue.get('r9')).toBeUndefined();
    expect(queue.forget('r59')).toBe(true);
    expect(queue.forget('r59')).toBe(false);
    queue.add(request('a'));
    expect(queue.forget('a')).toBe(false);
  });
});
