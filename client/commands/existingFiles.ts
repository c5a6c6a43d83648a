import * as vscode from 'vscode';

/** Whether there is something at a URI. */
export async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

/** Asks whether what is there already may be replaced. */
export async function confirmReplacing(message: string): Promise<boolean> {
  const replace = 'Replace';
  return (await vscode.window.showWarningMessage(message, { modal: true }, replace)) === replace;
}
