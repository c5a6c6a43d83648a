import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import type { PanelChart } from '../../server/protocol/panel.ts';
import { safeFileName } from '../panels/panelMessages.ts';
import { confirmReplacing, exists } from './existingFiles.ts';
import { showRun } from './openRun.ts';
import type { Services } from './services.ts';

interface ChartItem extends vscode.QuickPickItem {
  readonly chart: PanelChart;
}

/** Opens a run's panel and saves the charts that are chosen of it, as they are shown there, as PNG images. */
export async function exportCharts(services: Services, run: RunSummary): Promise<void> {
  await showRun(services, run);
  const charts = await services.panels.charts(run.uri);
  const chosen = await vscode.window.showQuickPick(
    charts.map((chart): ChartItem => ({ label: chart.title, picked: true, chart })),
    {
      title: `Export charts of ${run.name}`,
      placeHolder: 'Which charts?',
      canPickMany: true,
      ignoreFocusOut: true,
    },
  );
  if (chosen === undefined || chosen.length === 0) return;
  const names = chosen.map(({ chart }) => `${safeFileName(`${run.name} ${chart.title}`)}.png`);
  const targets = await askTargets(names);
  if (targets === undefined) return;
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: 'Saving charts', cancellable: true },
    async (progress, token) => {
      for (const [index, { chart }] of chosen.entries()) {
        if (token.isCancellationRequested) return;
        progress.report({ message: chart.title, increment: 100 / chosen.length });
        const image = await services.panels.chartImage(run.uri, chart.id);
        await vscode.workspace.fs.writeFile(targets[index]!, image);
      }
    },
  );
  if (targets.length === 1) await vscode.commands.executeCommand('vscode.open', targets[0]);
}

/** Where files of these names go: one of them where the user says, several into a folder. Undefined when left. */
async function askTargets(names: readonly string[]): Promise<vscode.Uri[] | undefined> {
  const [workspaceFolder] = vscode.workspace.workspaceFolders ?? [];
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) {
    const target = await vscode.window.showSaveDialog({
      defaultUri:
        workspaceFolder === undefined
          ? vscode.Uri.file(only)
          : vscode.Uri.joinPath(workspaceFolder.uri, only),
      filters: { PNG: ['png'] },
    });
    return target && [target];
  }
  const [folder] =
    (await vscode.window.showOpenDialog({
      title: `Folder for ${names.length} images`,
      openLabel: 'Save Here',
      canSelectFolders: true,
      canSelectFiles: false,
      ...(workspaceFolder !== undefined && { defaultUri: workspaceFolder.uri }),
    })) ?? [];
  if (folder === undefined) return undefined;
  const targets = names.map((name) => vscode.Uri.joinPath(folder, name));
  return (await mayReplace(targets)) ? targets : undefined;
}

/** Asks before files are replaced; a save dialog does that by itself. */
async function mayReplace(targets: readonly vscode.Uri[]): Promise<boolean> {
  const there = await Promise.all(targets.map(exists));
  const count = there.filter(Boolean).length;
  return (
    count === 0 ||
    confirmReplacing(
      count === 1 ? 'One of the images is there already.' : `${count} of the images are there already.`,
    )
  );
}
