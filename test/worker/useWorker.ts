import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { OpenRuns } from '../../server/worker/openRuns.ts';
import { workerHandlers } from '../../server/worker/workerHandlers.ts';
import type { ProgressListener } from '../../server/protocol/progress.ts';
import type { WorkerContract } from '../../server/protocol/worker.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

/** What a worker answers, asked in this process, and the folder that its data and runs are in. */
export function useWorker() {
  const folder = useTemporaryFolder();
  const opened: OpenRuns[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((runs) => runs.closeAll()));
  });

  function handlers(progress: ProgressListener = () => undefined) {
    const runs = new OpenRuns();
    opened.push(runs);
    const { requests } = workerHandlers(runs);
    return <M extends keyof WorkerContract['requests']>(
      method: M,
      params: WorkerContract['requests'][M]['params'],
      signal = new AbortController().signal,
    ): Promise<WorkerContract['requests'][M]['result']> => requests[method](params, { signal, progress });
  }

  /** Measures the text of a configuration; gives the run's folder, which is the same for all of them. */
  async function measureText(text: string, name = 'test.gap.yaml'): Promise<string> {
    const runFolder = join(folder(), 'runs', 'test');
    await handlers()('measure', {
      config: { text, name, baseFolder: folder() },
      configFile: null,
      runFolder,
      cacheFolder: join(folder(), 'cache'),
      device: 'cpu',
    });
    return runFolder;
  }

  /** Measures a configuration given as its `data:` in YAML's flow style; gives the run's folder. */
  const measure = (data: string, more = ''): Promise<string> =>
    measureText(
      `name: test\ndata: ${data}\nexperiments: [{ kind: modality-gap, metrics: [gap-distance] }]\n${more}`,
    );

  const write = (name: string, content: string | Uint8Array) => writeFile(join(folder(), name), content);

  return { folder, handlers, measure, measureText, write };
}
