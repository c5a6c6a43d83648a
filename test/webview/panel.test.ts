import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RpcError } from '../../server/protocol/rpcPeer.ts';
import { browserPath, openPanel, startBrowser } from './panelHarness.ts';
import { answersFrom, measureScenes, unwatched } from './panelRun.ts';
import type { PanelRun } from './panelRun.ts';

if (browserPath === undefined) console.info('Skipped: the panel needs Chromium, and none was found.');

describe.skipIf(browserPath === undefined)('the panel of a run in Chromium', () => {
  const folder = mkdtempSync(join(tmpdir(), 'panel-'));
  let context: BrowserContext;
  let run: PanelRun;

  beforeAll(async () => {
    const [started, runFolder] = await Promise.all([startBrowser(folder), measureScenes(folder)]);
    context = started;
    run = answersFrom(runFolder);
  });

  afterAll(async () => {
    await context.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const scatter = (page: Page): Locator => page.locator('#points .plot > canvas');

  async function openRun(): ReturnType<typeof openPanel> {
    const panel = await openPanel(context, run.answers);
    await scatter(panel.page).waitFor();
    return panel;
  }

  /** Pixels that are drawn, and how many different ones there are. */
  function ink(canvas: Locator): Promise<{ drawn: number; different: number; picture: string }> {
    return canvas.evaluate((node) => {
      const { width, height } = node as HTMLCanvasElement;
      const { data } = (node as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      const pixels = new Uint32Array(data.buffer);
      return {
        drawn: pixels.filter((pixel) => pixel !== 0).length,
        different: new Set(pixels).size,
        picture: (node as HTMLCanvasElement).toDataURL(),
      };
    });
  }

  /** Shift-drags round the whole plot. */
  async function lassoAll(page: Page): Promise<void> {
    const canvas = scatter(page);
    await canvas.scrollIntoViewIfNeeded();
    const { x, y, width, height } = (await canvas.boundingBox())!;
    await page.keyboard.down('Shift');
    await page.mouse.move(x + 70, y + 5);
    await page.mouse.down();
    for (const [dx, dy] of [
      [width - 5, 5],
      [width - 5, height - 60],
      [70, height - 60],
    ] as const) {
      await page.mouse.move(x + dx, y + dy, { steps: 3 });
    }
    await page.mouse.up();
    await page.keyboard.up('Shift');
  }

  test('its numbers are those of report.json, and its charts hold histograms, points and lines', async () => {
    const { page } = await openRun();
    const shown = await page
      .locator('#results tbody tr:not(.metric) > td:nth-child(2) > data')
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLDataElement).value)));
    const measured = run.report.results
      .map(({ value }) => value)
      .filter((value) => typeof value === 'number');
    expect(shown.toSorted()).toEqual(measured.toSorted());
    const gap = run.report.results.find(({ metric }) => metric === 'gap-distance')!.value as number;
    expect(await page.locator('.gap-number data').getAttribute('value')).toBe(String(gap));
    expect((await ink(page.locator('#cosines .plot > canvas'))).different).toBeGreaterThan(50);
    const withLines = await ink(scatter(page));
    expect(withLines.different).toBeGreaterThan(100);
    await page.locator('#points-lines').selectOption('none');
    const withoutLines = await ink(scatter(page));
    expect(withLines.drawn - withoutLines.drawn).toBeGreaterThan(1000);
    await page.close();
  });

  test('a pointer on a point shows its picture and caption, a click opens it', async () => {
    const panel = await openRun();
    const { page } = panel;
    await scatter(page).focus();
    await page.keyboard.press('ArrowLeft');
    const card = page.locator('#points .card');
    await card.locator('img').waitFor();
    const row = Number(/row (\d+)/.exec((await card.textContent()) ?? '')?.[1]);
    const caption = await run.answers.preview({ uri: run.uri, row, modality: 'text' }, unwatched);
    expect(await card.locator('.text').textContent()).toBe(caption.text);
    await page.keyboard.press('Enter');
    await expect.poll(() => panel.told.join()).toMatch(new RegExp(`openItem .*"row":${row}`));
    await page.keyboard.press('Escape');
    await expect.poll(() => card.isHidden()).toBe(true);

    await scatter(page).scrollIntoViewIfNeeded();
    const { x: left, y: top, width, height } = (await scatter(page).boundingBox())!;
    for (let x = left + 80; x < left + width - 20 && (await card.isHidden()); x += 20) {
      for (let y = top + 10; y < top + height - 60; y += 20) {
        await page.mouse.move(x, y);
        if (await card.isVisible()) break;
      }
    }
    await card.locator('img').waitFor();
    await page.close();
  });

  test('a lasso selects rows, which are listed with their pictures and saved', async () => {
    const { page } = await openRun();
    await lassoAll(page);
    const rows = run.report.modalities[0]!.rows;
    await expect.poll(() => page.locator('.selection .count').textContent()).toBe(`${rows} selected rows`);
    await page.locator('.selection img').first().waitFor();
    await page.locator('.selection').getByText('Save CSV').click();
    await expect.poll(() => run.saved.has('selected-rows.csv')).toBe(true);
    expect((run.saved.get('selected-rows.csv') as string).trimEnd().split('\r\n')).toHaveLength(rows + 1);
    await page.locator('.selection').getByText('Clear').click();
    expect(await page.locator('.selection').textContent()).toBe('');
    await page.close();
  });

  test('the worst-matched pairs are those of the run, lowest cosine first', async () => {
    const { page } = await openRun();
    await page.locator('#worst-pairs .items li').first().waitFor();
    const { pairs } = await run.answers.worstPairs(
      { uri: run.uri, modalities: ['image', 'text'], count: 50 },
      unwatched,
    );
    const shown = await page.locator('#worst-pairs .figure-value').allTextContents();
    expect(shown).toEqual(pairs.map(({ cosine }) => cosine.toFixed(3).replace('-', '−')));
    await page.close();
  });

  test('every button is called what it shows, or more', async () => {
    const { page } = await openRun();
    await page.locator('#worst-pairs .items button').first().waitFor();
    const buttons = await page.locator('button').evaluateAll((all) =>
      all.map((button) => ({
        shown: button.textContent.trim(),
        name: button.getAttribute('aria-label') ?? button.textContent.trim(),
      })),
    );
    expect(buttons.length).toBeGreaterThan(20);
    // WCAG 2.2, 2.5.3: who speaks to a page says what they see. Signs are no words.
    const words = buttons.filter(({ shown }) => !['+', '−'].includes(shown));
    expect(words.filter(({ shown, name }) => !name.startsWith(shown))).toEqual([]);
    await page.close();
  });

  test('zoom stays when something else is chosen, and in another theme; reset shows all', async () => {
    const { page, setTheme } = await openRun();
    const figure = page.locator('#points');
    const whole = (await ink(scatter(page))).picture;
    await figure.getByRole('button', { name: /^Zoom into/ }).click();
    const reset = figure.getByRole('button', { name: /^Reset/ });
    const table = figure.locator('table');
    const zoomed = (await ink(scatter(page))).drawn;
    await page.locator('#points-lines').selectOption('none');
    expect(await reset.isEnabled()).toBe(true);
    const withoutLines = await ink(scatter(page));
    expect(withoutLines.drawn).toBeLessThan(zoomed);
    await page.locator('#points-lines').selectOption('0');
    expect((await ink(scatter(page))).drawn).toBe(zoomed);
    await setTheme('light');
    await expect.poll(async () => (await ink(scatter(page))).picture).not.toBe(whole);
    expect(await reset.isEnabled()).toBe(true);
    await setTheme('dark');
    await reset.click();
    expect(await reset.isEnabled()).toBe(false);
    await expect.poll(async () => (await ink(scatter(page))).picture).toBe(whole);
    await expect.poll(() => table.count()).toBe(0);
    await page.close();
  });

  test('shows how far a projection has come', async () => {
    let finish: () => void = () => undefined;
    const { page } = await openPanel(context, {
      ...run.answers,
      async points(params, told) {
        told.progress({ stage: 'laying out', done: 50, total: 200, unit: 'epochs' });
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        return run.answers.points(params, told);
      },
    });
    const bar = page.locator('.points progress');
    await expect.poll(() => bar.evaluate((element) => (element as HTMLProgressElement).position)).toBe(0.25);
    expect(await page.locator('.points .loading').textContent()).toContain('laying out: 50 of 200 epochs');
    finish();
    await scatter(page).waitFor();
    expect(await bar.count()).toBe(0);
    await page.close();
  });

  test('colours points by what groups the rows, and says it in the legend and beside the pointer', async () => {
    const groupings = [
      { name: 'label', groups: ['cat', 'dog'], ofRow: Array.from({ length: 96 }, (_, row) => row % 2) },
      {
        name: 'size',
        groups: ['', 'large'],
        ofRow: Array.from({ length: 96 }, (_, row) => Number(row < 30)),
      },
    ];
    const { page } = await openPanel(context, {
      ...run.answers,
      async points(params, told) {
        const { file, bytes } = await run.answers.points(params, told);
        return { file: { ...file, groupings }, bytes };
      },
    });
    await scatter(page).waitFor();
    const choice = page.locator('#points-color');
    expect(await choice.locator('option').allTextContents()).toEqual(['modality', 'label', 'size']);
    const byModality = (await ink(scatter(page))).picture;
    await choice.selectOption({ label: 'size' });
    expect((await ink(scatter(page))).picture).not.toBe(byModality);
    const legend = page.locator('#points .legend');
    expect(await legend.textContent()).toMatch(/image.*text.*\(empty\).*large/);
    await scatter(page).focus();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => page.locator('#points .card').textContent()).toMatch(/(cat|dog) · size: /);
    await page.locator('#points summary').click();
    await expect
      .poll(() => page.locator('#points thead th').allTextContents())
      .toEqual(expect.arrayContaining(['row', 'label', 'size']));
    await page.close();
  });

  test('gives its charts as images to the extension', async () => {
    const { page, peer } = await openRun();
    const charts = await peer.request('charts', null);
    expect(charts.map(({ id }) => id)).toEqual(expect.arrayContaining(['cosines', 'points', 'dimensions']));
    for (const { id } of charts) {
      const image = Buffer.from(await peer.request('chartImage', { id }));
      expect(image.subarray(1, 4).toString(), id).toBe('PNG');
      expect([image.readUInt32BE(16), image.readUInt32BE(20)], id).toEqual([2520, 1560]);
    }
    await expect(peer.request('chartImage', { id: 'no such' })).rejects.toMatchObject({
      code: 'chart-missing',
    });
    await page.close();
  });

  test('zoom and reset, image and theme', async () => {
    const { page, setTheme, state } = await openRun();
    const figure = page.locator('#points');
    const whole = (await ink(scatter(page))).picture;
    await figure.getByRole('button', { name: /^Zoom into/ }).click();
    expect((await ink(scatter(page))).picture).not.toBe(whole);
    await figure.getByRole('button', { name: /^Reset/ }).click();
    expect((await ink(scatter(page))).picture).toBe(whole);
    await figure.getByText('Save PNG').click();
    await expect.poll(() => [...run.saved.keys()].some((name) => name.endsWith('.png'))).toBe(true);
    await setTheme('light');
    await expect.poll(async () => (await ink(scatter(page))).picture).not.toBe(whole);
    expect(await state()).toEqual({ view: 'run', uri: run.uri });
    await page.close();
  });

  test('what cannot be shown says why, and has a button', async () => {
    const panel = await openRun();
    const cause = 'The projection ended early';
    const failing = await openPanel(context, {
      ...run.answers,
      points: () => Promise.reject(new RpcError({ message: cause, code: 'projection-unavailable' })),
    });
    const failed = failing.page.locator('.points .failed');
    await failed.waitFor();
    expect(await failed.textContent()).toContain(cause);
    expect(await failed.getByRole('button').allTextContents()).toEqual(['Try Again']);
    await panel.page.close();
    await failing.page.close();

    const missing = await openPanel(
      context,
      {
        ...run.answers,
        open: () => Promise.reject(new RpcError({ message: 'The folder is gone', code: 'run-missing' })),
      },
      { state: { view: 'run', uri: run.uri } },
    );
    expect(await missing.page.locator('.failed').textContent()).toContain('The folder is gone');
    await missing.page.getByText('Show Runs').click();
    await missing.page.getByText('Measure Again').click();
    await expect
      .poll(() => missing.told)
      .toEqual(['showRuns null', `runAgain ${JSON.stringify({ uri: run.uri })}`]);
    await missing.page.close();
  });

  test('100,000 points of two modalities are drawn whole', async () => {
    const rows = 100_000;
    const bytes = new Uint8Array(20 * rows);
    const values = new Float32Array(bytes.buffer, 0, 4 * rows);
    for (let at = 0; at < values.length; at += 1)
      values[at] = Math.sin(at * 12.9898) + (at < 2 * rows ? 0 : 3);
    const numbers = new Uint32Array(bytes.buffer, 16 * rows);
    for (let row = 0; row < rows; row += 1) numbers[row] = row;
    const file = {
      path: '/points',
      method: 'pca' as const,
      modalities: ['image', 'text'],
      rows,
      totalRows: 2 * rows,
      explained: null,
      groupings: [],
    };
    const { page } = await openPanel(context, {
      ...run.answers,
      points: () => Promise.resolve({ file, bytes }),
    });
    await scatter(page).waitFor();
    expect(await page.locator('#points figcaption').textContent()).toContain(
      'Sampled: 100\u202f000 of 200\u202f000',
    );
    expect((await ink(scatter(page))).drawn).toBeGreaterThan(20_000);
    await lassoAll(page);
    await expect
      .poll(() => page.locator('.selection .count').textContent())
      .toContain('100\u202f000 selected rows');
    await page.close();
  });
});
