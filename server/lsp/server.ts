import {
  CancellationToken,
  LSPErrorCodes,
  ProgressType,
  ResponseError,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { WorkspaceFacts } from '../facts/workspaceFacts.ts';
import type { ServerNotifications } from '../protocol/lsp.ts';
import type { ProgressListener, ProgressUpdate } from '../protocol/progress.ts';
import type { RequestContext } from '../protocol/rpc.ts';
import { describeFailure } from '../runs/describeFailure.ts';
import { InspectionWorker } from '../runs/inspectionWorker.ts';
import type { Measure } from '../runs/runQueue.ts';
import { Runs } from '../runs/runs.ts';
import { WorkerProcess } from '../runs/workerProcess.ts';
import { ExperimentTexts } from './experimentTexts.ts';
import { languageCapabilities, registerLanguageFeatures, watchFiles } from './languageFeatures.ts';
import { chosenCache, requestHandlers, type RequestHandlers } from './requestHandlers.ts';
import { parseServerOptions } from './serverOptions.ts';
import { WorkspacePlaces } from './workspacePlaces.ts';
import { searchWorkspace } from './workspaceSearch.ts';

/** Data stay open for so long after the last question about them. */
const idleMilliseconds = 120_000;

/** Serves one client on a connection that is not listening yet; what it asks for is answered once it is initialised. */
export function serve(connection: Connection): void {
  const documents = new TextDocuments(TextDocument);
  documents.listen(connection);

  connection.onInitialize(({ initializationOptions, workspaceFolders, capabilities }): InitializeResult => {
    const options = parseServerOptions(initializationOptions);
    const places = new WorkspacePlaces(options);
    const inspection = new InspectionWorker({ idleMilliseconds });
    const measure: Measure = async ({ config, configFile, folder }, onProgress, signal) => {
      const worker = new WorkerProcess();
      try {
        const cacheFolder = chosenCache(options);
        const { device } = options;
        const params = { config, configFile, runFolder: folder, cacheFolder, device };
        await worker.ask('measure', params, signal, onProgress);
      } finally {
        await worker.end();
      }
    };
    const runs = new Runs(measure, (folder, run) => {
      notify(connection, 'runChanged', { uri: URI.file(folder).toString(), run });
      if (run === null || run.state === 'finished') facts.invalidateRuns();
    });
    const closing = new AbortController();
    const facts = new WorkspaceFacts(runs, inspection, options);
    const setFolders = (uris: readonly string[]): void => {
      places.setFolders(uris);
      runs.setRoots(places.runRoots);
      // Experiment files may name other folders for their runs.
      searchWorkspace(places.folders, places.runRoots, closing.signal).then(
        (found) => {
          runs.notice(found.runs);
        },
        () => undefined,
      );
    };
    setFolders((workspaceFolders ?? []).map(({ uri }) => uri));
    const openDocument = (uri: string) => documents.get(uri);
    register(connection, requestHandlers({ options, places, runs, inspection, openDocument }));
    const texts = new ExperimentTexts(places, openDocument);
    registerLanguageFeatures(connection, { documents, texts, facts, capabilities });

    connection.onInitialized(() => {
      void watchFiles(connection, capabilities);
      if (capabilities.workspace?.workspaceFolders !== true) return;
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        const gone = removed.map(({ uri }) => URI.parse(uri).fsPath);
        const kept = places.folders.filter((folder) => !gone.includes(folder));
        setFolders([...kept.map((folder) => URI.file(folder).toString()), ...added.map(({ uri }) => uri)]);
      });
    });
    connection.onShutdown(async () => {
      closing.abort();
      facts.close();
      await Promise.all([runs.close(), inspection.end()]);
    });
    return {
      capabilities: {
        ...languageCapabilities,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });
}

function register(connection: Connection, handlers: RequestHandlers): void {
  for (const [method, handler] of Object.entries(handlers)) {
    connection.onRequest(`modalityGap/${method}`, async (...received: unknown[]) => {
      // Without parameters the token comes first.
      const token = received.find((value) => CancellationToken.is(value));
      const params = received[0] === token ? null : received[0];
      const controller = new AbortController();
      const cancellation = token?.onCancellationRequested(() => {
        controller.abort();
      });
      try {
        // Sound while the client is built from the same contract.
        return await (handler as (params: unknown, context: RequestContext) => Promise<unknown>)(params, {
          signal: controller.signal,
          progress: progressOf(connection, params),
        });
      } catch (error) {
        if (controller.signal.aborted) {
          throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled', {
            message: 'The request was cancelled',
            code: 'cancelled',
          });
        }
        const failure = describeFailure(error);
        if (failure.code === 'internal') connection.console.error(stackOf(error));
        throw new ResponseError(LSPErrorCodes.RequestFailed, failure.message, failure);
      } finally {
        cancellation?.dispose();
      }
    });
  }
}

/** Tells the client of progress, where its request has a token for it as the protocol's own requests do. */
function progressOf(connection: Connection, params: unknown): ProgressListener {
  const token: unknown = (params as { workDoneToken?: unknown } | null)?.workDoneToken;
  if (typeof token !== 'string' && typeof token !== 'number') return () => undefined;
  return (update) => {
    void connection.sendProgress(new ProgressType<ProgressUpdate>(), token, update);
  };
}

function notify<M extends keyof ServerNotifications>(
  connection: Connection,
  method: M,
  params: ServerNotifications[M],
): void {
  void connection.sendNotification(`modalityGap/${method}`, params);
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
