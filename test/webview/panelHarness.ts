import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { BrowserContext, Page } from 'playwright-core';
import { checkPanelMessage } from '../../client/panels/panelMessages.ts';
import { panelPage } from '../../client/panels/panelPage.ts';
import type { PanelHostContract, PanelIdentity, PanelPageContract } from '../../server/protocol/panel.ts';
import type { Channel, Handlers, RpcMessage } from '../../server/protocol/rpc.ts';
import { connectPeers } from '../../server/protocol/rpcPeer.ts';
import type { Peer } from '../../server/protocol/rpcPeer.ts';
import { chromiumFlags, findChromium } from '../chromium.ts';
import { themes } from './editorThemes.ts';
import type { EditorTheme } from './editorThemes.ts';

/** Chromium where this machine has it. */
export const browserPath = findChromium();

const origin = 'https://panel.test';

/** A panel's page in Chromium, in the extension's own shell with its policy, talking to a host over the contract. */
export interface OpenedPanel {
  readonly page: Page;
  readonly peer: Peer<PanelPageContract>;
  /** Notifications of the page, as `method parameters`. */
  readonly told: string[];
  /** What the page kept last. */
  readonly state: () => Promise<unknown>;
  readonly setTheme: (theme: EditorTheme) => Promise<void>;
}

/** Builds the page's bundle into a folder and starts Chromium with a profile there. */
export async function startBrowser(folder: string): Promise<BrowserContext> {
  execFileSync(process.execPath, ['scripts/build.mjs', '--out', folder, 'run.js', 'run.css']);
  const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
    executablePath: browserPath!,
    args: chromiumFlags,
    viewport: { width: 1180, height: 900 },
  });
  await context.route(`${origin}/**`, async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    if (name === 'run.js' || name === 'run.css') {
      const contentType = name === 'run.js' ? 'text/javascript' : 'text/css';
      await route.fulfill({ body: readFileSync(join(folder, name), 'utf8'), contentType });
    } else {
      const body = panelPage({
        cspSource: origin,
        script: `${origin}/run.js`,
        style: `${origin}/run.css`,
        nonce: 'a1b2c3',
      });
      await route.fulfill({ body, contentType: 'text/html' });
    }
  });
  return context;
}

/** Opens a panel that `answers` answers; every message of the page is held to the extension's own checks. */
export async function openPanel(
  context: BrowserContext,
  answers: Handlers<PanelHostContract>['requests'],
  { theme = 'dark', state }: { readonly theme?: EditorTheme; readonly state?: unknown } = {},
): Promise<OpenedPanel> {
  const page = await context.newPage();
  const told: string[] = [];
  let receive: (message: unknown) => void = () => undefined;
  let close: (reason: string) => void = () => undefined;
  await page.exposeFunction('sendToHost', (text: string) => {
    receive(unpack(text));
  });
  await page.addInitScript(pageSide, { state, bytesMark });
  const channel: Channel = {
    send(message) {
      // A page that is closed meanwhile hears nothing.
      page
        .evaluate((text) => {
          (window as unknown as { receiveFromHost(text: string): void }).receiveFromHost(text);
        }, pack(message))
        .catch(() => undefined);
    },
    onMessage(listener) {
      receive = listener;
    },
    onClose(listener) {
      close = listener;
    },
  };
  page.on('close', () => {
    close('closed');
  });
  const tell =
    (method: string) =>
    (params: unknown): void => {
      told.push(`${method} ${JSON.stringify(params)}`);
    };
  const peer = connectPeers<PanelHostContract, PanelPageContract>(
    channel,
    {
      requests: answers,
      notifications: { openItem: tell('openItem'), runAgain: tell('runAgain'), showRuns: tell('showRuns') },
    },
    (error) => ({
      message: error instanceof Error ? error.message : String(error),
      code: error instanceof Error && 'code' in error ? String(error.code) : 'internal',
    }),
    checkPanelMessage,
  );
  const setTheme = async (name: EditorTheme): Promise<void> => {
    await page.evaluate(({ kinds, variables }) => {
      document.body.className = kinds;
      for (const [variable, value] of Object.entries(variables)) {
        document.documentElement.style.setProperty(`--vscode-${variable}`, value);
      }
    }, themes[name]);
  };
  await page.goto(`${origin}/`);
  await setTheme(theme);
  return {
    page,
    peer,
    told,
    state: () => page.evaluate(() => (window as unknown as { keptState: unknown }).keptState),
    setTheme,
  };
}

/** Identity of a panel of one run. */
export function runIdentity(uri: string): PanelIdentity {
  return { view: 'run', uri };
}

const bytesMark = 'base64:';

function pack(message: RpcMessage): string {
  return JSON.stringify(message, (_, value: unknown) =>
    value instanceof Uint8Array ? bytesMark + Buffer.from(value).toString('base64') : value,
  );
}

function unpack(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(bytesMark)
      ? new Uint8Array(Buffer.from(value.slice(bytesMark.length), 'base64'))
      : value,
  );
}

/** Runs in the page before its script: what the editor gives to it. Bytes cross as base64. */
function pageSide(given: { state: unknown; bytesMark: string }): void {
  const page = window as unknown as {
    keptState: unknown;
    sendToHost(text: string): void;
    receiveFromHost(text: string): void;
    acquireVsCodeApi(): unknown;
  };
  page.keptState = given.state;
  page.acquireVsCodeApi = () => ({
    postMessage(message: unknown) {
      page.sendToHost(
        JSON.stringify(message, (_, value: unknown) => {
          if (!(value instanceof Uint8Array)) return value;
          const parts: string[] = [];
          for (const byte of value) parts.push(String.fromCharCode(byte));
          return given.bytesMark + btoa(parts.join(''));
        }),
      );
    },
    getState: () => page.keptState,
    setState(state: unknown) {
      page.keptState = state;
    },
  });
  page.receiveFromHost = (text) => {
    const message: unknown = JSON.parse(text, (_, value: unknown) =>
      typeof value === 'string' && value.startsWith(given.bytesMark)
        ? Uint8Array.from(atob(value.slice(given.bytesMark.length)), (character) => character.charCodeAt(0))
        : value,
    );
    window.postMessage(message, '*');
  };
}
