import { defineConfig } from 'vitest/config';
import LongestFirst from './test/longestFirst.ts';

/** For what hangs, not for what is slow: on a machine with other work everything takes several times as long. */
const hangs = 300_000;

/**
 * Files that have a process each: they change what a process has once (its environment, its flags, its console), measure
 * its memory, or start programs, models and browsers of their own.
 */
const alone = [
  'test/{cli,lsp,scripts,webview,worker}/**/*.test.ts',
  'test/engine/runtime/**/*.test.ts',
  'test/engine/datasets/{decodeAudio,ffmpegProcess,videoFrames}.test.ts',
  'test/engine/datasets/containers/damagedContainers.test.ts',
  'test/language/robustness.test.ts',
  'test/templates.test.ts',
];

export default defineConfig({
  test: {
    // Native modules (ONNX Runtime, DuckDB, sharp) are loaded: a forked process each, never a thread.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: hangs,
    hookTimeout: hangs,
    expect: { poll: { timeout: hangs / 5 } },
    reporters: ['default', './test/summaryReporter.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: alone, globalSetup: 'test/setup.ts' } },
      {
        extends: true,
        test: { name: 'shared', include: ['test/**/*.test.ts'], exclude: alone, isolate: false },
      },
    ],
  },
});
