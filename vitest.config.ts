import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native modules (ONNX Runtime, DuckDB, sharp) are loaded: a forked process each, never a thread.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    reporters: ['default', './test/summaryReporter.ts'],
  },
});
