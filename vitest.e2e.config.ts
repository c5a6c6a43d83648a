import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: 'test/e2e/setup.ts',
    // An editor, a browser and runs that use every core: one at a time.
    fileParallelism: false,
    pool: 'forks',
    testTimeout: 120_000,
    reporters: ['default', './test/summaryReporter.ts'],
  },
});
