import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { commands, runItemKinds, views } from '../contributions.ts';
import { describeRun, runFacts } from '../runs/describeRun.ts';
import { isActive, type RunList } from '../runs/runList.ts';

/** The list of runs: those that go on with their progress, and what earlier ones measured. */
export class RunsView implements vscode.TreeDataProvider<RunSummary>, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<RunSummary | undefined>();
  private readonly runs: RunList;
  private readonly load: () => Promise<void>;
  private readonly subscriptions: { dispose(): unknown }[];
  private pause: NodeJS.Timeout | undefined;

  readonly onDidChangeTreeData = this.changes.event;

  /** @param load resolves when the list of runs was asked for, well or not. */
  constructor(runs: RunList, load: () => Promise<void>) {
    this.runs = runs;
    this.load = load;
    this.subscriptions = [
      vscode.window.createTreeView(views.runs, { treeDataProvider: this, canSelectMany: true }),
      this.changes,
      runs.onChange(() => {
        this.refresh();
      }),
    ];
  }

  /** Draws the list anew, once for changes that come together. */
  private refresh(): void {
    this.pause ??= setTimeout(() => {
      this.pause = undefined;
      this.changes.fire(undefined);
    }, 100);
  }

  async getChildren(element?: RunSummary): Promise<RunSummary[]> {
    if (element !== undefined) return [];
    await this.load();
    return this.runs.sorted();
  }

  getTreeItem(run: RunSummary): vscode.TreeItem {
    const item = new vscode.TreeItem(run.name);
    item.id = run.uri;
    item.description = describeRun(run, Date.now());
    item.tooltip = tooltipOf(run);
    item.iconPath = iconOf(run);
    item.contextValue = kindOf(run);
    item.accessibilityInformation = { label: `${run.name}, ${run.state}, ${item.description}` };
    if (!isActive(run)) item.command = { command: commands.openRun, title: 'Open', arguments: [run] };
    return item;
  }

  dispose(): void {
    clearTimeout(this.pause);
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}

function kindOf(run: RunSummary): string {
  if (isActive(run)) return runItemKinds.active;
  if (run.state !== 'finished') return runItemKinds.ended;
  return run.isPinned ? runItemKinds.pinned : runItemKinds.finished;
}

function iconOf({ state, isPinned }: RunSummary): vscode.ThemeIcon {
  switch (state) {
    case 'waiting':
      return new vscode.ThemeIcon('watch');
    case 'running':
      return new vscode.ThemeIcon('loading~spin');
    case 'finished':
      return isPinned
        ? new vscode.ThemeIcon('pinned')
        : new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
    case 'failed':
      return new vscode.ThemeIcon('error', new vscode.ThemeColor('testing.iconFailed'));
    case 'cancelled':
      return new vscode.ThemeIcon('circle-slash');
  }
}

function tooltipOf(run: RunSummary): vscode.MarkdownString {
  const text = new vscode.MarkdownString();
  [run.name, ...runFacts(run)].forEach((line, index) => {
    if (index > 0) text.appendMarkdown('\n\n');
    text.appendText(line);
  });
  return text;
}

/** Brings the list into sight, without taking the focus. */
export async function showRunsView(): Promise<void> {
  await vscode.commands.executeCommand(`${views.runs}.focus`, { preserveFocus: true });
}
