import { readFileSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { activationTime } from './harness/activationTime.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

interface Manifest {
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category?: string }[];
    readonly walkthroughs: readonly { readonly steps: readonly { title: string }[] }[];
    readonly menus: { readonly commandPalette: readonly { command: string; when: string }[] };
  };
}

const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Record<string, string>;

/** Titles in the palette of a trusted folder while nothing runs. */
function expectedTitles(): string[] {
  const { commands, menus } = manifest.contributes;
  const text = (key: string) => texts[key.slice(1, -1)]!;
  const hidden = menus.commandPalette.filter(({ when }) => /^false$|hasActiveRuns/.test(when));
  return commands
    .filter(({ command }) => !hidden.some((item) => item.command === command))
    .map(({ title, category }) =>
      category === undefined ? text(title) : `${text(category)}: ${text(title)}`,
    )
    .sort();
}

function walkthroughTitles(): string[] {
  const [walkthrough] = manifest.contributes.walkthroughs;
  return walkthrough!.steps.map(({ title }) => texts[title.slice(1, -1)]!);
}

describe.skipIf(host === null)('what the extension contributes', () => {
  const editor = useWorkbench(host, (workspace) => writeFile(join(workspace, 'notes.txt'), ''));

  test('is not activated by the start of the editor', async () => {
    const log = () => hostLog(editor().server.folder);
    await expect.poll(log).toContain('Eager extensions activated');
    expect(await log()).not.toContain('_doActivateExtension modality-gap');
  });

  test('lists its commands in the palette, and none that cannot be used now', async () => {
    const { workbench } = editor();
    const expected = expectedTitles();
    const own = async () => {
      const shown = await workbench.paletteTitles('Modality Gap', expected.at(-1)!);
      // The editor itself adds commands that lead to views.
      return shown.filter((title) => !/^View: |: Focus on /.test(title)).sort();
    };
    // The palette that is open when trust is told does not list what asks for it.
    await expect.poll(own).toEqual(expected);
    expect(expected.length).toBeLessThanOrEqual(15);
  });

  test('says in its empty views what to do, with a button that does it', async () => {
    const { workbench } = editor();
    await workbench.showSideBar('Modality Gap');
    const buttons = workbench.page.locator('.welcome-view .monaco-button');
    await expect
      .poll(() => buttons.allTextContents())
      .toEqual(['New Experiment', 'Measure Modality Gap', 'What It Measures']);
    await workbench.picture('welcome views');
    await buttons.filter({ hasText: 'Measure Modality Gap' }).click();
    await workbench.quickPickRow('Built-in scenes').waitFor();
    await workbench.page.keyboard.press('Escape');
  });

  test('is activated by a command', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: Show Log');
    // How long that takes, `bench/editor.ts` tells.
    expect(await activationTime(workbench)).toBeGreaterThan(0);
  });

  test('opens its walkthrough', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Welcome: Open Walkthrough...');
    await workbench.quickInput.fill('Modality Gap');
    await workbench.pick('Get Started with Modality Gap');
    const steps = workbench.page.locator('.gettingStartedContainer .step-title');
    await expect.poll(() => steps.allTextContents()).toEqual(walkthroughTitles());
    await workbench.picture('walkthrough');
  });
});

/** What the extension host wrote to its log. */
async function hostLog(folder: string): Promise<string> {
  const logs = join(folder, 'data', 'logs');
  const [session] = await readdir(logs);
  return readFile(join(logs, session ?? '', 'exthost1', 'remoteexthost.log'), 'utf8').catch(() => '');
}
