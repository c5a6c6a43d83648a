// The composition root: builds the parts and joins them. It runs when a command, a view or an experiment file is used.
import * as vscode from 'vscode';
import { commandHandlers } from './commandHandlers.ts';
import { showRun } from './commands/openRun.ts';
import { startAgain } from './commands/runAgain.ts';
import type { Services } from './commands/services.ts';
import { commands, contextKeys } from './contributions.ts';
import { ServerConnection } from './languageClient.ts';
import { RunPanels } from './panels/runPanel.ts';
import { RunList } from './runs/runList.ts';
import { RunTracker } from './runs/runTracker.ts';
import { failureOf, ServerFailure } from './serverFailure.ts';
import { ExperimentsView } from './views/experimentsView.ts';
import { RunsView, showRunsView } from './views/runsView.ts';

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Modality Gap', { log: true });
  const server = new ServerConnection(context, log);
  const runs = new RunList();
  const logFailure = (error: unknown): void => {
    log.error(failureOf(error).message);
  };

  let loading: Promise<void> | null = null;
  const loadRuns = (): Promise<void> => {
    loading ??= runs.replace(server.request('listRuns', null)).catch(logFailure);
    return loading;
  };

  const told = async (action: () => Promise<void> | void): Promise<void> => {
    try {
      await action();
    } catch (error) {
      void tellFailure(error, log);
    }
  };
  const panels = new RunPanels({
    extensionUri: context.extensionUri,
    server,
    log,
    runAgain(uri) {
      void told(() => startAgain(services, uri));
    },
    showRuns() {
      void showRunsView();
    },
  });
  const tracker = new RunTracker(runs, (run) => {
    void told(() => showRun(services, run));
  });
  const runsView = new RunsView(runs, loadRuns);
  const experimentsView = new ExperimentsView(server, runs, logFailure);
  const services: Services = {
    extensionUri: context.extensionUri,
    log,
    server,
    runs,
    tracker,
    panels,
    loadRuns,
  };

  context.subscriptions.push(
    log,
    server,
    panels,
    tracker,
    runsView,
    experimentsView,
    server.onRunChanged(({ uri, run }) => {
      const before = runs.get(uri);
      runs.change(uri, run);
      if (run?.state === 'failed' && before?.state !== 'failed') {
        log.error(`${run.name}: ${run.error?.message ?? 'The run failed'}`);
      }
      if (run === null || before?.state !== run.state || before.name !== run.name) panels.runChanged(uri);
    }),
    server.onStateChanged((state) => {
      void vscode.commands.executeCommand('setContext', contextKeys.serverFailed, state === 'failed');
      if (state === 'failed') return;
      // Another process: what it knows is asked for anew.
      loading = null;
      void loadRuns();
      experimentsView.refresh();
    }),
  );
  for (const [key, handler] of Object.entries(commandHandlers)) {
    context.subscriptions.push(
      vscode.commands.registerCommand(commands[key as keyof typeof commands], (...args: unknown[]) =>
        told(() => handler(services, ...args)),
      ),
    );
  }
  // Not waited for: the editor goes on while the server starts.
  server.start().catch(logFailure);
}

/** Says what failed and offers the log; a cancelled request is no failure. */
async function tellFailure(error: unknown, log: vscode.LogOutputChannel): Promise<void> {
  if (error instanceof ServerFailure && error.code === 'cancelled') return;
  const { message } = failureOf(error);
  log.error(
    error instanceof ServerFailure ? message : error instanceof Error ? (error.stack ?? message) : message,
  );
  const showLog = 'Show Log';
  if ((await vscode.window.showErrorMessage(message, showLog)) === showLog) log.show();
}
