import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, inject, test } from 'vitest';
import { colouredPlace } from './harness/canvas.ts';
import { writeRun } from './harness/commandLine.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

/** The README's pictures are taken anew where this is set: `MODALITY_GAP_PICTURES=1 npm run test:e2e -- pictures`. */
const isWanted = process.env['MODALITY_GAP_PICTURES'] === '1';
const host = isWanted ? inject('editorHost') : null;

const folder = 'media/screenshots';
const seeds = [0, 1, 2];

describe.skipIf(host === null)('pictures', () => {
  const editor = useWorkbench(host, async (workspace) => {
    await mkdir(folder, { recursive: true });
    const scenes = await readFile('media/templates/scenes.gap.yaml', 'utf8');
    await writeFile(join(workspace, 'scenes.gap.yaml'), scenes);
    for (const seed of seeds) {
      const file = join(workspace, `seed-${seed}.gap.yaml`);
      const text = scenes
        .replace(/^name: .*$/m, `name: seed ${seed}`)
        .replace(/^seed: .*$/m, `seed: ${seed}\ndevice: cpu`);
      await writeFile(file, text);
      await writeRun(file, join(workspace, 'modality-gap-runs', `seed-${seed}`));
    }
  });

  async function take(name: string): Promise<void> {
    const picture = await editor().workbench.page.screenshot();
    await sharp(picture)
      .png({ palette: true, quality: 95, effort: 10 })
      .toFile(join(folder, `${name}.png`));
  }

  test('of a report, light and dark', async () => {
    const { workbench } = editor();
    await workbench.page.setViewportSize({ width: 1280, height: 800 });
    await workbench.showSideBar('Modality Gap');
    await workbench.viewRows('Runs').filter({ hasText: 'seed 2' }).click();
    await workbench.panel.locator('#results').waitFor();
    const points = workbench.chart('points');
    await points.waitFor();
    await workbench.setTheme('Dark Modern', 'vs-dark');
    await take('reportDark');
    await workbench.setTheme('Light Modern', 'vs');
    await points.scrollIntoViewIfNeeded();
    await points.hover({ position: await colouredPlace(points) });
    await workbench.panel.locator('#points .card img').waitFor();
    await take('reportLight');
  });

  test('of a comparison', async () => {
    const { workbench } = editor();
    // A panel that is shown takes the focus back when the colours were chosen.
    await workbench.runCommand('View: Close All Editors');
    await workbench.setTheme('Dark Modern', 'vs-dark');
    await workbench.runCommand('Modality Gap: Compare Runs…');
    for (const seed of seeds) await workbench.pick(`seed ${seed}`);
    await workbench.page.keyboard.press('Enter');
    await workbench.panel.locator('#numbers').waitFor();
    await workbench.chart('comparison').waitFor();
    await take('compare');
  });

  test('of an experiment file', async () => {
    const { workbench } = editor();
    await workbench.runCommand('View: Close All Editors');
    await workbench.openFile('scenes.gap.yaml');
    // Lines move when the button above them and the hints come.
    await workbench.page.getByText('512 rows').waitFor();
    await workbench.page.locator('.codelens-decoration').first().waitFor();
    await workbench.hover('modality-gap');
    await take('experiment');
  });
});
