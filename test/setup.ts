import { rmSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where `builtBundles` builds; not there before it does. */
    bundlesFolder: string;
  }
}

/** Once for all tests: names a folder of this run for the bundles, and removes it in the end. */
export default async function setup(project: TestProject): Promise<() => void> {
  const cache = resolve('node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = join(cache, `test-bundles-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  project.provide('bundlesFolder', folder);
  // While somebody edits, the next run of the tests is of other sources.
  project.onTestsRerun(() => rm(folder, { recursive: true, force: true }));
  return () => {
    rmSync(folder, { recursive: true, force: true });
  };
}
