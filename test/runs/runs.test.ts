import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { URI } from 'vscode-uri';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { writeRunFolder } from '../../server/runs/runFolder.ts';
import { Runs } from '../../server/runs/runs.ts';
import { sampleRecord } from '../sampleRecord.ts';
import { sampleReport } from '../sampleReport.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();
const never = new AbortController().signal;
let open: Runs | null = null;

afterEach(async () => {
  await open?.close();
  open = null;
});

async function writeRun(folder: string): Promise<void> {
  const files = { report: sampleReport(), embeddings: null, html: '', config: '', record: sampleRecord() };
  await writeRunFolder(folder, files, never);
}

/** Runs below the temporary folder that are finished when they are told to be, and what was told of them. */
function heldRuns() {
  const told: [string, RunSummary['state'] | null][] = [];
  const finish = new Map<string, () => Promise<void>>();
  const runs = new Runs(
    ({ folder }, onProgress, signal) =>
      new Promise((resolve, reject) => {
        onProgress({ stage: 'measuring', done: 83, total: 100, unit: '%' });
        finish.set(folder, async () => {
          await writeRun(folder);
          resolve();
        });
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
      }),
    (folder, run) => {
      told.push([folder, run?.state ?? null]);
    },
  );
  open = runs;
  const root = join(temporary(), 'runs');
  runs.setRoots([root]);
  const start = (): string =>
    URI.parse(
      runs.start(root, {
        name: 'sample',
        config: { text: '', name: 'sample', baseFolder: temporary() },
        configFile: null,
      }).uri,
    ).fsPath;
  return { runs, root, told, finish, start };
}

describe('Runs', () => {
  it.each([0, 1, 2, 3, 5, 8, 13, 21])(
    'lists a run once, and as finished, that finishes while the list is made (%i turns later)',
    async (turns) => {
      const { runs, finish, start, root } = heldRuns();
      await mkdir(root);
      const folder = start();
      const asked = runs.list();
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      const finished = finish.get(folder)!();
      const states = (await asked).map(({ uri, state }) => [URI.parse(uri).fsPath, state]);
      await finished;
      expect(states).toHaveLength(1);
      expect((await runs.list()).map(({ state }) => state)).toEqual(['finished']);
    },
  );

  it('tells of a finished run after everything that was told of it before', async () => {
    const { told, finish, start } = heldRuns();
    const folder = start();
    await finish.get(folder)!();
    await expect.poll(() => told.at(-1)).toEqual([folder, 'finished']);
  });

  it('lists runs in folders that are noticed, and tells of each once', async () => {
    const { runs, told, root } = heldRuns();
    const [named, within] = [join(temporary(), 'results', 'named'), join(root, 'within')];
    await writeRun(named);
    await writeRun(within);
    runs.notice([named, within, join(temporary(), 'absent')]);
    runs.notice([named]);
    await expect.poll(() => told.filter(([folder]) => folder === named)).toEqual([[named, 'finished']]);
    const folders = (await runs.list()).map(({ uri }) => URI.parse(uri).fsPath);
    expect(folders.toSorted()).toEqual([named, within].toSorted());
    await runs.delete(named);
    expect(told.at(-1)).toEqual([named, null]);
    expect((await runs.list()).map(({ uri }) => URI.parse(uri).fsPath)).toEqual([within]);
  });
});
