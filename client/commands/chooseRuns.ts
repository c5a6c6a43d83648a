import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { describeRun } from '../runs/describeRun.ts';

interface RunItem extends vscode.QuickPickItem {
  readonly run: RunSummary;
}

/** Asks for a run; undefined when there is none or the question was left. */
export async function chooseRun(
  runs: readonly RunSummary[],
  placeHolder: string,
): Promise<RunSummary | undefined> {
  const item = await vscode.window.showQuickPick(itemsOf(runs), {
    placeHolder,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  return item?.run;
}

/** Asks for several runs. */
export async function chooseRuns(
  runs: readonly RunSummary[],
  placeHolder: string,
): Promise<readonly RunSummary[]> {
  const items = await vscode.window.showQuickPick(itemsOf(runs), {
    placeHolder,
    matchOnDescription: true,
    canPickMany: true,
    ignoreFocusOut: true,
  });
  return items?.map(({ run }) => run) ?? [];
}

function itemsOf(runs: readonly RunSummary[]): RunItem[] {
  const now = Date.now();
  return runs.map((run) => ({ label: run.name, description: describeRun(run, now), run }));
}
