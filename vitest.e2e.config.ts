import { defineConfig } from 'vitest/config';

/** For what hangs, not for what is slow: on a machine with other work everything takes several times as long. */
const hangs = 600_000;

export default defineConfig({
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: 'test/e2e/setup.ts',
    // An editor, a browser and runs that use every core: one at a time.
    fileParallelism: false,
    pool: 'forks',
    testTimeout: hangs,
    hookTimeout: hangs,
    expect: { poll: { timeout: hangs / 4, interval: 100 } },
    reporters: ['default', './test/summaryReporter.ts'],
  },
});
