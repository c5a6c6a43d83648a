import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import {
  CancellationTokenSource,
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type CodeAction,
  type CodeLens,
  type CompletionList,
  type Diagnostic,
  type DocumentDiagnosticReport,
  type DocumentSymbol,
  type Hover,
  type InlayHint,
  type Location,
  type ProtocolConnection,
  type TextEdit,
  type WorkspaceDiagnosticReport,
  type WorkspaceEdit,
  type WorkspaceSymbol,
} from 'vscode-languageserver-protocol/node';
import { createConnection } from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { serve } from '../../server/lsp/server.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

const temporary = useTemporaryFolder();
let client: ProtocolConnection;
let refreshed = 0;

const text = `name: first
data:
  kind: npy
  path:
    image: image.npy
    text: texts.npy
  limitt: 4
encoders:
  image: { kind: random }
experiments:
  - kind: modality-gap
`;
const uriOf = (name: string) => URI.file(join(temporary(), 'workspace', name)).toString();
const uri = () => uriOf('first.gap.yaml');
const textDocument = () => ({ uri: uri() });
const at = (part: string) => {
  const document = TextDocument.create(uri(), 'gap-yaml', 1, text);
  return { textDocument: textDocument(), position: document.positionAt(text.indexOf(part)) };
};
const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };
const ask = <T>(method: string, params: object): Promise<T> => client.sendRequest(method, params);

/** The server and a client in this process, joined by streams, with one document open. */
beforeEach(async () => {
  const workspace = join(temporary(), 'workspace');
  await mkdir(workspace);
  await writeFile(join(workspace, 'first.gap.yaml'), text);
  await writeFile(join(workspace, 'second.gap.yaml'), 'name: second\ndata: { kind: scens }\n');
  await writeFile(join(workspace, 'image.npy'), 'no array');
  const [toServer, toClient] = [new PassThrough(), new PassThrough()];
  const server = createConnection(new StreamMessageReader(toServer), new StreamMessageWriter(toClient));
  serve(server);
  server.listen();
  client = createProtocolConnection(new StreamMessageReader(toClient), new StreamMessageWriter(toServer));
  refreshed = 0;
  client.onRequest('workspace/diagnostic/refresh', () => {
    refreshed += 1;
    return null;
  });
  client.listen();
  await ask('initialize', {
    processId: null,
    rootUri: null,
    capabilities: { workspace: { diagnostics: { refreshSupport: true } } },
    workspaceFolders: [{ uri: URI.file(workspace).toString(), name: 'workspace' }],
    initializationOptions: {
      // Nothing is decoded: no worker is started.
      isTrusted: false,
      storageFolder: join(temporary(), 'storage'),
      runsFolder: 'modality-gap-runs',
      cacheFolder: null,
      device: 'cpu',
    },
  });
  await client.sendNotification('initialized', {});
  await client.sendNotification('textDocument/didOpen', {
    textDocument: { ...textDocument(), languageId: 'gap-yaml', version: 1, text },
  });
});

afterEach(async () => {
  await client.sendRequest('shutdown');
  client.dispose();
});

const codesOf = ({ items }: { items: { code?: unknown }[] }) => items.map(({ code }) => code);

