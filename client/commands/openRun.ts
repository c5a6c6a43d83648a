import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { startAgain } from './runAgain.ts';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';

/** Opens the report of a run of the list, or of one that is named by its URI; of one that has none, says why. */
export async function openRun(services: Services, ...args: readonly unknown[]): Promise<void> {
  const [named] = args;
  const [run] = typeof named === 'string' ? [services.runs.get(named)] : targetRuns(args);
  if (run !== undefined) await showRun(services, run);
  // The list may not have been read yet; a panel whose run is gone says so.
  else if (typeof named === 'string') services.panels.show({ view: 'run', uri: named }, 'Run');
}

/** Shows what came of a run: its report, or the reason why there is none, with a way to try again. */
export async function showRun(services: Services, run: RunSummary): Promise<void> {
  switch (run.state) {
    case 'finished':
      services.panels.show({ view: 'run', uri: run.uri }, run.name);
      break;
    case 'failed':
      await tellFailure(services, run);
      break;
    case 'cancelled':
    case 'waiting':
    case 'running':
      break;
  }
}

async function tellFailure(services: Services, run: RunSummary): Promise<void> {
  const retry = 'Retry';
  const openExperiment = 'Open Experiment';
  const explain = 'Explain';
  const showLog = 'Show Log';
  const { configUri, error } = run;
  const answer = await vscode.window.showErrorMessage(
    `${run.name}: ${error?.message ?? 'The run failed'}`,
    retry,
    ...(configUri === null ? [] : [openExperiment]),
    ...(error === null || error.code === 'internal' ? [] : [explain]),
    showLog,
  );
  if (answer === retry) await startAgain(services, run.uri);
  if (answer === showLog) services.log.show();
  if (answer === explain && error !== null) await explainCode(services, error.code);
  if (answer === openExperiment && configUri !== null) {
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.parse(configUri));
  }
}

/** Opens what stands of a code on the page that explains all of them. */
async function explainCode({ extensionUri }: Services, code: string): Promise<void> {
  const page = vscode.Uri.joinPath(extensionUri, 'media', 'docs', 'modality-gap-diagnostics.md');
  await vscode.commands.executeCommand('markdown.showPreview', page.with({ fragment: code }));
}
