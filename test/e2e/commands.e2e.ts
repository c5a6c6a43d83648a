import { execFile, spawnSync } from 'node:child_process';
import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest';
import type { Report } from '../../server/protocol/report.ts';
import { writeRun } from './harness/commandLine.ts';
import {
  acceptSaveDialog,
  answerModal,
  chooseFromMenu,
  questionAsking,
  questionTitled,
} from './harness/dialogs.ts';
import { writeEmbeddings, writePhotos } from './harness/fixtures.ts';
import { processesWith } from './harness/processes.ts';
import { useWorkbench } from './harness/useWorkbench.ts';

const host = inject('editorHost');

/** A tiny model of images and texts. */
const model = 'test/oracle/onnxModels/dual';

/** Only this export needs another program; nothing else does. */
const hasNumpy = spawnSync('python3', ['-c', 'import numpy']).status === 0;

beforeAll(() => {
  // No test asks the network for a model.
  vi.stubEnv('HF_HUB_OFFLINE', '1');
});

afterAll(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(host === null)('commands', () => {
  const editor = useWorkbench(host, async (workspace) => {
    await writeEmbeddings(join(workspace, 'wide.npy'), 300, 32);
    await writeEmbeddings(join(workspace, 'narrow.npy'), 300, 8);
    await writePhotos(join(workspace, 'photos'));
    // As a folder in Hugging Face's layout, and as a file with its preparation beside it.
    await cp(model, join(workspace, 'dual'), { recursive: true });
    await cp(join(model, 'onnx', 'model.onnx'), join(workspace, 'both.onnx'));
    for (const name of ['config', 'preprocessor_config', 'tokenizer', 'tokenizer_config']) {
      await cp(join(model, `${name}.json`), join(workspace, `${name}.json`));
    }
    await writeFile(join(workspace, 'late.gap.yaml'), 'name: late\ndata: { kind: npy, path: late.npy }\n');
    for (const name of ['wide', 'narrow']) {
      await writeRun(join(workspace, `${name}.npy`), join(workspace, 'modality-gap-runs', name));
    }
  });

  const inWorkspace = (...names: string[]) => join(editor().workspace, ...names);
  const runRow = (name: string) => editor().workbench.viewRows('Runs').filter({ hasText: name });

  async function readReport(run: string): Promise<Report> {
    return JSON.parse(await readFile(inWorkspace('modality-gap-runs', run, 'report.json'), 'utf8')) as Report;
  }

  test('New Experiment writes an annotated example and opens it', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: New Experiment…');
    await workbench.pick('scenes with random encoders');
    await acceptSaveDialog(workbench);
    await workbench.tab('scenes.gap.yaml').waitFor();
    expect(await readFile(inWorkspace('scenes.gap.yaml'), 'utf8')).toBe(
      await readFile('media/templates/scenes.gap.yaml', 'utf8'),
    );
  });

  test('Open Last Report opens the run that was measured last', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: Open Last Report');
    await workbench.tab('narrow').waitFor();
    await workbench.panel.locator('#results').waitFor();
    expect(await workbench.panel.locator('h1').textContent()).toBe('narrow');
  });

  test('saves a table of the panel', async () => {
    const { workbench } = editor();
    await workbench.panel.locator('#results').getByText('Save CSV').click();
    await acceptSaveDialog(workbench);
    const saved = async () => (await readdir(editor().workspace)).filter((name) => name.endsWith('.csv'));
    await expect.poll(saved).toHaveLength(1);
    const [name] = await saved();
    expect(await readFile(inWorkspace(name!), 'utf8')).toContain('gap-distance');
  });

  test('Compare Runs shows the numbers of two runs beside one another', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: Compare Runs…');
    for (const name of ['wide', 'narrow']) await workbench.pick(name);
    await workbench.page.keyboard.press('Enter');
    await workbench.panel.locator('#numbers').waitFor();
    const columns = await workbench.panel.locator('#numbers thead th').allTextContents();
    const row = workbench.panel.locator('#numbers tbody tr').filter({ hasText: 'Gap distance' }).first();
    const shown = await row
      .locator('td.number > data')
      .evaluateAll((data) => data.map((one) => Number((one as HTMLDataElement).value)));
    const expected = await Promise.all(
      columns.slice(2).map(async (name) => gapDistance(await readReport(name))),
    );
    expect(columns.slice(2).sort()).toEqual(['narrow', 'wide']);
    expect(shown).toEqual(expected);
    await workbench.picture('compare');
  });

  test.for([
    [
      'CSV',
      'wide.csv',
      (text: string, report: Report) => {
        expect(text.trimEnd().split('\r\n')).toHaveLength(report.results.length + 1);
        expect(text).toContain(`gap-distance,modality-1 > modality-2,${gapDistance(report)},`);
      },
    ],
    [
      'JSON',
      'wide.json',
      (text: string, report: Report) => {
        expect(JSON.parse(text)).toEqual(report);
      },
    ],
    [
      'HTML',
      'wide.html',
      (text: string) => {
        expect(text).toMatch(/^<!doctype html>/i);
      },
    ],
  ] as const)('exports %s', async ([format, name, check]) => {
    await exportAs(format);
    check(await written(name), await readReport('wide'));
  });

  test.skipIf(!hasNumpy)('exports a Python script that finds the gap again', async () => {
    await exportAs('Python script');
    await written('wide.py');
    const { stdout } = await promisify(execFile)('python3', [inWorkspace('wide.py')]);
    const report = await readReport('wide');
    expect(stdout).toContain(`gap-distance modality-1 > modality-2 ${gapDistance(report)}`);
    const own = Number(/^gap distance (.+)$/m.exec(stdout)?.[1]);
    expect(own).toBeCloseTo(gapDistance(report), 5);
  });

  async function exportAs(format: string): Promise<void> {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: Export…');
    await workbench.pick('wide');
    await workbench.pick(format);
    await acceptSaveDialog(workbench);
  }

  async function written(name: string): Promise<string> {
    await editor().workbench.tab(name).waitFor();
    return readFile(inWorkspace(name), 'utf8');
  }

  test('renames, pins, reveals and deletes a run of the list', async () => {
    const { workbench } = editor();
    await workbench.showSideBar('Modality Gap');
    await chooseFromMenu(workbench, runRow('wide'), 'Rename…');
    await workbench.quickInput.fill('broad');
    await workbench.page.keyboard.press('Enter');
    await runRow('broad').waitFor();

    await expect.poll(() => workbench.viewRows('Runs').allTextContents()).toHaveLength(2);
    expect((await workbench.viewRows('Runs').allTextContents())[0]).toContain('narrow');
    await runRow('broad').hover();
    await runRow('broad').getByRole('button', { name: 'Pin', exact: true }).click();
    await expect.poll(async () => (await workbench.viewRows('Runs').allTextContents())[0]).toContain('broad');

    await chooseFromMenu(workbench, runRow('broad'), 'Reveal in Explorer');
    await workbench.page
      .locator(
        '.explorer-folders-view .monaco-list-row.selected, .explorer-folders-view .monaco-list-row.focused',
      )
      .filter({ hasText: 'wide' })
      .first()
      .waitFor();

    await workbench.showSideBar('Modality Gap');
    await chooseFromMenu(workbench, runRow('broad'), 'Delete…');
    await answerModal(workbench, 'Delete');
    await runRow('broad').waitFor({ state: 'detached' });
    expect(await readdir(inWorkspace('modality-gap-runs'))).toEqual(['narrow']);
  });

  test('refuses what cannot be the name of a model, and says clearly that a model is not here', async () => {
    const { workbench } = editor();
    await chooseData('photos');
    await workbench.pick('A pretrained model of the hub');
    // Typed any sooner, it would go into the question before.
    await questionAsking(workbench, 'openai/clip-vit-base-patch32');
    await workbench.quickInput.fill('two words');
    await workbench.page.keyboard.press('Enter');
    await workbench.page
      .locator('.quick-input-widget')
      .getByText('Expected the name of a model on the hub')
      .waitFor();
    await workbench.quickInput.fill('nobody/nothing');
    await workbench.page.keyboard.press('Enter');
    await workbench.pick(/Measure 20 rows/);
    const failure = workbench.notification('nobody/nothing');
    await failure.waitFor();
    await workbench.picture('hub failure');
    expect(await failure.textContent()).toMatch(/HF_HUB_OFFLINE|offline/);
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  test('says of a folder that is no model why, before anything runs', async () => {
    const { workbench } = editor();
    await chooseData('photos');
    await workbench.pick('A pretrained model in a folder');
    await workbench.chooseFolder('photos', 'Use This Model');
    const reason = workbench.page.locator('.quick-input-widget').getByText('This model cannot embed image');
    await reason.waitFor();
    await workbench.picture('wrong model folder');
    await workbench.pick('This model cannot embed image');
    // A line of a list is short; the whole reason is told.
    await workbench.notification('no weights that can be used').waitFor();
    // It was a way back to the models.
    await workbench.pick('A pretrained model in a folder');
    await workbench.chooseFolder('dual', 'Use This Model');
    await workbench.page
      .locator('.quick-input-widget')
      .getByText(/image: clip/)
      .waitFor();
    await workbench.picture('model described');
    await workbench.page.keyboard.press('Escape');
    await workbench.runCommand('Notifications: Clear All Notifications');
  });

  test.for([
    [
      'a folder',
      async () => {
        await editor().workbench.pick('A pretrained model in a folder');
        await editor().workbench.chooseFolder('dual', 'Use This Model');
      },
    ],
    [
      'an ONNX file for each modality',
      async () => {
        const { workbench } = editor();
        await workbench.pick('One for each modality');
        for (const modality of ['image', 'text']) {
          await questionTitled(workbench, `Measure Modality Gap: ${modality}`);
          await workbench.pick('An ONNX file');
          await workbench.chooseFile('both.onnx');
        }
      },
    ],
  ] as const)('embeds with %s', async ([, choose], { expect: expectIn }) => {
    const { workbench } = editor();
    await chooseData('photos');
    await choose();
    await workbench.pick(/Measure 20 rows/);
    await workbench.panel.locator('#results').waitFor();
    expectIn(await workbench.panel.locator('h1').textContent()).toBe('photos');
    await workbench.runCommand('View: Close All Editors');
  });

  async function chooseData(name: string): Promise<void> {
    const { workbench } = editor();
    await workbench.runCommand('Measure Modality Gap');
    await workbench.pick('Choose a folder');
    await workbench.chooseFolder(name, 'Measure');
    await workbench.pick('Measure image and text');
  }

  test('opens the file of an item', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: Open Last Report');
    const item = workbench.panel.locator('#worst-pairs button.link').first();
    await item.click();
    await workbench.tab(/^[a-z]+-[a-z]+\.jpg$/).waitFor();
    await workbench.runCommand('View: Close All Editors');
  });

  test('Retry after a failure measures what is there by now', async () => {
    const { workbench } = editor();
    await workbench.openFile('late.gap.yaml');
    await workbench.runCommand('Measure Modality Gap');
    const failure = workbench.notification('late.npy');
    await failure.waitFor();
    await failure.getByRole('button', { name: 'Explain' }).click();
    await workbench.panel.locator('#file-unreadable').waitFor();
    await workbench.picture('failure explained');
    await runRow('late').click();
    await failure.waitFor();
    await writeEmbeddings(inWorkspace('late.npy'), 100, 8);
    await failure.getByRole('button', { name: 'Retry' }).click();
    await workbench.tab(/^late$/).waitFor();
    await workbench.panel.locator('#results').waitFor();
  });

  test('Clear Cache removes embeddings, once that is confirmed', async () => {
    const { workbench, server } = editor();
    const cached = () => readdir(join(server.folder, '.cache', 'modality-gap'), { recursive: true });
    expect((await cached()).length).toBeGreaterThan(0);
    await workbench.runCommand('Modality Gap: Clear Cache…');
    await answerModal(workbench, 'Clear');
    await workbench.notification(/MB of embeddings were removed/).waitFor();
    expect((await cached()).filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  });

  test('Show Log shows what was logged; Restart Server starts another one', async () => {
    const { workbench } = editor();
    await workbench.runCommand('Modality Gap: Show Log');
    await workbench.page.locator('.part.panel .view-lines').getByText('nobody/nothing').first().waitFor();
    const before = await processesWith(host!.extensionsFolder, 'server.mjs');
    expect(before).toHaveLength(1);
    await workbench.runCommand('Modality Gap: Restart Server');
    await expect
      .poll(() => processesWith(host!.extensionsFolder, 'server.mjs'))
      .toEqual([expect.not.toBeOneOf(before)]);
    // What failed is known to the server that ran it alone; what finished is on the disk.
    await expect.poll(() => runRow('failed').count()).toBe(0);
    await runRow('narrow').waitFor();
  });
});

describe.skipIf(host === null)('trust', () => {
  const editor = useWorkbench(
    host,
    async (workspace) => {
      await writeEmbeddings(join(workspace, 'data.npy'), 100, 8);
      await writeFile(join(workspace, 'data.gap.yaml'), 'name: data\ndata: { kind: npy, path: data.npy }\n');
    },
    { isTrusted: false },
  );

  test('that is granted lets a run begin', async () => {
    const { workbench } = editor();
    await workbench.openFile('data.gap.yaml');
    await workbench.runCommand('Measure Modality Gap');
    await workbench
      .notification('Restricted Mode')
      .getByRole('button', { name: 'Manage Workspace Trust' })
      .click();
    await workbench.page
      .locator('.workspace-trust-editor')
      .getByRole('button', { name: 'Trust', exact: true })
      .click();
    await workbench.statusItem('Restricted Mode').waitFor({ state: 'detached' });
    await workbench.openFile('data.gap.yaml');
    await workbench.runCommand('Measure Modality Gap');
    await workbench.tab(/^data$/).waitFor();
    await workbench.panel.locator('#results').waitFor();
  });
});

function gapDistance({ results }: Report): number {
  return results.find(({ metric }) => metric === 'gap-distance')!.value as number;
}