describe('the language server', () => {
  it('gives diagnostics, again once files were looked up, and again when they change', async () => {
    const pull = async () =>
      codesOf(
        await ask<DocumentDiagnosticReport & { items: [] }>('textDocument/diagnostic', {
          textDocument: textDocument(),
        }),
      );
    expect(await pull()).toEqual(['unknown-key']);
    await expect.poll(() => refreshed).toBeGreaterThan(0);
    expect(await pull()).toEqual(['file-missing', 'unknown-key']);

    await writeFile(join(temporary(), 'workspace', 'texts.npy'), 'x');
    await client.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf('texts.npy'), type: 1 }],
    });
    await expect.poll(pull).toEqual(['unknown-key']);
  });

  it('links each code to the section of a page that explains it', async () => {
    const { items } = await ask<DocumentDiagnosticReport & { items: Diagnostic[] }>(
      'textDocument/diagnostic',
      { textDocument: textDocument() },
    );
    const link = URI.parse(items.find(({ code }) => code === 'unknown-key')?.codeDescription?.href ?? '');
    expect(link.fragment).toBe('unknown-key');
    expect(await readFile(link.fsPath, 'utf8')).toMatch(/^## unknown-key$/m);
  });

  it('gives the diagnostics of every experiment file, and does not answer again before something changes', async () => {
    const pull = (previousResultIds: object[]) =>
      ask<WorkspaceDiagnosticReport>('workspace/diagnostic', { previousResultIds });
    const { items } = await pull([]);
    const found = items.map((item) => [item.uri, item.kind === 'full' ? codesOf(item) : []]);
    expect(found).toEqual([
      [uri(), expect.arrayContaining(['unknown-key'])],
      [uriOf('second.gap.yaml'), ['unknown-kind']],
    ]);
    // As late as all that was asked about while the first answer was made.
    const ids = items.map((item) => ({ uri: item.uri, value: '1000' }));
    // Facts about what was asked for just now may still arrive, each of which ends a wait.
    const waitOnce = async (): Promise<string> => {
      const cancellation = new CancellationTokenSource();
      const answer = client
        .sendRequest('workspace/diagnostic', { previousResultIds: ids }, cancellation.token)
        .then(
          () => 'answered',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        );
      const early = await Promise.race([answer, delay(300)]);
      cancellation.cancel();
      return early ?? answer;
    };
    await expect.poll(waitOnce).toBe('The request was cancelled');
  });

  it('completes', async () => {
    const { items } = await ask<CompletionList>('textDocument/completion', at('experiments:'));
    expect(items.map(({ label }) => label)).toContain('seed');
  });

  it('completes a path with the names in a folder when it is first asked', async () => {
    const typed = 'data:\n  kind: npy\n  path: ';
    const other = { uri: uriOf('typed.gap.yaml') };
    await client.sendNotification('textDocument/didOpen', {
      textDocument: { ...other, languageId: 'gap-yaml', version: 1, text: typed },
    });
    const { items } = await ask<CompletionList>('textDocument/completion', {
      textDocument: other,
      position: { line: 2, character: 8 },
    });
    expect(items.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['image.npy', 'first.gap.yaml']) as string[],
    );
  });

  it('explains', async () => {
    const hover = await ask<Hover>('textDocument/hover', at('npy'));
    expect(JSON.stringify(hover.contents)).toContain('npy');
  });

  it('corrects', async () => {
    const { position } = at('limitt');
    const actions = await ask<CodeAction[]>('textDocument/codeAction', {
      textDocument: textDocument(),
      range: { start: position, end: position },
      context: { diagnostics: [] },
    });
    expect(actions.map(({ title }) => title)).toContain('Change to "limit"');
  });

  it('shows lenses and hints', async () => {
    const lenses = await ask<CodeLens[]>('textDocument/codeLens', { textDocument: textDocument() });
    expect(lenses.map(({ command }) => command)).toEqual([
      { title: '$(play) Run', command: 'modalityGap.runFile', arguments: [uri()] },
    ]);
    const hints = await ask<InlayHint[]>('textDocument/inlayHint', {
      textDocument: textDocument(),
      range: whole,
    });
    expect(hints.map(({ label }) => label)).toContain('(sampling: first)');
  });

  it('outlines, folds, selects and links', async () => {
    const symbols = await ask<DocumentSymbol[]>('textDocument/documentSymbol', {
      textDocument: textDocument(),
    });
    expect(symbols.map(({ name }) => name)).toEqual(['name', 'data', 'encoders', 'experiments']);
    const folds = await ask<object[]>('textDocument/foldingRange', { textDocument: textDocument() });
    expect(folds).toContainEqual({ startLine: 1, endLine: 6 });
    const [selection] = await ask<object[]>('textDocument/selectionRange', {
      textDocument: textDocument(),
      positions: [at('npy').position],
    });
    expect(selection).toHaveProperty('parent.parent.parent');
    await expect
      .poll(() => ask<object[]>('textDocument/documentLink', { textDocument: textDocument() }))
      .toEqual([expect.objectContaining({ target: uriOf('image.npy') })]);
  });

  it('finds and changes names', async () => {
    const places = await ask<Location[]>('textDocument/definition', at('image: { kind'));
    expect(places).toEqual([expect.objectContaining({ uri: uri() })]);
    const context = { includeDeclaration: true };
    expect(await ask<object[]>('textDocument/references', { ...at('image: { kind'), context })).toHaveLength(
      2,
    );
    expect(await ask<object[]>('textDocument/documentHighlight', at('image: { kind'))).toHaveLength(2);
    expect(await ask('textDocument/prepareRename', at('image: { kind'))).toMatchObject({
      placeholder: 'image',
    });
    const edit = await ask<WorkspaceEdit>('textDocument/rename', {
      ...at('image: { kind'),
      newName: 'photo',
    });
    expect(edit.changes?.[uri()]?.map(({ newText }) => newText)).toEqual(['photo', 'photo']);
    await expect(ask('textDocument/rename', { ...at('image: { kind'), newName: 'text' })).rejects.toThrow(
      'There is another modality called "text"',
    );
    const found = await ask<WorkspaceSymbol[]>('workspace/symbol', { query: 'secnd' });
    expect(found.map(({ name }) => name)).toEqual(['second']);
  });

  it('formats', async () => {
    await client.sendNotification('textDocument/didChange', {
      textDocument: { ...textDocument(), version: 2 },
      contentChanges: [{ text: 'name:   a # b\ndata: {kind: scenes}\n' }],
    });
    const edits = await ask<TextEdit[]>('textDocument/formatting', {
      textDocument: textDocument(),
      options: { tabSize: 2, insertSpaces: true },
    });
    const document = TextDocument.create(uri(), 'gap-yaml', 2, 'name:   a # b\ndata: {kind: scenes}\n');
    expect(TextDocument.applyEdits(document, edits)).toBe('name: a # b\ndata: { kind: scenes }\n');
  });
});
