import type { RunRecord } from '../server/runs/runRecord.ts';

/** The record of a run whose data lay in `/data`. */
export function sampleRecord(): RunRecord {
  return {
    baseFolder: '/data',
    configFile: '/data/sample.gap.yaml',
    startedAt: '2026-01-02T03:04:00.000Z',
    seconds: 5.678,
    leftOutRows: [1, 4],
    title: null,
    isPinned: false,
  };
}
