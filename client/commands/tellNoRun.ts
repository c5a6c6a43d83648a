import * as vscode from 'vscode';
import { commands } from '../contributions.ts';

/** Says that there is nothing to work on, and offers to measure something. */
export async function tellNoRun(message: string): Promise<void> {
  const measure = 'Measure Modality Gap';
  const answer = await vscode.window.showInformationMessage(message, measure);
  if (answer === measure) await vscode.commands.executeCommand(commands.measure);
}
