import * as vscode from 'vscode';
import { requireTrust } from './requireTrust.ts';
import type { Services } from './services.ts';
import { startExperiment } from './startRun.ts';

/** Runs the experiment file whose URI it is called with: what the lens and the actions in such a file do. */
export async function runFile(services: Services, ...[uri]: readonly unknown[]): Promise<void> {
  if (typeof uri !== 'string' || !(await requireTrust())) return;
  await startExperiment(services, vscode.Uri.parse(uri, true));
}
