import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SharedTurns } from '../../../server/engine/datasets/sharedTurns.ts';

it('work alone begins when all other work has ended, and other work waits for it', async () => {
  const turns = new SharedTurns();
  let running = 0;
  const most = { together: 0, alone: 0 };
  const work = (kind: 'together' | 'alone', milliseconds: number) => async () => {
    running++;
    most[kind] = Math.max(most[kind], running);
    await wait(milliseconds);
    running--;
    return kind;
  };
  const all = Array.from({ length: 60 }, (_, i) => {
    const kind = i % 7 === 3 ? 'alone' : 'together';
    return turns[kind](work(kind, (i * 5) % 11));
  });
  const kinds = await Promise.all(all);
  expect(kinds.filter((kind) => kind === 'alone')).toHaveLength(9);
  expect(most.alone).toBe(1);
  expect(most.together).toBeGreaterThan(1);
});

it('a failure ends a turn as any other end does', async () => {
  const turns = new SharedTurns();
  const fail = () => Promise.reject(new Error('no'));
  await expect(turns.together(fail)).rejects.toThrow('no');
  await expect(turns.alone(fail)).rejects.toThrow('no');
  expect(await turns.together(() => Promise.resolve(1))).toBe(1);
  expect(await turns.alone(() => Promise.resolve(2))).toBe(2);
});
