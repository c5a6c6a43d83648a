import * as vscode from 'vscode';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Gives a run of the list another name. */
export async function renameRun({ server }: Services, ...args: readonly unknown[]): Promise<void> {
  const [run] = targetRuns(args);
  if (run === undefined) return;
  const name = await vscode.window.showInputBox({
    title: 'Rename Run',
    value: run.name,
    validateInput: (text) =>
      text.trim().length >= 1 && text.trim().length <= 100 ? null : 'Expected 1 to 100 characters',
  });
  if (name !== undefined && name.trim() !== run.name) {
    await server.request('renameRun', { uri: run.uri, name: name.trim() });
  }
}
