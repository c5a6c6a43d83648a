import type * as vscode from 'vscode';
import type { ServerConnection } from '../languageClient.ts';
import type { RunPanels } from '../panels/runPanel.ts';
import type { RunList } from '../runs/runList.ts';
import type { RunTracker } from '../runs/runTracker.ts';

/** What commands work with. */
export interface Services {
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly server: ServerConnection;
  readonly runs: RunList;
  readonly tracker: RunTracker;
  readonly panels: RunPanels;
  /** Resolves once the list of runs was asked for. */
  loadRuns(): Promise<void>;
}
