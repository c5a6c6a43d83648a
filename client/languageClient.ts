import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import {
  LanguageClient,
  ProgressType,
  ResponseError,
  State,
  TransportKind,
  type LanguageClientOptions,
  type ServerOptions as ServerProgram,
} from 'vscode-languageclient/node';
import type { ServerNotifications, ServerOptions, ServerRequests } from '../server/protocol/lsp.ts';
import type { ProgressListener, ProgressUpdate } from '../server/protocol/progress.ts';
import { commands, languageId, settings } from './contributions.ts';
import { failureInData, ServerFailure } from './serverFailure.ts';
import { wireName, type ServerRequester } from './serverRequests.ts';

type RunChange = ServerNotifications['runChanged'];

/** The language server's process, and the connection to it. It starts with the first request, or when it is told to. */
export class ServerConnection implements ServerRequester, vscode.Disposable {
  private readonly client: LanguageClient;
  private readonly runChanges = new vscode.EventEmitter<RunChange>();
  private readonly states = new vscode.EventEmitter<'running' | 'failed'>();
  private readonly subscriptions: { dispose(): unknown }[];
  private starting: Promise<void> | null = null;

  /** A run has come further, or ended. */
  readonly onRunChanged = this.runChanges.event;
  /** The server has been started, or started again; or it ended and is not coming back. */
  readonly onStateChanged = this.states.event;

  constructor(context: vscode.ExtensionContext, log: vscode.LogOutputChannel) {
    const module = context.asAbsolutePath('dist/server.mjs');
    const program: ServerProgram = { module, transport: TransportKind.ipc };
    const experimentFiles = vscode.workspace.createFileSystemWatcher('**/*.gap.{yaml,yml}');
    const options: LanguageClientOptions = {
      documentSelector: [{ language: languageId }],
      outputChannel: log,
      // Hovers on experiments link to their last run; nothing else that a hover says may run anything.
      markdown: { isTrusted: { enabledCommands: [commands.openRun] } },
      synchronize: { fileEvents: experimentFiles },
      // A function: asked again at each start, when trust or settings may have changed.
      initializationOptions: () => serverOptions(context),
    };
    this.client = new LanguageClient('modalityGap', 'Modality Gap', program, options);
    this.subscriptions = [
      experimentFiles,
      this.runChanges,
      this.states,
      this.client.onNotification(wireName('runChanged'), (change: RunChange) => {
        this.runChanges.fire(change);
      }),
      this.client.onDidChangeState(({ newState }) => {
        if (newState === State.Running) this.states.fire('running');
        if (newState === State.Stopped) this.states.fire('failed');
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        void this.restart();
      }),
      vscode.workspace.onDidChangeConfiguration((change) => {
        const isAffected = [settings.runsFolder, settings.cacheFolder, settings.device].some((key) =>
          change.affectsConfiguration(`modalityGap.${key}`),
        );
        if (isAffected && this.starting !== null) void this.restart();
      }),
    ];
  }

  /** Starts the server unless it was started. @throws ServerFailure `server-unavailable` when it does not come up. */
  async start(): Promise<void> {
    this.starting ??= this.client.start();
    try {
      await this.starting;
    } catch (error) {
      this.starting = null;
      this.states.fire('failed');
      throw new ServerFailure({
        message: `The server of Modality Gap does not start: ${error instanceof Error ? error.message : String(error)}`,
        code: 'server-unavailable',
      });
    }
  }

  /** Ends the server, and the runs with it, and starts it anew. */
  async restart(): Promise<void> {
    if (this.client.needsStop()) await this.client.stop().catch(() => undefined);
    this.starting = null;
    await this.start();
  }

  async request<M extends keyof ServerRequests>(
    method: M,
    params: ServerRequests[M]['params'],
    signal?: AbortSignal,
    onProgress?: ProgressListener,
  ): Promise<ServerRequests[M]['result']> {
    await this.start();
    const workDoneToken = onProgress && randomUUID();
    const progress =
      workDoneToken && this.client.onProgress(new ProgressType<ProgressUpdate>(), workDoneToken, onProgress);
    const cancellation = new vscode.CancellationTokenSource();
    const cancel = (): void => {
      cancellation.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const told = workDoneToken === undefined || params === null ? params : { ...params, workDoneToken };
      return await this.client.sendRequest(wireName(method), told, cancellation.token);
    } catch (error) {
      throw failureOfResponse(error);
    } finally {
      signal?.removeEventListener('abort', cancel);
      cancellation.dispose();
      progress?.dispose();
    }
  }

  async dispose(): Promise<void> {
    for (const subscription of this.subscriptions) subscription.dispose();
    if (this.client.needsStop()) await this.client.stop();
  }
}

function failureOfResponse(error: unknown): ServerFailure {
  const reason = error instanceof ResponseError ? failureInData(error.data) : null;
  const message = error instanceof Error ? error.message : String(error);
  return new ServerFailure(reason ?? { message, code: 'internal' });
}

function serverOptions(context: vscode.ExtensionContext): ServerOptions {
  const configuration = vscode.workspace.getConfiguration('modalityGap');
  const { isTrusted } = vscode.workspace;
  const cacheFolder = configuration.get<string>(settings.cacheFolder, '').trim();
  return {
    isTrusted,
    storageFolder: (context.storageUri ?? context.globalStorageUri).fsPath,
    runsFolder: configuration.get<string>(settings.runsFolder, '').trim() || 'modality-gap-runs',
    // The manifest restricts the setting; this holds should a workspace find another way to set it.
    cacheFolder: isTrusted && cacheFolder !== '' ? cacheFolder : null,
    device: configuration.get<string>(settings.device, 'auto'),
  };
}
