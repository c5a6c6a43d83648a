import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderHtmlReport } from '../../../server/engine/report/htmlReport.ts';
import type { Report } from '../../../server/protocol/report.ts';
import { chromiumFlags, findChromium } from '../../chromium.ts';
import { exampleDescriptions, exampleReport, hostile } from './exampleReport.ts';

const browser = findChromium();
if (browser === undefined) console.info('Skipped: the report page needs Chromium, and none was found.');

describe.skipIf(browser === undefined)('the report page in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-page-'));
  const complaints: string[] = [];
  const requests: string[] = [];
  let context: BrowserContext;
  let assets: { script: string; style: string };

  beforeAll(async () => {
    execFileSync(process.execPath, ['scripts/build.mjs', '--out', folder, 'report.js', 'report.css']);
    assets = {
      script: readFileSync(join(folder, 'report.js'), 'utf8'),
      style: readFileSync(join(folder, 'report.css'), 'utf8'),
    };
    context = await chromium.launchPersistentContext(join(folder, 'profile'), {
      executablePath: browser!,
      args: chromiumFlags,
      viewport: { width: 1100, height: 900 },
      colorScheme: 'light',
      acceptDownloads: true,
    });
    context.on('request', (request) => requests.push(request.url()));
    context.on('weberror', (error) => complaints.push(error.error().message));
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
  });

  afterAll(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  async function open(report: Report): Promise<Page> {
    const file = join(folder, 'report.html');
    writeFileSync(file, renderHtmlReport(report, exampleDescriptions, assets));
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    return page;
  }

  test('draws every chart, without a complaint and without a request but for itself', async () => {
    const page = await open(exampleReport());
    for (const id of ['cosines', 'projection', 'dimensions', 'landscape-1']) {
      const colors = await page.locator(`#${id} canvas[role=img]`).evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        const context2d = (canvas as HTMLCanvasElement).getContext('2d');
        const pixels = new Uint32Array(context2d!.getImageData(0, 0, width, height).data.buffer);
        return { drawn: pixels.filter((pixel) => pixel !== 0).length, different: new Set(pixels).size };
      });
      expect(colors.drawn, id).toBeGreaterThan(2000);
      expect(colors.different, id).toBeGreaterThan(50);
    }
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('file:') || !url.endsWith('/report.html'))).toEqual([]);
    await page.close();
  });

  test('shows hostile names, ids, labels and notes as the text they are', async () => {
    const page = await open(exampleReport());
    expect(await page.locator('h1').textContent()).toBe(hostile.name);
    expect(await page.locator('.notes li').textContent()).toContain(hostile.id);
    expect(await page.locator('.modalities .source').first().textContent()).toBe(hostile.source);
    await page.locator('#projection summary').click();
    expect(await page.locator('#projection tbody tr').first().locator('td').nth(1).textContent()).toBe(
      hostile.id,
    );
    expect(await page.locator('img, b').count()).toBe(0);
    expect(await page.title()).toContain('modality gap');
    await page.close();
  });

  test('keys and commands in notes are code, what was not measured is said', async () => {
    const report = exampleReport();
    const notes = [{ code: 'some-code', message: 'rows repeat: `repeatedRows: <b>` takes `each` alone' }];
    const page = await open({ ...report, notes, results: [] });
    const note = page.locator('.notes li');
    expect(await note.textContent()).toBe('rows repeat: repeatedRows: <b> takes each alone some-code');
    expect(await note.locator('code').allTextContents()).toEqual(['repeatedRows: <b>', 'each', 'some-code']);
    expect(await page.locator('#results').textContent()).toBe('Nothing was measured.');
    await page.close();
  });

  test('the table holds the numbers of the report, to the last digit', async () => {
    const report = exampleReport();
    const page = await open(report);
    const shown = await page
      .locator('#results tbody tr:not(.metric) > td:nth-child(2) > data')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLDataElement).value)));
    const measured = report.results.map(({ value }) => value).filter((value) => typeof value === 'number');
    expect(shown.toSorted()).toEqual(measured.toSorted());
    expect(await page.locator('.gap-number data').textContent()).toBe('0.812');
    expect(await page.locator('[data-metric=recall-at-1] td:first-child').allTextContents()).toEqual([
      'image → text',
      'text → image',
    ]);
    await page.close();
  });

  test('the tooltip names the bin under the pointer and the density of its count', async () => {
    const report = exampleReport();
    const page = await open(report);
    const canvas = page.locator('#cosines canvas[role=img]');
    const { width, height } = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: width * 0.5, y: height * 0.4 } });
    const tooltip = page.locator('#cosines .tooltip');
    const line = (await tooltip.locator('div').first().textContent())!;
    const [, from, shown] = /^image, (−?[\d.]+) to [−\d.]+: ([\d.]+)$/.exec(line)!;
    const bin = Math.round((Number(from!.replace('−', '-')) + 1) / 0.05);
    const counts = report.results.find(({ metric }) => metric === 'cosine-histogram')!.value as number[];
    const density = counts[bin]! / (counts.reduce((sum, count) => sum + count, 0) * 0.05);
    expect(density).toBeGreaterThan(0);
    expect(shown).toBe(density.toFixed(4));
    expect(await tooltip.locator('div').count()).toBe(4);
    await page.close();
  });

  test('colours follow dark and light while the page is open', async () => {
    const page = await open(exampleReport());
    const picture = () =>
      page
        .locator('#cosines canvas[role=img]')
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const light = await picture();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(picture).not.toBe(light);
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(picture).toBe(light);
    await page.close();
  });

  test('controls, legend and buttons work from the keyboard; image and numbers are saved', async () => {
    const page = await open(exampleReport());
    await page.locator('#landscape-1-loss').focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.locator('#landscape-1 figcaption').textContent()).toContain('1.5000 at distance');
    const entry = page.locator('#cosines .legend button').first();
    await entry.focus();
    await page.keyboard.press('Enter');
    expect(await entry.getAttribute('aria-pressed')).toBe('false');
    const save = async (name: string) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.locator('#dimensions').getByText(name).press('Enter'),
      ]);
      return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
    };
    const image = await save('Save PNG');
    expect(image.name).toBe('the-gap-by-dimension.png');
    expect(image.bytes.readUInt32BE(16)).toBe(2520);
    const numbers = await save('Save CSV');
    expect(numbers.bytes.toString('utf8').split('\r\n')[1]).toMatch(/^0,0\.6,0\.5454/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('a report of one modality, without points and histograms, says what is missing', async () => {
    const report = exampleReport();
    const page = await open({
      ...report,
      modalities: report.modalities.slice(0, 1),
      results: report.results.filter(({ metric }) => metric === 'mean-cosine').slice(0, 1),
      experiments: report.experiments.slice(0, 1),
      projection: null,
    });
    expect(await page.locator('.absent').allTextContents()).toEqual([
      expect.stringContaining('No cosine histograms'),
      expect.stringContaining('No scatter'),
      expect.stringContaining('one modality'),
    ]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test('fits narrow windows, and stays small', async () => {
    const page = await open(exampleReport());
    for (const width of [400, 1400]) {
      await page.setViewportSize({ width, height: 800 });
      const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      await expect.poll(overflow).toBe(0);
    }
    expect(assets.script.length + assets.style.length).toBeLessThan(300_000);
    await page.close();
  });
});
