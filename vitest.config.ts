import { defineConfig } from 'vitest/config';

/** For what hangs, not for what is slow: on a machine with other work everything takes several times as long. */
const hangs = 300_000;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native modules (ONNX Runtime, DuckDB, sharp) are loaded: a forked process each, never a thread.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: hangs,
    hookTimeout: hangs,
    expect: { poll: { timeout: hangs / 5 } },
    reporters: ['default', './test/summaryReporter.ts'],
  },
});
