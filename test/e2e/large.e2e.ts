import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { paintedOn } from './harness/canvas.ts';
import { nameModalities } from './harness/dialogs.ts';
import { writeEmbeddings } from './harness/fixtures.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

describe.skipIf(host === null)('100,000 rows', () => {
  const editor = useWorkbench(host, (workspace) =>
    writeEmbeddings(join(workspace, 'large.npy'), 100_000, 32),
  );

  test('are measured and drawn, and the page goes on answering', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Measure Modality Gap');
    await workbench.pick('Choose files');
    await workbench.chooseFile('large.npy');
    await workbench.pick('Measure modality-1 and modality-2');
    await nameModalities(workbench, 'image, text');
    await workbench.pick('Measure 100,000 rows');
    await workbench.tab('large').waitFor();
    await workbench.panel.locator('#results').waitFor();
    const points = workbench.chart('points');
    await points.waitFor();
    expect((await paintedOn(points)).pixels).toBeGreaterThan(20_000);

    await points.hover();
    await workbench.page.keyboard.down('Control');
    for (let turn = 0; turn < 5; turn++) await workbench.page.mouse.wheel(0, -200);
    await workbench.page.keyboard.up('Control');
    const reset = workbench.panel.locator('#points').getByText('Reset', { exact: true });
    await expect.poll(() => reset.isEnabled()).toBe(true);
    await workbench.picture('large, zoomed');
    await reset.click();
    await expect.poll(() => reset.isEnabled()).toBe(false);
    await workbench.picture('large');
  });
});
