import { describe, expect, it } from 'vitest';
import {
  describeAge,
  describeProgress,
  describeRun,
  describeSeconds,
  runFacts,
} from '../../client/runs/describeRun.ts';
import { RunList, type RunListChange } from '../../client/runs/runList.ts';
import type { RunSummary } from '../../server/protocol/lsp.ts';

const now = Date.parse('2026-01-01T12:00:00Z');

function run(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    uri: 'file:///runs/a',
    name: 'a',
    state: 'finished',
    startedAt: '2026-01-01T11:55:00Z',
    seconds: 3,
    progress: null,
    error: null,
    configUri: null,
    headline: {
      modalities: ['image', 'text'],
      rows: 512,
      device: 'cpu',
      gapDistance: 0.8321,
      meanCosines: [0.414, null],
    },
    isPinned: false,
    ...changes,
  };
}

describe('describeRun', () => {
  it('shows gap, cones, device and age of a finished run', () => {
    expect(describeRun(run(), now)).toBe('gap 0.832 · cone 0.41 / – · cpu · 5 min ago');
  });

  it('leaves out what was not measured', () => {
    const headline = { modalities: ['text'], rows: 2, device: 'cpu', gapDistance: null, meanCosines: [null] };
    expect(describeRun(run({ headline }), now)).toBe('cpu · 5 min ago');
    expect(describeRun(run({ headline: null }), now)).toBe('5 min ago');
  });

  it('rounds to a zero without a sign', () => {
    const headline = { modalities: ['a'], rows: 2, device: 'cpu', gapDistance: null, meanCosines: [-0.001] };
    expect(describeRun(run({ headline }), now)).toBe('cone 0.00 · cpu · 5 min ago');
  });

  it('shows how far a run has come, and why one has failed', () => {
    const progress = { stage: 'embed image', done: 40, total: 100, unit: 'rows' };
    expect(describeRun(run({ state: 'running', progress }), now)).toBe('embed image 40 %');
    expect(describeRun(run({ state: 'running' }), now)).toBe('starting');
    expect(describeRun(run({ state: 'waiting' }), now)).toBe('waiting');
    expect(describeRun(run({ state: 'cancelled' }), now)).toBe('cancelled');
    const error = { message: 'No rows', code: 'no-rows', file: null };
    expect(describeRun(run({ state: 'failed', error }), now)).toBe('failed: No rows');
    expect(runFacts(run({ state: 'failed', error, headline: null })).at(-1)).toBe('No rows [no-rows]');
  });

  it('has words for progress and time', () => {
    expect(describeProgress({ stage: 'read', done: 1500, unit: 'rows' })).toBe('read 1,500 rows');
    expect(describeProgress({ stage: 'read', done: 0, unit: 'rows' })).toBe('read');
    expect(describeProgress({ stage: 'read', done: 7, total: 5, unit: 'rows' })).toBe('read 100 %');
    expect(
      ['2026-01-01T11:59:30Z', '2026-01-01T09:00:00Z', '2025-12-20T12:00:00Z', 'x'].map((at) =>
        describeAge(at, now),
      ),
    ).toEqual(['just now', '3 h ago', '12 d ago', '']);
    expect([describeSeconds(4.24), describeSeconds(185)]).toEqual(['4.2 s', '3 min 5 s']);
  });
});

describe('RunList', () => {
  it('has pinned runs first, then the newest', async () => {
    const list = new RunList();
    const runs = [
      run({ uri: 'a', startedAt: '2026-01-01' }),
      run({ uri: 'b', startedAt: '2026-01-03' }),
      run({ uri: 'c', startedAt: '2026-01-02', isPinned: true }),
      run({ uri: 'd', startedAt: '2026-01-04', state: 'running' }),
    ];
    await list.replace(Promise.resolve(runs));
    expect(list.sorted().map(({ uri }) => uri)).toEqual(['c', 'd', 'b', 'a']);
    expect(list.finished().map(({ uri }) => uri)).toEqual(['b', 'c', 'a']);
    expect(list.active().map(({ uri }) => uri)).toEqual(['d']);
  });

  it('keeps what is told of a run while the list of all is on its way', async () => {
    const list = new RunList();
    let answer: (runs: readonly RunSummary[]) => void = () => undefined;
    const replaced = list.replace(
      new Promise((resolve) => {
        answer = resolve;
      }),
    );
    list.change('a', run({ uri: 'a', state: 'finished' }));
    list.change('b', null);
    // Made before the first one finished and the second one was deleted.
    answer([run({ uri: 'a', state: 'running' }), run({ uri: 'b' }), run({ uri: 'c' })]);
    await replaced;
    expect(list.get('a')?.state).toBe('finished');
    expect(
      list
        .sorted()
        .map(({ uri }) => uri)
        .toSorted(),
    ).toEqual(['a', 'c']);
    await expect(list.replace(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect(list.get('c')).toBeDefined();
  });

  it('tells what a run was before, and nothing once nobody listens', () => {
    const list = new RunList();
    const seen: RunListChange[] = [];
    const subscription = list.onChange((change) => seen.push(change));
    const running = run({ state: 'running' });
    list.change(running.uri, running);
    list.change(running.uri, null);
    subscription.dispose();
    list.change(running.uri, running);
    expect(seen).toEqual([
      { uri: running.uri, before: null, run: running },
      { uri: running.uri, before: running, run: null },
    ]);
    expect(list.get(running.uri)).toBe(running);
  });
});
