import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { paintedOn } from './harness/canvas.ts';
import { acceptSaveDialog, chooseFromMenu } from './harness/dialogs.ts';
import { writePhotos } from './harness/fixtures.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

const rows = 60;
const experiment = `name: reviews
data:
  kind: table
  path: reviews.csv
  columns: { title: title, body: body }
  labels: topic
  attributes: [length]
encoders:
  title: { kind: random }
  body: { kind: random }
experiments:
  - kind: modality-gap
    metrics: [gap-distance, mean-cosine, cosine-histogram, gap-vector]
`;

/** Reviews with a title, a body, a topic and a length. */
function reviews(): string {
  const topics = ['films', 'books', 'games'];
  const lines = Array.from({ length: rows }, (_, row) => {
    const topic = topics[row % 3]!;
    const length = row % 2 === 0 ? 'short' : 'long';
    return `Number ${row} of ${topic},${`what I think of ${topic} `.repeat(length === 'short' ? 1 : 6)},${topic},${length}`;
  });
  return ['title,body,topic,length', ...lines].join('\n');
}

describe.skipIf(host === null)('exploring', () => {
  const editor = useWorkbench(host, async (workspace) => {
    await writeFile(join(workspace, 'reviews.csv'), reviews());
    await writeFile(join(workspace, 'reviews.gap.yaml'), experiment);
    await writePhotos(join(workspace, 'photos'));
    await mkdir(join(workspace, 'pictures'));
  });

  const inWorkspace = (...names: string[]) => join(editor().workspace, ...names);

  test('begins in the menu of a folder, with every default', async () => {
    const { workbench } = editor();
    await chooseFromMenu(workbench, workbench.explorerRow('photos'), 'Measure Selected Files');
    await workbench.tab('photos').waitFor();
    await workbench.panel.locator('#results').waitFor();
    expect(await workbench.panel.locator('h1').textContent()).toBe('photos');
    await workbench.runCommand('View: Close All Editors');
  });

  test('begins in the menu of an experiment file', async () => {
    const { workbench } = editor();
    // A run shows the view that it is listed in.
    await workbench.showSideBar('Explorer');
    await chooseFromMenu(workbench, workbench.explorerRow('reviews.gap.yaml'), 'Measure Modality Gap');
    await workbench.tab('reviews').waitFor();
    await workbench.panel.locator('#results').waitFor();
    expect(await workbench.panel.locator('h1').textContent()).toBe('reviews');
  });

  test('colours the points by label and by attribute', async () => {
    const { workbench } = editor();
    const points = workbench.chart('points');
    await points.waitFor();
    const color = workbench.panel.locator('#points-color');
    expect(await color.locator('option').allTextContents()).toEqual(['modality', 'label', 'length']);
    const legend = workbench.panel.locator('#points .legend');
    for (const [choice, names] of [
      ['label', ['books', 'films', 'games']],
      ['length', ['long', 'short']],
    ] as const) {
      await color.selectOption({ label: choice });
      for (const name of names) await legend.getByText(name, { exact: true }).waitFor();
    }
    await points.scrollIntoViewIfNeeded();
    await workbench.picture('coloured by attribute');
  });

  test('lists what a lasso encloses, and saves it', async () => {
    const { workbench } = editor();
    const { mouse, keyboard } = workbench.page;
    const points = workbench.chart('points');
    await points.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await points.boundingBox())!;
    await keyboard.down('Shift');
    await mouse.move(x + 80, y + 10);
    await mouse.down();
    for (const [dx, dy] of [
      [width - 10, 10],
      [width - 10, height - 70],
      [80, height - 70],
    ] as const) {
      await mouse.move(x + dx, y + dy, { steps: 4 });
    }
    await mouse.up();
    await keyboard.up('Shift');
    const selection = workbench.panel.locator('.selection');
    await expect.poll(() => selection.locator('.count').textContent()).toBe(`${rows} selected rows`);
    await selection.locator('.items').getByText('what I think of films').first().waitFor();
    await selection.scrollIntoViewIfNeeded();
    await workbench.picture('selection');
    await selection.getByText('Save CSV').click();
    await acceptSaveDialog(workbench);
    const saved = () => readFile(inWorkspace('selected-rows.csv'), 'utf8').catch(() => '');
    await expect.poll(async () => (await saved()).trimEnd().split('\r\n').length).toBe(rows + 1);
    expect((await saved()).split('\r\n').slice(0, 2)).toEqual([
      expect.stringMatching(/^row,label,length,/),
      expect.stringMatching(/^0,films,short,/),
    ]);
    await selection.getByText('Clear').click();
  });

  test('lays the rows out by UMAP', async () => {
    const { workbench } = editor();
    const axis = workbench.panel.locator('#points thead');
    await workbench.panel.locator('.method select').selectOption('umap');
    const points = workbench.chart('points');
    await expect
      .poll(() => points.getAttribute('aria-label').catch(() => ''), { timeout: 60_000 })
      .toContain(`Scatter of ${rows} rows`);
    await workbench.panel.locator('#points summary').click();
    await axis.getByText('title: UMAP 1').waitFor();
    expect((await paintedOn(points)).pixels).toBeGreaterThan(2000);
    await points.scrollIntoViewIfNeeded();
    await workbench.picture('umap');
  });

  test('exports its charts as images', async () => {
    const { workbench } = editor();
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('Modality Gap: Export…');
    await workbench.pick('reviews');
    await workbench.pick('PNG');
    const charts = workbench.quickPickRows;
    await charts.filter({ hasText: 'Cosines within and between modalities' }).waitFor();
    expect(await charts.count()).toBe(3);
    await workbench.page.keyboard.press('Enter');
    await workbench.chooseFolder('pictures', 'Save Here');
    await expect.poll(() => readdir(inWorkspace('pictures')), { timeout: 60_000 }).toHaveLength(3);
    for (const name of await readdir(inWorkspace('pictures'))) {
      expect(name).toMatch(/^reviews .+\.png$/);
      const image = await readFile(inWorkspace('pictures', name));
      await writeFile(join('.e2e', name), image);
      expect([image.subarray(1, 4).toString(), image.readUInt32BE(16)]).toEqual(['PNG', 2520]);
    }
  });
});
