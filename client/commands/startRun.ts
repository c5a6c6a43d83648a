import * as vscode from 'vscode';
import type { ServerRequests } from '../../server/protocol/lsp.ts';
import { showRunsView } from '../views/runsView.ts';
import type { Services } from './services.ts';

/** Starts a run, brings it into sight, and has its report opened when it ends. */
export async function startRun(
  { server, tracker }: Services,
  params: ServerRequests['startRun']['params'],
): Promise<void> {
  const run = await server.request('startRun', params);
  tracker.follow(run);
  await showRunsView();
}

/** Runs an experiment file, as it is in the editor: what was not saved is saved first. */
export async function startExperiment(services: Services, uri: vscode.Uri): Promise<void> {
  const document = vscode.workspace.textDocuments.find(
    (candidate) => candidate.uri.toString() === uri.toString(),
  );
  if (document?.isDirty === true && !(await document.save())) return;
  await startRun(services, { kind: 'file', uri: uri.toString() });
}
