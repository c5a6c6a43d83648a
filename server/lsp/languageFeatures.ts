import { setTimeout } from 'node:timers/promises';
import {
  CodeActionKind,
  DidChangeWatchedFilesNotification,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type CancellationToken,
  type ClientCapabilities,
  type Connection,
  type ServerCapabilities,
  type TextDocuments,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { WorkspaceFacts } from '../facts/workspaceFacts.ts';
import { fixAllKind } from '../language/codeActions.ts';
import { completionTriggers } from '../language/completion.ts';
import { LanguageService } from '../language/languageService.ts';
import type { Rename } from '../language/rename.ts';
import { docsUri } from './docsUri.ts';
import type { ExperimentTexts } from './experimentTexts.ts';

/** Milliseconds that suggestions wait for the names in a folder, which may be on a slow disk. */
const longestListing = 1000;

/** What the editor may ask for about `*.gap.yaml` files. */
export const languageCapabilities: ServerCapabilities = {
  completionProvider: { triggerCharacters: [...completionTriggers] },
  hoverProvider: true,
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, fixAllKind] },
  codeLensProvider: {},
  inlayHintProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentLinkProvider: {},
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  renameProvider: { prepareProvider: true },
  documentFormattingProvider: true,
  workspaceSymbolProvider: true,
  diagnosticProvider: {
    identifier: 'modality-gap',
    // What a file names may change without it.
    interFileDependencies: true,
    workspaceDiagnostics: true,
  },
};

/** What the answers are made of. */
export interface LanguageParts {
  readonly documents: TextDocuments<TextDocument>;
  readonly texts: ExperimentTexts;
  readonly facts: WorkspaceFacts;
  readonly capabilities: ClientCapabilities;
}

/** Answers the editor's questions on a connection, and tells it to ask again once more is known. */
export function registerLanguageFeatures(connection: Connection, parts: LanguageParts): void {
  const { documents, texts, facts, capabilities } = parts;
  const service = new LanguageService(facts, { docsUri: docsUri() });
  const changes = new ChangeCounter();

  /** Answers about an open document; nothing about one that is closed. */
  function about<P extends { readonly textDocument: { readonly uri: string } }, R>(
    answer: (document: TextDocument, params: P) => R,
  ): (params: P) => R | null {
    return (params) => {
      const document = documents.get(params.textDocument.uri);
      return document === undefined ? null : answer(document, params);
    };
  }

  connection.onCompletion(
    about(async (document, { position }) => {
      let items = service.completions(document, position);
      if (facts.isListing) {
        // Without names of files the editor would offer words of the text instead.
        await Promise.race([facts.listed(), setTimeout(longestListing, undefined, { ref: false })]);
        items = service.completions(document, position);
      }
      // What is not known yet may be by the next letter.
      return { isIncomplete: true, items };
    }),
  );
  connection.onHover(about((document, { position }) => service.hover(document, position)));
  connection.onCodeAction(
    about((document, { range, context }) => service.codeActions(document, range, context)),
  );
  connection.onCodeLens(about((document) => service.codeLenses(document)));
  connection.languages.inlayHint.on(about((document, { range }) => service.inlayHints(document, range)));
  connection.onDocumentSymbol(about((document) => service.documentSymbols(document)));
  connection.onFoldingRanges(about((document) => service.foldingRanges(document)));
  connection.onSelectionRanges(
    about((document, { positions }) => service.selectionRanges(document, positions)),
  );
  connection.onDocumentLinks(about((document) => service.documentLinks(document)));
  connection.onDefinition(about((document, { position }) => service.definition(document, position)));
  connection.onReferences(
    about((document, { position, context }) => service.references(document, position, context)),
  );
  connection.onDocumentHighlight(about((document, { position }) => service.highlights(document, position)));
  connection.onPrepareRename(
    about((document, { position }) => resultOf(service.prepareRename(document, position))),
  );
  connection.onRenameRequest(
    about((document, { position, newName }) => resultOf(service.rename(document, position, newName))),
  );
  connection.onDocumentFormatting(about((document) => service.formatting(document)));
  connection.onWorkspaceSymbol(async ({ query }, token) =>
    service.workspaceSymbols(await texts.list(signalOf(token)), query),
  );

  connection.languages.diagnostics.on(({ textDocument }) => {
    const document = documents.get(textDocument.uri);
    const items = document === undefined ? [] : service.diagnostics(document);
    return { kind: DocumentDiagnosticReportKind.Full, items };
  });
  connection.languages.diagnostics.onWorkspace(async ({ previousResultIds }, token) => {
    const last = Math.max(-1, ...previousResultIds.map(({ value }) => Number(value)));
    // The editor asks again as soon as it is answered: the answer is kept until there is another one.
    await changes.after(last, signalOf(token));
    const count = changes.count;
    const items = (await texts.list(signalOf(token))).map((document): WorkspaceDocumentDiagnosticReport => ({
      kind: DocumentDiagnosticReportKind.Full,
      uri: document.uri,
      version: documents.get(document.uri)?.version ?? null,
      resultId: String(count),
      items: service.diagnostics(document),
    }));
    const gone = previousResultIds.filter(({ uri }) => !items.some((item) => item.uri === uri));
    const cleared = gone.map(({ uri }): WorkspaceDocumentDiagnosticReport => ({
      kind: DocumentDiagnosticReportKind.Full,
      uri,
      version: null,
      items: [],
    }));
    return { items: [...items, ...cleared] };
  });

  const { workspace } = capabilities;
  facts.onChange(() => {
    changes.add();
    if (workspace?.diagnostics?.refreshSupport === true) void connection.languages.diagnostics.refresh();
    if (workspace?.codeLens?.refreshSupport === true)
      void connection.sendRequest('workspace/codeLens/refresh');
    if (workspace?.inlayHint?.refreshSupport === true) void connection.languages.inlayHint.refresh();
  });
  documents.onDidChangeContent(() => {
    changes.add();
  });
  connection.onDidChangeWatchedFiles(() => {
    facts.invalidateFiles();
  });
}

/** Asks the editor to tell when a file of the workspace changes; to be called once it is initialised. */
export async function watchFiles(connection: Connection, { workspace }: ClientCapabilities): Promise<void> {
  if (workspace?.didChangeWatchedFiles?.dynamicRegistration !== true) return;
  await connection.client.register(DidChangeWatchedFilesNotification.type, {
    watchers: [{ globPattern: '**/*' }],
  });
}

/** Counts changes, and lets wait for the next one. */
class ChangeCounter {
  #waiting: (() => void)[] = [];
  count = 0;

  add(): void {
    this.count += 1;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Resolves once there were more than `count`; rejects when the signal is aborted. */
  async after(count: number, signal: AbortSignal): Promise<void> {
    if (this.count > count) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => {
        reject(new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was cancelled'));
      });
    });
  }
}

/** @throws ResponseError that says why something cannot be renamed. */
function resultOf<T>(answer: Rename<T>): T {
  if ('problem' in answer) throw new ResponseError(LSPErrorCodes.RequestFailed, answer.problem);
  return answer.result;
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => {
    controller.abort();
  });
  return controller.signal;
}
