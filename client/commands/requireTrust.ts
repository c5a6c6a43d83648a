import * as vscode from 'vscode';

/** Whether the workspace is trusted; where it is not, nothing runs, and a message says so. */
export async function requireTrust(): Promise<boolean> {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const answer = await vscode.window.showWarningMessage(
    'Nothing is measured in Restricted Mode: data and models of a workspace are read once it is trusted.',
    manage,
  );
  if (answer === manage) await vscode.commands.executeCommand('workbench.trust.manage');
  return vscode.workspace.isTrusted;
}
