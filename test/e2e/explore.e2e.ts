import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { paintedOn } from './harness/canvas.ts';
import { acceptSaveDialog, chooseFromMenu, questionAsking } from './harness/dialogs.ts';
import { writePhotos, writeThreeModalities } from './harness/fixtures.ts';
import { storedReport } from './harness/storedReport.ts';
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
    await writeThreeModalities(join(workspace, 'three.npy'), 80, 8);
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
    await workbench.runCommand('View: Show Explorer');
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
      .poll(() => points.getAttribute('aria-label').catch(() => ''))
      .toContain(`Scatter of ${rows} rows`);
    await workbench.panel.locator('#points summary').click();
    await axis.getByText('title: UMAP 1').waitFor();
    expect((await paintedOn(points)).pixels).toBeGreaterThan(2000);
    await points.scrollIntoViewIfNeeded();
    await workbench.picture('umap');
  });

  test('shows the gaps between three modalities as a matrix', async () => {
    const { workbench } = editor();
    await workbench.runCommand('View: Show Explorer');
    await chooseFromMenu(workbench, workbench.explorerRow('three.npy'), 'Measure Selected Files');
    await workbench.tab('three').waitFor();
    const matrix = workbench.chart('gap-matrix');
    await matrix.waitFor();
    expect((await paintedOn(matrix)).pixels).toBeGreaterThan(2000);
    await workbench.panel.locator('#gap-matrix summary').click();
    const cells = workbench.panel.locator('#gap-matrix td.number data');
    const shown = await cells.evaluateAll((data) =>
      data.map((one) => Number((one as HTMLDataElement).value)),
    );
    const report = await storedReport(editor().workspace, 'three');
    const gaps = report.results.filter(({ metric }) => metric === 'gap-distance').map(({ value }) => value);
    expect(gaps).toHaveLength(3);
    expect(shown).toEqual(expect.arrayContaining(gaps));
    await matrix.scrollIntoViewIfNeeded();
    await workbench.picture('gap matrix');
    await workbench.panel
      .locator('#points')
      .first()
      .evaluate((section) => {
        section.scrollIntoView();
      });
    await workbench.picture('three modalities');
    await workbench.runCommand('View: Close All Editors');
  });

  test('goes back in its questions, and saves the answers as an experiment file that it runs', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Measure Modality Gap');
    await workbench.pick('Choose a folder');
    await workbench.chooseFolder('photos', 'Measure');
    await workbench.quickPickRow('Measure image and text').waitFor();
    await workbench.page.locator('.quick-input-widget:visible').getByRole('button', { name: 'Back' }).click();
    await workbench.pick('Choose files');
    await workbench.chooseFile('reviews.csv');
    await workbench.pick('Choose columns');
    await questionAsking(workbench, 'Which columns?');
    // The title is picked already: it is called as captions are.
    await workbench.pick('body');
    await workbench.picture('columns');
    await workbench.page.keyboard.press('Enter');
    await questionAsking(workbench, 'Which column names the class');
    await workbench.pick('topic');
    await workbench.pick('Random networks');
    await workbench.pick('Save as an experiment file');
    await acceptSaveDialog(workbench);
    const saved = inWorkspace('reviews-2.gap.yaml');
    await expect.poll(() => readFile(saved, 'utf8').catch(() => '')).toContain('path: reviews.csv');
    await workbench.tab(/^reviews$/).waitFor();
    await workbench.panel.locator('#results').waitFor();
    expect(await readFile(saved, 'utf8')).toMatch(/columns:\n +text: title\n +body: body\n +labels: topic\n/);
    await workbench.runCommand('View: Close All Editors');
  });

  test('exports its charts as images', async () => {
    const { workbench } = editor();
    await workbench.runCommand('View: Close All Editors');
    await workbench.runCommand('Modality Gap: Export…');
    await workbench.pick('reviews');
    await workbench.pick('PNG');
    const charts = workbench.quickPickRows;
    await charts.filter({ hasText: 'Cosines within and between modalities' }).waitFor();
    const count = await charts.count();
    expect(count).toBeGreaterThanOrEqual(3);
    await workbench.page.keyboard.press('Enter');
    await workbench.chooseFolder('pictures', 'Save Here');
    await expect.poll(() => readdir(inWorkspace('pictures'))).toHaveLength(count);
    for (const name of await readdir(inWorkspace('pictures'))) {
      expect(name).toMatch(/^reviews .+\.png$/);
      const image = await readFile(inWorkspace('pictures', name));
      await writeFile(join('.e2e', name), image);
      expect([image.subarray(1, 4).toString(), image.readUInt32BE(16)]).toEqual(['PNG', 2520]);
    }
  });
});
