import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { ExperimentFile } from '../../server/protocol/lsp.ts';
import { experimentItemKind, views } from '../contributions.ts';
import type { RunList } from '../runs/runList.ts';
import type { ServerRequester } from '../serverRequests.ts';

/** An experiment file in the list. `resourceUri` lets commands take it as they take a file of the explorer. */
export interface ExperimentItem {
  readonly file: ExperimentFile;
  readonly resourceUri: vscode.Uri;
}

/** The list of the workspace's experiment files. */
export class ExperimentsView implements vscode.TreeDataProvider<ExperimentItem>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<undefined>();
  private readonly server: ServerRequester;
  private readonly runs: RunList;
  private readonly report: (error: unknown) => void;
  private readonly subscriptions: { dispose(): unknown }[];
  private pause: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changes.event;

  /** @param report tells of a list that could not be had. */
  constructor(server: ServerRequester, runs: RunList, report: (error: unknown) => void) {
    this.server = server;
    this.runs = runs;
    this.report = report;
    const files = vscode.workspace.createFileSystemWatcher('**/*.gap.{yaml,yml}');
    const refresh = (): void => {
      this.refresh();
    };
    this.subscriptions = [
      vscode.window.createTreeView(views.experiments, { treeDataProvider: this }),
      this.changes,
      files,
      files.onDidCreate(refresh),
      files.onDidDelete(refresh),
      files.onDidChange(refresh),
      // The state of an experiment is that of its last run.
      runs.onChange(({ before, run }) => {
        if (before?.state !== run?.state) this.refresh();
      }),
    ];
  }

  /** Asks again, once for changes that come together. */
  refresh(): void {
    clearTimeout(this.pause);
    this.pause = setTimeout(() => {
      this.changes.fire(undefined);
    }, 200);
  }

  async getChildren(element?: ExperimentItem): Promise<ExperimentItem[]> {
    if (element !== undefined) return [];
    try {
      const files = await this.server.request('listExperiments', null);
      return files.map((file) => ({ file, resourceUri: vscode.Uri.parse(file.uri) }));
    } catch (error) {
      this.report(error);
      return [];
    }
  }

  getTreeItem({ file, resourceUri }: ExperimentItem): vscode.TreeItem {
    const lastRun = file.lastRun === null ? undefined : this.runs.get(file.lastRun);
    const item = new vscode.TreeItem(file.name);
    item.id = file.uri;
    item.description = [...folderOf(resourceUri), ...stateOf(file, lastRun?.state)].join(' · ');
    item.tooltip = resourceUri.fsPath;
    item.iconPath = new vscode.ThemeIcon(file.errors > 0 ? 'warning' : 'beaker');
    item.contextValue = experimentItemKind;
    item.command = { command: 'vscode.open', title: 'Open', arguments: [resourceUri] };
    return item;
  }

  dispose(): void {
    clearTimeout(this.pause);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

/** The folder in the workspace, where it is not the workspace folder itself. */
function folderOf(uri: vscode.Uri): string[] {
  const folder = posix.dirname(vscode.workspace.asRelativePath(uri));
  return folder === '.' ? [] : [folder];
}

function stateOf({ errors, lastRun }: ExperimentFile, state: string | undefined): string[] {
  if (errors > 0) return [errors === 1 ? '1 problem' : `${errors} problems`];
  if (lastRun === null) return ['never run'];
  return state === undefined ? [] : [state];
}
