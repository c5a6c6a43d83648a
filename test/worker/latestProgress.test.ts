import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { latestProgress } from '../../server/worker/latestProgress.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const at = (done: number) => ({ stage: 'embedding', done, unit: 'rows' });

it('tells at once, then the latest ten times a second', () => {
  const told: number[] = [];
  const { update } = latestProgress(({ done }) => told.push(done));
  for (let done = 0; done < 1000; done++) {
    update(at(done));
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(1000);
  expect(told[0]).toBe(0);
  expect(told.at(-1)).toBe(999);
  expect(told.length).toBeLessThanOrEqual(11);
  expect(told.length).toBeGreaterThanOrEqual(9);
});

it('tells nothing after it was stopped', () => {
  const told: number[] = [];
  const { update, stop } = latestProgress(({ done }) => told.push(done));
  update(at(1));
  update(at(2));
  stop();
  vi.advanceTimersByTime(1000);
  expect(told).toEqual([1]);
});
