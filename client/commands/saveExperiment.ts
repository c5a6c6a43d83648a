import { posix } from 'node:path';
import * as vscode from 'vscode';
import { experimentFileName } from '../flow/choices.ts';
import { confirmReplacing, exists } from './existingFiles.ts';

/** Asks where an experiment is to be saved; undefined when the question was left. */
export async function askExperimentFile(
  folder: vscode.Uri | undefined,
  suggestion: string,
): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showSaveDialog({
    title: 'Save the experiment',
    // One ending: dialogs do not know a file's ending of two parts, and would add it again.
    filters: { Experiments: ['yaml', 'yml'] },
    ...(folder !== undefined && { defaultUri: await freeName(folder, experimentFileName(suggestion)) }),
  });
  if (chosen === undefined) return undefined;
  const name = posix.basename(chosen.path);
  const target = vscode.Uri.joinPath(chosen, '..', experimentFileName(name));
  // The dialog has asked about the name that was chosen, and about no other.
  const isAsked = target.path === chosen.path || !(await exists(target));
  const message = `${posix.basename(target.path)} exists already. Do you want to replace it?`;
  return isAsked || (await confirmReplacing(message)) ? target : undefined;
}

/** A name for a file that is not there yet: numbered from 2 where it is. */
async function freeName(folder: vscode.Uri, name: string): Promise<vscode.Uri> {
  for (let count = 1; ; count++) {
    const numbered = count === 1 ? name : name.replace(/(?=\.gap\.ya?ml$)/i, `-${count}`);
    const uri = vscode.Uri.joinPath(folder, numbered);
    if (!(await exists(uri))) return uri;
  }
}
