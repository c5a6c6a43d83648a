import { randomBytes } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import * as vscode from 'vscode';
import type {
  PanelChart,
  PanelHostContract,
  PanelIdentity,
  PanelPageContract,
} from '../../server/protocol/panel.ts';
import type { Channel, Handlers } from '../../server/protocol/rpc.ts';
import { connectPeers, RpcError, type Peer } from '../../server/protocol/rpcPeer.ts';
import { panelViewType } from '../contributions.ts';
import { failureOf } from '../serverFailure.ts';
import type { ServerRequester } from '../serverRequests.ts';
import { PageGate } from './pageGate.ts';
import {
  checkPanelMessage,
  readCharts,
  readImage,
  readPanelIdentity,
  safeFileName,
  urisOf,
} from './panelMessages.ts';
import { panelPage } from './panelPage.ts';

/** What panels ask of the rest of the extension. */
export interface PanelEnvironment {
  readonly extensionUri: vscode.Uri;
  readonly server: ServerRequester;
  readonly log: vscode.LogOutputChannel;
  readonly runAgain: (uri: string) => void;
  readonly showRuns: () => void;
}

/** The panels of this window: one for each run, or group of runs, that is shown. */
export class RunPanels implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly environment: PanelEnvironment;
  private readonly registration: vscode.Disposable;
  private readonly open = new Map<string, OpenPanel>();

  constructor(environment: PanelEnvironment) {
    this.environment = environment;
    this.registration = vscode.window.registerWebviewPanelSerializer(panelViewType, this);
  }

  /** Shows runs in a panel: the one that shows them already, or a new one. */
  show(identity: PanelIdentity, title: string): void {
    const known = this.open.get(keyOf(identity));
    if (known !== undefined) {
      known.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      panelViewType,
      title,
      vscode.ViewColumn.Active,
      this.options(),
    );
    this.fill(panel, identity);
  }

  /** The charts that the panel of a run shows. @throws RpcError `run-not-shown`, `panel-hidden`. */
  async charts(uri: string): Promise<readonly PanelChart[]> {
    const { page, gate } = this.shown(uri);
    return readCharts(await gate.whileThere(() => page.request('charts', null)));
  }

  /** One of the charts that the panel of a run shows, as a PNG image. @throws RpcError as `charts` does. */
  async chartImage(uri: string, id: string): Promise<Uint8Array> {
    const { page, gate } = this.shown(uri);
    return readImage(await gate.whileThere(() => page.request('chartImage', { id })));
  }

  /** Tells the panels that show a run that it was changed or removed. */
  runChanged(uri: string): void {
    for (const { identity, page } of this.open.values()) {
      if (urisOf(identity).includes(uri)) page.notify('runChanged', { uri });
    }
  }

  /** After a reload of the window: from what the page kept, which is what it showed and no more. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const identity = readPanelIdentity(state);
    if (identity === null) {
      panel.dispose();
    } else {
      panel.webview.options = this.options();
      this.fill(panel, identity);
    }
    return Promise.resolve();
  }

  dispose(): void {
    this.registration.dispose();
    for (const { panel } of [...this.open.values()]) panel.dispose();
  }

  private shown(uri: string): OpenPanel {
    const open = this.open.get(keyOf({ view: 'run', uri }));
    if (open === undefined) throw notShown();
    return open;
  }

  private options(): vscode.WebviewOptions {
    return { enableScripts: true, localResourceRoots: [this.file()] };
  }

  private file(...path: string[]): vscode.Uri {
    return vscode.Uri.joinPath(this.environment.extensionUri, 'dist', ...path);
  }

  private fill(panel: vscode.WebviewPanel, identity: PanelIdentity): void {
    const { webview } = panel;
    panel.iconPath = vscode.Uri.joinPath(this.environment.extensionUri, 'media', 'icon.png');
    const gate = new PageGate();
    // A hidden page is not kept: it is made anew when its panel is shown again.
    panel.onDidChangeViewState(() => {
      if (!panel.visible) gate.leave();
    });
    const page = connectPeers<PanelHostContract, PanelPageContract>(
      webviewChannel(panel, this.environment.log),
      panelHandlers(identity, this.environment, gate),
      failureOf,
      checkPanelMessage,
    );
    const key = keyOf(identity);
    this.open.set(key, { panel, identity, page, gate });
    panel.onDidDispose(() => {
      this.open.delete(key);
      gate.enter();
    });
    webview.html = panelPage({
      cspSource: webview.cspSource,
      script: webview.asWebviewUri(this.file('run.js')).toString(),
      style: webview.asWebviewUri(this.file('run.css')).toString(),
      nonce: randomBytes(18).toString('hex'),
    });
  }
}

interface OpenPanel {
  readonly panel: vscode.WebviewPanel;
  readonly identity: PanelIdentity;
  readonly page: Peer<PanelPageContract>;
  readonly gate: PageGate;
}

function keyOf(identity: PanelIdentity): string {
  return [identity.view, ...urisOf(identity)].join('\n');
}

function webviewChannel(panel: vscode.WebviewPanel, log: vscode.LogOutputChannel): Channel {
  return {
    send(message) {
      void panel.webview.postMessage(message);
    },
    onMessage(listener) {
      panel.webview.onDidReceiveMessage((message: unknown) => {
        try {
          listener(message);
        } catch (error) {
          log.warn(`A panel sent what it must not: ${failureOf(error).message}`);
        }
      });
    },
    onClose(listener) {
      panel.onDidDispose(() => {
        listener('The panel was closed');
      });
    },
  };
}

/** Answers a page about the runs that it shows, and about no others. */
function panelHandlers(
  identity: PanelIdentity,
  { server, runAgain, showRuns, log }: PanelEnvironment,
  gate: PageGate,
): Handlers<PanelHostContract> {
  const shown = (uri: string): string => {
    if (urisOf(identity).includes(uri)) return uri;
    throw notShown();
  };
  return {
    requests: {
      async open(_, { signal }) {
        gate.enter();
        const runs = urisOf(identity).map(async (uri) => ({
          uri,
          ...(await server.request('readReport', { uri }, signal)),
        }));
        return { identity, runs: await Promise.all(runs) };
      },
      async points({ uri, method }, { signal, progress }) {
        const file = await server.request('projectRows', { uri: shown(uri), method }, signal, progress);
        return { file, bytes: await readInside(vscode.Uri.parse(uri).fsPath, file.path) };
      },
      async worstPairs({ uri, modalities, count }, { signal }) {
        return server.request('worstPairs', { uri: shown(uri), modalities, count }, signal);
      },
      async preview({ uri, row, modality }, { signal }) {
        return server.request('preview', { uri: shown(uri), row, modality }, signal);
      },
      async saveFile({ name, content }) {
        return { isSaved: await saveFile(name, content) };
      },
    },
    notifications: {
      openItem({ uri, row, modality }) {
        // The page names a row; which file that is, the server says.
        openItem(server, shown(uri), row, modality).catch((error: unknown) => {
          log.warn(failureOf(error).message);
          void vscode.window.showWarningMessage(failureOf(error).message);
        });
      },
      runAgain({ uri }) {
        runAgain(shown(uri));
      },
      showRuns,
    },
  };
}

