import * as vscode from 'vscode';
import type { Services } from './services.ts';

/** Shows what the code of a problem means: its section of the page that comes with the extension. */
export async function explainCode(
  { extensionUri }: Pick<Services, 'extensionUri'>,
  ...[code]: readonly unknown[]
): Promise<void> {
  const page = vscode.Uri.joinPath(extensionUri, 'media', 'docs', 'diagnostics.md');
  const section =
    typeof code === 'string' && /^[a-z0-9-]+$/.test(code) ? page.with({ fragment: code }) : page;
  await vscode.commands.executeCommand('markdown.showPreviewToSide', section);
}
