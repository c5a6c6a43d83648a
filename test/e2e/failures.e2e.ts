import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test, vi } from 'vitest';
import { endlessExperiment } from './harness/fixtures.ts';
import { isRunning, parentOf, processesWith } from './harness/processes.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

describe.skipIf(host === null)('a run that does not end well', () => {
  const editor = useWorkbench(host, async (workspace) => {
    await writeFile(join(workspace, 'endless.gap.yaml'), endlessExperiment);
  });

  /** Starts a run that goes on, and gives its processes: the worker, and those of its models. */
  async function startEndlessRun(): Promise<{ worker: number; models: readonly number[] }> {
    const { workbench } = editor();
    await workbench.openFile('endless.gap.yaml');
    await workbench.runCommand('Measure Modality Gap');
    return endlessRun();
  }

  async function endlessRun(): Promise<{ worker: number; models: readonly number[] }> {
    await editor()
      .workbench.statusItem(/endless: embed\w* .*\d %/)
      .waitFor();
    // Between two modalities the process of one has ended, and that of the other is not there yet.
    const models = await vi.waitFor(async () => {
      const found = await processesWith(host!.extensionsFolder, 'modelProcess.mjs');
      expect(found).not.toEqual([]);
      return found;
    }, 120_000);
    return { worker: await parentOf(models[0]!), models };
  }

  async function expectNothingLeftOf(run: { worker: number; models: readonly number[] }): Promise<void> {
    const running = () => [run.worker, ...run.models].filter(isRunning);
    await expect.poll(running).toEqual([]);
    const left = await readdir(join(editor().workspace, 'modality-gap-runs')).catch(() => []);
    expect(left).toEqual([]);
  }

  test('shows how far it has come, and leaves no process and no file when it is cancelled', async () => {
    const { workbench } = editor();
    const run = await startEndlessRun();
    await workbench.picture('progress');
    await workbench.runCommand('Modality Gap: Cancel Run');
    await workbench.statusItem('endless').waitFor({ state: 'hidden' });
    await expectNothingLeftOf(run);
  });

  test('says why and can be tried again when its worker is killed, and hovers go on', async () => {
    const { workbench } = editor();
    const run = await startEndlessRun();
    const servers = await processesWith(host!.extensionsFolder, 'server.mjs');
    process.kill(run.worker, 'SIGKILL');
    const notification = workbench.notification('endless');
    await notification.waitFor();
    expect(await notification.textContent()).toContain('ended by the signal SIGKILL');
    await workbench.picture('worker killed');
    await expectNothingLeftOf(run);
    const hover = await workbench.hover('scenes');
    expect(await hover.first().innerText()).toContain('Scenes');

    await notification.getByRole('button', { name: 'Retry' }).click();
    const again = await endlessRun();
    await workbench.runCommand('Modality Gap: Cancel Run');
    await expectNothingLeftOf(again);
    expect(servers).toHaveLength(1);
    expect(await processesWith(host!.extensionsFolder, 'server.mjs')).toEqual(servers);
  });
});
