import * as vscode from 'vscode';
import { chooseRuns } from './chooseRuns.ts';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';
import { tellNoRun } from './tellNoRun.ts';

/** Shows two runs or more beside one another: those that are selected in the list, or those that are chosen. */
export async function compareRuns(services: Services, ...args: readonly unknown[]): Promise<void> {
  await services.loadRuns();
  const selected = targetRuns(args).filter(({ state }) => state === 'finished');
  const finished = services.runs.finished();
  if (finished.length < 2) {
    await tellNoRun('There are not two finished runs to compare.');
    return;
  }
  const runs = selected.length > 1 ? selected : await chooseRuns(finished, 'Which runs? Choose two or more');
  if (runs.length === 0) return;
  if (runs.length < 2) {
    void vscode.window.showInformationMessage('Choose two runs or more to compare.');
    return;
  }
  services.panels.show(
    { view: 'compare', uris: runs.map(({ uri }) => uri) },
    runs.map(({ name }) => name).join(' / '),
  );
}
