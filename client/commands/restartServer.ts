import * as vscode from 'vscode';
import { views } from '../contributions.ts';
import type { Services } from './services.ts';

/** Ends the language server with all that it runs, and starts it anew. */
export async function restartServer({ server }: Services): Promise<void> {
  await vscode.window.withProgress({ location: { viewId: views.runs } }, () => server.restart());
}
