import * as vscode from 'vscode';
import { askExperimentFile } from './saveExperiment.ts';
import type { Services } from './services.ts';

/** Writes one of the annotated examples to a file of the user's, and opens it. */
export async function newExperiment({ extensionUri }: Pick<Services, 'extensionUri'>): Promise<void> {
  const folder = vscode.Uri.joinPath(extensionUri, 'media', 'templates');
  const template = await vscode.window.showQuickPick(templatesIn(folder), {
    title: 'New Experiment',
    placeHolder: 'What do you want to measure?',
    matchOnDetail: true,
  });
  if (template === undefined) return;
  const [workspaceFolder] = vscode.workspace.workspaceFolders ?? [];
  const target = await askExperimentFile(workspaceFolder?.uri, template.fileName);
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, await vscode.workspace.fs.readFile(template.uri));
  await vscode.window.showTextDocument(target);
}

interface Template extends vscode.QuickPickItem {
  readonly fileName: string;
  readonly uri: vscode.Uri;
}

/** What can be measured, in the words of the examples: their names, and the comments that they begin with. */
async function templatesIn(folder: vscode.Uri): Promise<Template[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder);
  const templates = entries.map(async ([fileName]) => {
    const uri = vscode.Uri.joinPath(folder, fileName);
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
    return {
      label: /^name: (.+)$/m.exec(text)?.[1] ?? fileName,
      detail: /^# (.+)$/m.exec(text)?.[1] ?? '',
      fileName,
      uri,
    };
  });
  return Promise.all(templates);
}
