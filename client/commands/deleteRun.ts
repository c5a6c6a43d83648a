import * as vscode from 'vscode';
import { isActive } from '../runs/runList.ts';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Removes runs of the list with their folders, once that is confirmed. */
export async function deleteRun({ server }: Services, ...args: readonly unknown[]): Promise<void> {
  const runs = targetRuns(args).filter((run) => !isActive(run));
  const [first] = runs;
  if (first === undefined) return;
  const remove = 'Delete';
  const answer = await vscode.window.showWarningMessage(
    runs.length === 1 ? `Delete the run “${first.name}”?` : `Delete ${runs.length} runs?`,
    { modal: true, detail: 'Reports and embeddings of these runs are removed from the disk.' },
    remove,
  );
  if (answer !== remove) return;
  await Promise.all(runs.map(({ uri }) => server.request('deleteRun', { uri })));
}
