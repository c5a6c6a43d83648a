import { posix } from 'node:path';
import * as vscode from 'vscode';
import { renamedData, toEmbed } from '../flow/choices.ts';
import { columnsOf, describeSource } from '../flow/dataSource.ts';
import { placedEncoders } from '../flow/encoderModels.ts';
import { askWhatToMeasure, type MeasureChoice } from '../flow/measureFlow.ts';
import { newExperiment } from './newExperiment.ts';
import { requireTrust } from './requireTrust.ts';
import { askExperimentFile } from './saveExperiment.ts';
import type { Services } from './services.ts';
import { startExperiment, startRun } from './startRun.ts';
import { isExperimentFile, targetUris } from './targets.ts';

type Choices = Extract<MeasureChoice, { kind: 'choices' }>;

/**
 * Measures what is selected, or the experiment in the editor; without either, it asks. Experiment files run as they
 * are; for data it asks what embeds them.
 */
export async function measure(services: Services, ...args: readonly unknown[]): Promise<void> {
  if (!(await requireTrust())) return;
  const selected = targetUris(args);
  const active = activeFile();
  const uris = selected.length === 0 && active && isExperimentFile(active) ? [active] : selected;
  if (uris.length > 0 && uris.every(isExperimentFile)) {
    for (const uri of uris) await startExperiment(services, uri);
    return;
  }
  await measureChosen(services, uris);
}

/** The file in the active editor. Right after activation the editor's tab is known and the editor itself not yet. */
function activeFile(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return (
    vscode.window.activeTextEditor?.document.uri ??
    (input instanceof vscode.TabInputText ? input.uri : undefined)
  );
}

/** Asks what is left to be chosen about data, and measures them. */
export async function measureChosen(services: Services, uris: readonly vscode.Uri[]): Promise<void> {
  const choice = await askWhatToMeasure(services.server, uris);
  if (choice === undefined) return;
  switch (choice.kind) {
    case 'file':
      await startExperiment(services, choice.uri);
      break;
    case 'new-experiment':
      await newExperiment(services);
      break;
    case 'choices':
      await (choice.isSaved ? saveAndStart(services, choice) : startChoices(services, choice));
  }
}

/** Measures what was chosen, without a file. */
export async function startChoices(
  services: Services,
  { name, description, encoders, limit, baseUri }: Omit<Choices, 'kind' | 'source' | 'isSaved'>,
): Promise<void> {
  const { text } = await services.server.request('draftConfig', {
    name,
    data: description.data,
    encoders: placedEncoders(encoders, baseUri.fsPath),
    limit,
  });
  await startRun(services, { kind: 'text', text, name, baseUri: baseUri.toString() });
}

async function saveAndStart(services: Services, choice: Choices): Promise<void> {
  const { name, encoders, limit, baseUri } = choice;
  const target = await askExperimentFile(baseUri, name);
  if (target === undefined) return;
  const data = await dataFor(services, choice, target);
  const { text } = await services.server.request('draftConfig', {
    name,
    data,
    encoders: placedEncoders(encoders, vscode.Uri.joinPath(target, '..').fsPath),
    limit,
  });
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(target);
  await startExperiment(services, target);
}

/** The `data:` entry with paths that are relative to the folder of the experiment file. */
async function dataFor(
  { server }: Services,
  { description, source, baseUri }: Choices,
  target: vscode.Uri,
): Promise<Choices['description']['data']> {
  const folder = target.with({ path: posix.dirname(target.path) });
  if (folder.toString() === baseUri.toString()) return description.data;
  const moved = (await columnsOf(server, source, folder)) ?? (await describeSource(server, source, folder));
  // What was chosen of a table stays; its path is another one. So do the names that modalities were given.
  const data = { ...description.data, ...moved.data };
  const names = description.modalities.map(({ name }) => name);
  const isRenamed =
    toEmbed(description).length === 0 &&
    'modalities' in moved &&
    moved.modalities.some(({ name }, index) => name !== names[index]);
  return isRenamed ? renamedData(data, names) : data;
}
