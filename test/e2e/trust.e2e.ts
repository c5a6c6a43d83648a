import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { endlessExperiment, writePhotos } from './harness/fixtures.ts';
import { processesWith } from './harness/processes.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

describe.skipIf(host === null)('Restricted Mode', () => {
  const editor = useWorkbench(
    host,
    async (workspace) => {
      await writePhotos(join(workspace, 'photos'));
      await writeFile(join(workspace, 'endless.gap.yaml'), endlessExperiment);
    },
    { isTrusted: false },
  );

  test('runs nothing, and says so', async () => {
    const { workbench, workspace } = editor();
    await workbench.statusItem('Restricted Mode').waitFor();
    await workbench.openFile('endless.gap.yaml');
    await workbench.runCommand('Measure Modality Gap');
    await workbench.notification('Nothing is measured in Restricted Mode').waitFor();
    expect(await processesWith(host!.extensionsFolder, 'worker.mjs')).toEqual([]);
    expect(await readdir(workspace)).not.toContain('modality-gap-runs');
  });
});
