import * as vscode from 'vscode';
import type { Services } from './services.ts';

/** Removes the embeddings that are kept for later runs, once that is confirmed. */
export async function clearCache({ server }: Services): Promise<void> {
  const clear = 'Clear';
  const answer = await vscode.window.showWarningMessage(
    'Clear the cache of embeddings?',
    { modal: true, detail: 'Later runs embed their data again. Finished runs keep theirs.' },
    clear,
  );
  if (answer !== clear) return;
  const { bytes } = await server.request('clearCache', null);
  const megabytes = (bytes / 1e6).toLocaleString('en', { maximumFractionDigits: 1 });
  void vscode.window.showInformationMessage(`${megabytes} MB of embeddings were removed.`);
}