function notShown(): RpcError {
  return new RpcError({ message: 'No panel shows that run', code: 'run-not-shown' });
}

/**
 * Bytes of a file in a run's folder.
 *
 * @throws RpcError `outside-run` for a file that lies elsewhere.
 */
async function readInside(folder: string, path: string): Promise<Uint8Array> {
  const within = relative(await realpath(folder), await realpath(path));
  if (within.startsWith('..') || isAbsolute(within)) {
    throw new RpcError({ message: `${path} is not in the run's folder ${folder}`, code: 'outside-run' });
  }
  // A plain array: a Buffer does not cross to a page as bytes.
  return new Uint8Array(await readFile(path));
}

async function saveFile(name: string, content: string | Uint8Array): Promise<boolean> {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  const file = safeFileName(name);
  const target = await vscode.window.showSaveDialog({
    defaultUri: folder === undefined ? vscode.Uri.file(file) : vscode.Uri.joinPath(folder.uri, file),
  });
  if (target === undefined) return false;
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  await vscode.workspace.fs.writeFile(target, bytes);
  return true;
}

async function openItem(server: ServerRequester, uri: string, row: number, modality: string): Promise<void> {
  const { file, id } = await server.request('preview', { uri, row, modality });
  if (file === null) {
    void vscode.window.showInformationMessage(`${id} has no file of its own to open.`);
    return;
  }
  await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(file), vscode.ViewColumn.Beside);
}
