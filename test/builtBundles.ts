import { execFile } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { inject } from 'vitest';

/**
 * A folder with every bundle, built from the sources as they are now; the same one for all files of a run. The first that
 * asks builds them, and the others wait for it. It lies within the project, so that packages are found.
 */
export async function builtBundles(): Promise<string> {
  const folder = inject('bundlesFolder');
  const outcome = join(folder, 'outcome.txt');
  const isFirst = await mkdir(folder).then(
    () => true,
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      return false;
    },
  );
  if (isFirst) {
    const problem = await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--out', folder]).then(
      () => '',
      String,
    );
    await writeFile(`${outcome}.partial`, problem);
    await rename(`${outcome}.partial`, outcome);
  }
  for (;;) {
    const problem = await readFile(outcome, 'utf8').catch(() => undefined);
    if (problem === '') return folder;
    if (problem !== undefined) throw new Error(problem);
    await delay(50);
  }
}
