import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { commands, contextKeys, languageId, settings, views } from '../contributions.ts';
import { describeRun } from './describeRun.ts';
import { isActive, type RunList } from './runList.ts';

/** Shows what goes on: in the view's progress bar, the status bar and the language status; and tells when a run ends. */
export class RunTracker implements vscode.Disposable {
  private readonly runs: RunList;
  private readonly tellEnd: (run: RunSummary) => void;
  private readonly statusItem: vscode.StatusBarItem;
  private readonly languageItem: vscode.LanguageStatusItem;
  private readonly subscription: { dispose(): void };
  /** Those that were started in this window, and have not ended yet. */
  private readonly followed = new Set<string>();
  private endProgress: (() => void) | null = null;

  /** @param tellEnd is called when a run that was started in this window has ended. */
  constructor(runs: RunList, tellEnd: (run: RunSummary) => void) {
    this.runs = runs;
    this.tellEnd = tellEnd;
    this.statusItem = vscode.window.createStatusBarItem('modalityGap.run', vscode.StatusBarAlignment.Left);
    this.statusItem.name = 'Modality Gap';
    this.statusItem.command = `${views.runs}.focus`;
    this.languageItem = vscode.languages.createLanguageStatusItem('modalityGap.device', {
      language: languageId,
    });
    this.languageItem.name = 'Modality Gap';
    this.languageItem.command = {
      command: 'workbench.action.openSettings',
      title: 'Change',
      arguments: [`modalityGap.${settings.device}`],
    };
    this.subscription = runs.onChange(() => {
      this.update();
    });
    this.update();
  }

  /** Opens the report of a run, or says why there is none, once it has ended. */
  follow(run: RunSummary): void {
    this.followed.add(run.uri);
    // It may have ended before the answer to its start was read.
    if (this.runs.get(run.uri) === undefined) this.runs.change(run.uri, run);
    else this.update();
  }

  dispose(): void {
    this.subscription.dispose();
    this.statusItem.dispose();
    this.languageItem.dispose();
    this.endProgress?.();
  }

  private update(): void {
    const active = this.runs.active();
    this.showProgress(active.length > 0);
    this.showStatus(active);
    const finished = this.runs.finished();
    this.showDevice(active, finished[0]);
    setContext(contextKeys.hasActiveRuns, active.length > 0);
    setContext(contextKeys.hasNoFinishedRuns, finished.length === 0);
    this.tellEnds();
  }

  private tellEnds(): void {
    for (const uri of [...this.followed]) {
      const run = this.runs.get(uri);
      if (run !== undefined && isActive(run)) continue;
      this.followed.delete(uri);
      if (run !== undefined) this.tellEnd(run);
    }
  }

  private showProgress(isBusy: boolean): void {
    if (isBusy && this.endProgress === null) {
      const ended = new Promise<void>((resolve) => {
        this.endProgress = resolve;
      });
      void vscode.window.withProgress({ location: { viewId: views.runs } }, () => ended);
    } else if (!isBusy) {
      this.endProgress?.();
      this.endProgress = null;
    }
  }

  private showStatus(active: readonly RunSummary[]): void {
    const run = active.find(({ state }) => state === 'running') ?? active[0];
    if (run === undefined) {
      this.statusItem.hide();
      return;
    }
    const others = active.length > 1 ? ` (+${active.length - 1})` : '';
    const state = describeRun(run, Date.now());
    this.statusItem.text = `$(loading~spin) ${plain(run.name)}: ${plain(state)}${others}`;
    const tooltip = new vscode.MarkdownString();
    tooltip.isTrusted = { enabledCommands: [commands.cancelRun] };
    tooltip.appendText(`${run.name}: ${state}`);
    tooltip.appendMarkdown(`\n\n[Cancel](command:${commands.cancelRun})`);
    this.statusItem.tooltip = tooltip;
    this.statusItem.accessibilityInformation = { label: `Measuring ${run.name}, ${state}` };
    this.statusItem.show();
  }

  private showDevice(active: readonly RunSummary[], last: RunSummary | undefined): void {
    const device = last?.headline?.device;
    this.languageItem.busy = active.length > 0;
    this.languageItem.text = `Device: ${device ?? 'not used yet'}`;
    this.languageItem.detail = device === undefined ? '' : 'of the last run';
  }
}

/** Without the signs that the status bar would draw as icons. */
function plain(text: string): string {
  return text.replaceAll('$(', '$ (').slice(0, 80);
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
