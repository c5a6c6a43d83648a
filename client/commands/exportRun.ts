import * as vscode from 'vscode';
import type { RunSummary } from '../../server/protocol/lsp.ts';
import { pythonNotebook, pythonScript } from '../exports/pythonSnippet.ts';
import { resultsCsv } from '../exports/resultsCsv.ts';
import { safeFileName } from '../panels/panelMessages.ts';
import { chooseRun } from './chooseRuns.ts';
import { exportCharts } from './exportCharts.ts';
import type { Services } from './services.ts';
import { targetRuns } from './targets.ts';
import { tellNoRun } from './tellNoRun.ts';

/** What a run becomes: one file, or pictures of its charts. */
type Format = vscode.QuickPickItem & (FileFormat | { readonly extension: null });

interface FileFormat {
  readonly extension: string;
  readonly content: (services: Services, run: RunSummary) => Thenable<string | Uint8Array>;
}

const formats: readonly Format[] = [
  {
    label: 'CSV',
    detail: 'Every value with unit, direction and interval, a row each',
    extension: 'csv',
    content: async (services, run) => resultsCsv(await reportOf(services, run)),
  },
  {
    label: 'JSON',
    detail: 'The whole report',
    extension: 'json',
    content: async (services, run) => `${JSON.stringify(await reportOf(services, run), null, 1)}\n`,
  },
  {
    label: 'HTML',
    detail: 'A page of its own, with its charts, that needs nothing else',
    extension: 'html',
    content: (_, run) =>
      vscode.workspace.fs.readFile(vscode.Uri.joinPath(vscode.Uri.parse(run.uri), 'report.html')),
  },
  {
    label: 'PNG',
    detail: 'Pictures of the charts, as the report shows them',
    extension: null,
  },
  {
    label: 'Python script',
    detail: 'Loads the report and the embeddings; needs numpy alone',
    extension: 'py',
    content: (_, run) => Promise.resolve(pythonScript(vscode.Uri.parse(run.uri).fsPath)),
  },
  {
    label: 'Jupyter notebook',
    detail: 'The same, in cells',
    extension: 'ipynb',
    content: (_, run) => Promise.resolve(pythonNotebook(vscode.Uri.parse(run.uri).fsPath)),
  },
];

/** Writes what a run measured to a file, in the format that is chosen. */
export async function exportRun(services: Services, ...args: readonly unknown[]): Promise<void> {
  await services.loadRuns();
  const [selected] = targetRuns(args).filter(({ state }) => state === 'finished');
  const finished = services.runs.finished();
  if (selected === undefined && finished.length === 0) {
    await tellNoRun('No run has finished yet: there is nothing to export.');
    return;
  }
  const run = selected ?? (await chooseRun(finished, 'Which run?'));
  if (run === undefined) return;
  const format = await vscode.window.showQuickPick(formats, {
    title: `Export ${run.name}`,
    placeHolder: 'As what?',
  });
  if (format === undefined) return;
  await (format.extension === null ? exportCharts(services, run) : save(services, run, format));
}

async function save(
  services: Services,
  run: RunSummary,
  { content, extension, label }: FileFormat & vscode.QuickPickItem,
): Promise<void> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const target = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(
      folder?.uri ?? vscode.Uri.joinPath(vscode.Uri.parse(run.uri), '..'),
      `${safeFileName(run.name)}.${extension}`,
    ),
    filters: { [label]: [extension] },
  });
  if (target === undefined) return;
  const made = await content(services, run);
  const bytes = typeof made === 'string' ? new TextEncoder().encode(made) : made;
  await vscode.workspace.fs.writeFile(target, bytes);
  await vscode.commands.executeCommand('vscode.open', target);
}

async function reportOf({ server }: Services, { uri }: RunSummary) {
  const { report } = await server.request('readReport', { uri });
  return report;
}
