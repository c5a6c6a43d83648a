import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import type { Report } from '../../server/protocol/report.ts';
import { colouredPlace, paintedOn } from './harness/canvas.ts';
import { measureOnCommandLine } from './harness/commandLine.ts';
import { chooseFromMenu, nameModalities } from './harness/dialogs.ts';
import { photoColors, writeEmbeddings, writeMatrix, writePhotos } from './harness/fixtures.ts';
import { storedReport } from './harness/storedReport.ts';
import { useWorkbench } from './harness/useWorkbench.ts';
import type { Workbench } from './harness/workbench.ts';

const host = inject('editorHost');

describe.skipIf(host === null)('Measure Modality Gap', () => {
  let photos = 0;
  const editor = useWorkbench(host, async (workspace) => {
    photos = await writePhotos(join(workspace, 'photos'));
    await writeEmbeddings(join(workspace, 'features.npy'), 400, 16);
    for (const name of ['image_features', 'text_features']) {
      await writeMatrix(join(workspace, `${name}.npy`), 60, 8, name);
    }
  });

  test('measures a folder of images with captions, from the palette to a panel with the numbers of the command', async () => {
    const { workbench, workspace } = editor();
    await workbench.runCommand('Measure Modality Gap');
    await workbench.pick('Choose a folder');
    await workbench.chooseFolder('photos', 'Measure');
    await workbench.pick('Measure image and text');
    await workbench.pick('Random networks');
    await workbench.pick(`Measure ${photos} rows`);
    await workbench.tab('photos').waitFor();
    const expected = await measureOnCommandLine(join(workspace, 'photos'));
    expect(await shownNumbers(workbench)).toEqual(numbersOf(expected));
    expect((await storedReport(workspace, 'photos')).results).toEqual(expected.results);
  });

  test('draws histogram, scatter and pair lines', async () => {
    const { workbench } = editor();
    for (const id of ['cosines', 'points', 'dimensions']) {
      const painted = await paintedOn(workbench.chart(id));
      expect(painted.pixels, id).toBeGreaterThan(2000);
      expect(painted.colors, id).toBeGreaterThan(20);
    }
    const points = workbench.chart('points');
    const withLines = await paintedOn(points);
    await workbench.panel.locator('#points-lines').selectOption('none');
    await expect.poll(async () => (await paintedOn(points)).pixels).toBeLessThan(withLines.pixels - 500);
  });

  test('shows the picture and the caption of the point under the pointer', async () => {
    const { workbench } = editor();
    const points = workbench.chart('points');
    await points.scrollIntoViewIfNeeded();
    await points.hover({ position: await colouredPlace(points) });
    const card = workbench.panel.locator('#points .card');
    await card.locator('img').waitFor();
    await workbench.picture('hover');
    const text = await card.innerText();
    const color = await colorInTheMiddle(card.locator('img'));
    expect(text).toMatch(new RegExp(`one ${color} (circle|square|triangle|bar)`));
  });

  test.for([
    ['Dark Modern', 'vs-dark', 'vscode-dark'],
    ['Default High Contrast', 'hc-black', 'vscode-high-contrast'],
    ['Light Modern', 'vs', 'vscode-light'],
  ] as const)('takes over the colours of the theme %s while it is open', async ([theme, kind, bodyClass]) => {
    const { workbench } = editor();
    const { axis: before } = await colorsOf(workbench);
    await workbench.setTheme(theme, kind);
    await workbench.panel.locator(`body.${bodyClass}`).waitFor();
    // The page's colours follow by themselves; charts have to be drawn anew.
    await expect.poll(async () => (await colorsOf(workbench)).axis).not.toEqual(before);
    const { background, text, axis } = await colorsOf(workbench);
    // Contrast as WCAG 2.2 has it (1.4.3, 1.4.11).
    expect(contrast(text, background)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(axis, background)).toBeGreaterThanOrEqual(3);
    await workbench.panel.locator('h1').scrollIntoViewIfNeeded();
    await workbench.picture(`panel ${kind} top`);
    for (const id of ['cosines', 'points', 'worst-pairs', 'dimensions']) {
      await workbench.panel
        .locator(`#${id}`)
        .first()
        .evaluate((section) => {
          section.scrollIntoView();
        });
      await workbench.picture(`panel ${kind} ${id}`);
    }
  });

  test('is there again after a reload of the window, as it was left', async () => {
    const { workbench, workspace } = editor();
    await workbench.reload();
    await workbench.tab('photos').waitFor();
    const { results } = await storedReport(workspace, 'photos');
    expect(await shownNumbers(workbench)).toEqual(numbersOf({ results }));
    // What was chosen before, in the test of the pair lines.
    expect(await workbench.panel.locator('#points-lines').inputValue()).toBe('none');
  });

  test('measures a file of embeddings, without asking for an encoder', async () => {
    const { workbench, workspace } = editor();
    await workbench.runCommand('Measure Modality Gap');
    await workbench.pick('Choose files');
    await workbench.chooseFile('features.npy');
    await workbench.pick('Measure modality-1 and modality-2');
    // Nothing in the file says what they are.
    await nameModalities(workbench, 'image, text');
    await workbench.pick('Measure 400 rows');
    await workbench.tab('features').waitFor();
    const flags = ['--modalities', 'image,text'];
    const expected = await measureOnCommandLine(join(workspace, 'features.npy'), { flags });
    expect(await shownNumbers(workbench)).toEqual(numbersOf(expected));
    expect(expected.modalities.map(({ name }) => name)).toEqual(['image', 'text']);
  });

  test('measures files that are selected together, calls the run after them, and tells of no folder of this machine', async () => {
    const { workbench, workspace } = editor();
    const [image, text] = ['image_features.npy', 'text_features.npy'].map((name) =>
      workbench.explorerRow(name),
    );
    await workbench.runCommand('View: Show Explorer');
    await image!.click();
    await text!.click({ modifiers: ['ControlOrMeta'] });
    await workbench.page.locator('.explorer-folders-view .monaco-list-row.selected').nth(1).waitFor();
    await chooseFromMenu(workbench, text!, 'Measure Modality Gap');
    await workbench.pick('Measure image and text');
    await workbench.pick('Measure 60 rows');
    await workbench.tab('image_features and text_features').waitFor();
    const paths = ['image_features.npy', 'text_features.npy'].map((name) => join(workspace, name));
    const expected = await measureOnCommandLine(paths);
    expect(await shownNumbers(workbench)).toEqual(numbersOf(expected));
    const report = await storedReport(workspace, 'image_features-and-text_features');
    expect(report.modalities.map(({ source }) => source)).toEqual([
      'image_features.npy',
      'text_features.npy',
    ]);
    expect(JSON.stringify(report)).not.toContain(workspace);
  });
});

