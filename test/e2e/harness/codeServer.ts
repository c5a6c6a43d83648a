import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { processesWith } from './processes.ts';

/** The editor's program and the extension, as the global setup leaves them. */
export interface EditorHost {
  /** The Node that the editor runs on. */
  readonly node: string;
  /** The server's script. */
  readonly entry: string;
  readonly chromium: string;
  /** Holds the extension, installed from its package. */
  readonly extensionsFolder: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Null where there is none; why was printed once. */
    editorHost: EditorHost | null;
  }
}

/** A running editor, which a browser opens at `url`. */
export interface CodeServer {
  readonly url: string;
  /** Home, settings, logs and caches of this editor alone; gone when it stops. */
  readonly folder: string;
  stop(): Promise<void>;
}

const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.reduceMotion': 'on',
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'extensions.autoCheckUpdates': false,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'git.enabled': false,
  // A file that opens late would take the selection of others away.
  'explorer.autoReveal': false,
};

/**
 * Starts an editor on a free port of 127.0.0.1, with a home of its own.
 *
 * @param isTrusted whether workspaces are trusted without asking; otherwise they open in Restricted Mode.
 * @throws Error with the end of the server's output where it does not get ready within five minutes.
 */
export async function startCodeServer(host: EditorHost, isTrusted: boolean): Promise<CodeServer> {
  const folder = await mkdtemp(join(tmpdir(), 'modality-gap-editor-'));
  const userData = join(folder, 'data');
  await mkdir(join(userData, 'User'), { recursive: true });
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(quietSettings));

  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(
    host.node,
    [
      host.entry,
      ...['--user-data-dir', userData, '--extensions-dir', host.extensionsFolder],
      ...['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`],
      ...['--disable-telemetry', '--disable-update-check', '--disable-getting-started-override'],
      ...(isTrusted ? ['--disable-workspace-trust'] : []),
    ],
    // A group of its own, which is ended as a whole.
    { detached: true, env: environmentOf(folder), stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [server.stdout, server.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  const stop = async (): Promise<void> => {
    await endGroup(server);
    // What left the group still names the folder.
    for (const pid of await processesWith(folder)) end(pid);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  if (!(await isReady(url, server))) {
    await stop();
    throw new Error(`The editor did not get ready:\n${output.slice(-4000)}`);
  }
  return { url, folder, stop };
}

/** Nothing of the developer's own editor, settings or caches reaches the one under test. */
export function environmentOf(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(VSCODE_|MODALITY_GAP_|XDG_)/.test(name));
  return { ...Object.fromEntries(kept), HOME: home, EXTENSIONS_GALLERY: '{}' };
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

async function isReady(url: string, server: ChildProcess): Promise<boolean> {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline && server.exitCode === null) {
    const response = await fetch(`${url}/healthz`).catch(() => null);
    if (response?.ok === true) return true;
    await wait(100);
  }
  return false;
}

async function endGroup(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  end(-server.pid, 'SIGTERM');
  const isEnded = await Promise.race([ended.then(() => true), wait(5000, false)]);
  if (!isEnded) {
    end(-server.pid);
    await ended;
  }
}

function end(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
