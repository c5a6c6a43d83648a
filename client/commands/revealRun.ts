import * as vscode from 'vscode';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Shows the folder of a run: in the explorer where it is part of the workspace, or else where the system shows files. */
export async function revealRun(_: Services, ...args: readonly unknown[]): Promise<void> {
  const [run] = targetRuns(args);
  if (run === undefined) return;
  const uri = vscode.Uri.parse(run.uri);
  const command =
    vscode.workspace.getWorkspaceFolder(uri) === undefined ? 'revealFileInOS' : 'revealInExplorer';
  await vscode.commands.executeCommand(command, uri);
}