type Color = readonly [number, number, number];

/** Colours of the page: behind everything, of the text, and of the strongest grey on the histogram, its labels. */
async function colorsOf(workbench: Workbench): Promise<{ background: Color; text: Color; axis: Color }> {
  const [background, text] = await workbench.panel.locator('body').evaluate((body) => {
    const canvas = new OffscreenCanvas(1, 1).getContext('2d')!;
    const style = getComputedStyle(body);
    return [style.backgroundColor, style.color].map((color) => {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      const [red = 0, green = 0, blue = 0] = canvas.getImageData(0, 0, 1, 1).data;
      return [red, green, blue] as const;
    });
  });
  const axis = await workbench.chart('cosines').evaluate((element) => {
    const { width, height } = element as HTMLCanvasElement;
    const context = (element as HTMLCanvasElement).getContext('2d')!;
    // The strip below the plot holds the labels of the axis.
    const { data } = context.getImageData(0, height - 40, width, 40);
    const counts = new Map<string, number>();
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] !== 255) continue;
      const color = data.subarray(at, at + 3).join(' ');
      counts.set(color, (counts.get(color) ?? 0) + 1);
    }
    const [most] = [...counts].sort((one, other) => other[1] - one[1]);
    const [red = 0, green = 0, blue = 0] = most?.[0].split(' ').map(Number) ?? [];
    return [red, green, blue] as const;
  });
  return { background: background!, text: text!, axis };
}

/** WCAG's contrast ratio of two colours, from 1 to 21. */
function contrast(one: Color, other: Color): number {
  const luminance = (color: Color): number => {
    const [red, green, blue] = color.map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    }) as [number, number, number];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

/** The name of the colour that a picture has in its middle. */
async function colorInTheMiddle(image: Locator): Promise<string | undefined> {
  const pixel = await image.evaluate(async (element) => {
    const picture = element as HTMLImageElement;
    await picture.decode();
    const canvas = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight);
    const context = canvas.getContext('2d')!;
    context.drawImage(picture, 0, 0);
    return [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data];
  });
  const isNear = (color: readonly number[]) =>
    color.every((value, channel) => Math.abs(value - pixel[channel]!) < 24);
  return Object.entries(photoColors).find(([, color]) => isNear(color))?.[0];
}

/** Every single number of the panel's table, exactly, with its metric. */
async function shownNumbers({ panel }: Workbench): Promise<(readonly [string, number])[]> {
  await panel.locator('#results').waitFor();
  const shown = await panel
    .locator('#results tbody[data-metric]')
    .evaluateAll((blocks) =>
      blocks.flatMap((block) =>
        [...block.querySelectorAll('td.number > data')].map(
          (data) => [block.getAttribute('data-metric')!, (data as HTMLDataElement).value] as const,
        ),
      ),
    );
  return shown.map(([metric, value]) => [metric, Number(value)]);
}

function numbersOf({ results }: Pick<Report, 'results'>): (readonly [string, number])[] {
  const metrics = [...new Set(results.map(({ metric }) => metric))];
  return metrics.flatMap((metric) =>
    results
      .filter((result) => result.metric === metric)
      .flatMap(({ value }) => (typeof value === 'number' ? [[metric, value] as const] : [])),
  );
}
