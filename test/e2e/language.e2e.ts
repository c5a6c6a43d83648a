import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { describe, expect, inject, test } from 'vitest';
import { storedReport } from './harness/storedReport.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

const file = 'shapes.gap.yaml';
const written = `# What two networks with random weights make of drawn scenes.
name: shapes
data:
  kind: scenes
  cuont: 40 # few, to be quick
encoders:
  image: { kind: random }
  text:   {kind: random}
experiments:
  - kind: modality-gap
    metrics: [gap-distance, mean-cosine]
`;

/** Each test goes on with the file as the one before left it, as a person would. */
describe.skipIf(host === null)('an experiment file in the editor', () => {
  const editor = useWorkbench(host, (workspace) => writeFile(join(workspace, file), written));

  const line = (text: string) =>
    editor().workbench.page.locator('.view-lines .view-line').filter({ hasText: text });
  const lenses = () => editor().workbench.page.locator('.codelens-decoration a');
  const suggestions = () => editor().workbench.page.locator('.suggest-widget.visible .monaco-list-row');

  /** The hover over a word, once it says so much of it. */
  async function hoverSaying(word: string, text: string): Promise<Locator> {
    const { workbench } = editor();
    const hover = workbench.page
      .locator('.monaco-hover:not(.hidden) .hover-contents')
      .filter({ hasText: text });
    const isShown = async () => {
      // An open hover does not change, and lenses and hints that come late move the word away from the pointer.
      await workbench.page.keyboard.press('Escape');
      await workbench.statusItem('Spaces').hover();
      await line(word).getByText(word).first().hover();
      return hover.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
    };
    await expect.poll(isShown, { message: `The hover over ${word} says ${text}` }).toBe(true);
    return hover;
  }

  async function savedText(): Promise<string> {
    await editor().workbench.page.keyboard.press('ControlOrMeta+S');
    return readFile(join(editor().workspace, file), 'utf8');
  }

  test.for([
    ['Light Modern', 'vs'],
    ['Dark Modern', 'vs-dark'],
  ] as const)('has a misspelt key underlined, and says why, in %s', async ([theme, kind]) => {
    const { workbench } = editor();
    await workbench.openFile(file);
    await workbench.setTheme(theme, kind);
    const squiggle = workbench.page.locator('.squiggly-error');
    await squiggle.waitFor();
    expect(await squiggle.count()).toBe(1);
    await hoverSaying('cuont', 'Unknown key "cuont" in "data". Did you mean "count"?');
    await workbench.picture(`language ${kind} problem`);
  });

  test('has the meaning of a problem a click away', async () => {
    const { workbench } = editor();
    const hover = await hoverSaying('cuont', 'Unknown key "cuont"');
    await hover.locator('a').filter({ hasText: 'unknown-key' }).click();
    const section = workbench.panel.locator('#unknown-key');
    await section.waitFor();
    expect(await section.textContent()).toBe('unknown-key');
    // The section, not the top of a long page.
    await expect
      .poll(() => section.evaluate((heading) => heading.getBoundingClientRect().top))
      .toBeLessThan(400);
    await workbench.picture('language explained');
    await workbench.runCommand('View: Close Editor');
    await workbench.openFile(file);
  });

  test('has the misspelt key corrected by a quick fix', async () => {
    const { workbench } = editor();
    await line('cuont: 40').getByText('cuont').click();
    await workbench.page.keyboard.press('ControlOrMeta+.');
    const actions = workbench.page.locator('.action-widget .monaco-list-row');
    await actions.filter({ hasText: 'Change to "count"' }).click();
    await expect.poll(savedText).toBe(written.replace('cuont', 'count'));
    await workbench.page.locator('.squiggly-error').waitFor({ state: 'detached' });
  });

  test('suggests keys and values while it is typed', async () => {
    const { workbench } = editor();
    const { keyboard } = workbench.page;
    await line('count: 40').click();
    await keyboard.press('End');
    await keyboard.press('Enter');
    await keyboard.type('reso');
    await suggestions().filter({ hasText: 'resolution' }).waitFor();
    await keyboard.press('Enter');
    await keyboard.type('32');
    await keyboard.press('Escape');

    await keyboard.press('ControlOrMeta+End');
    await keyboard.type('dev');
    await suggestions().filter({ hasText: 'device' }).waitFor();
    await keyboard.press('Enter');
    // The values are listed without being asked for.
    await suggestions().filter({ hasText: 'cpu' }).waitFor();
    await workbench.picture('language suggestions');
    await suggestions().filter({ hasText: 'cpu' }).click();
    await expect.poll(savedText).toMatch(/few, to be quick\n {2}resolution: 32\nencoders:[^]*\ndevice: cpu$/);
  });

  test('is formatted with its comments kept', async () => {
    await editor().workbench.runCommand('Format Document');
    await expect
      .poll(savedText)
      .toBe(
        written
          .replace('cuont: 40 # few, to be quick', 'count: 40 # few, to be quick\n  resolution: 32')
          .replace('text:   {kind: random}', 'text: { kind: random }') + 'device: cpu\n',
      );
  });

  test('has an outline', async () => {
    const { workbench } = editor();
    await workbench.page.keyboard.press('ControlOrMeta+Shift+O');
    const names = workbench.quickPickRows.locator('.label-name');
    const sections = ['name', 'data', 'encoders', 'image', 'experiments', 'modality-gap', 'device'];
    const shown = async () => (await names.allInnerTexts()).map((name) => name.trim());
    await expect.poll(shown).toEqual(expect.arrayContaining(sections));
    await workbench.page.keyboard.press('Escape');
  });

  test('says what a key means, and of a metric its formula and reference', async () => {
    await hoverSaying('resolution', 'pixels');
    const metric = await hoverSaying('gap-distance', 'Liang et al. 2022');
    expect(await metric.locator('pre, .monaco-tokenized-source').first().innerText()).not.toBe('');
  });

  test('is run by its lens, and then shows the measured values, with a link to the report', async () => {
    const { workbench, workspace } = editor();
    const before = await hoverSaying('modality-gap', 'Liang et al. 2022');
    expect(await before.innerText()).not.toContain('Last run');

    await lenses().filter({ hasText: 'Run' }).click();
    await workbench.tab('shapes').filter({ hasNotText: file }).waitFor();
    await workbench.panel.locator('#results').waitFor();
    await workbench.runCommand('View: Close Editor');
    await workbench.panel.locator('#results').waitFor({ state: 'detached' });

    await workbench.openFile(file);
    await lenses().filter({ hasText: 'gap-distance' }).first().waitFor();
    const hover = await hoverSaying('modality-gap', 'Last run');
    const shown = await hover
      .locator('tbody tr td:nth-child(3)')
      .evaluateAll((cells) => cells.map((cell) => parseFloat(cell.textContent)));
    const { results } = await storedReport(workspace);
    // Four digits are shown.
    expect(shown).toEqual(results.map(({ value }) => Number((value as number).toPrecision(4))));
    expect(shown).toHaveLength(3);
    await workbench.picture('language measured');

    await hover.getByText('Open', { exact: true }).click();
    await workbench.panel.locator('#results').waitFor();
  });
});
