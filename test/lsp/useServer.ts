import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, expect } from 'vitest';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type ProtocolConnection,
} from 'vscode-languageserver-protocol/node';
import { URI } from 'vscode-uri';
import type {
  RunSummary,
  ServerNotifications,
  ServerOptions,
  ServerRequests,
} from '../../server/protocol/lsp.ts';
import { builtBundles } from '../builtBundles.ts';
import { useTemporaryFolder } from '../temporaryFolder.ts';

/** A server that was started, and what it told. */
export interface StartedServer {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  /** Every change of a run, in order. */
  readonly changes: ServerNotifications['runChanged'][];
  ask<M extends keyof ServerRequests>(
    method: M,
    params: ServerRequests[M]['params'],
  ): Promise<ServerRequests[M]['result']>;
  /** Resolves with the first summary of a run, of those that came and come, for which `test` holds. */
  until(uri: string, test: (run: RunSummary) => boolean): Promise<RunSummary>;
}

/** The language server, bundled from the sources as they are now, in an empty workspace folder for each test. */
export function useServer() {
  let bundles: string;
  const temporary = useTemporaryFolder();
  const started: StartedServer[] = [];
  const workspace = () => join(temporary(), 'workspace');

  beforeAll(async () => {
    bundles = await builtBundles();
  });
  afterEach(async () => {
    await Promise.all(started.splice(0).map(stop));
  });

  async function start(given: Partial<ServerOptions> = {}): Promise<StartedServer> {
    await mkdir(workspace(), { recursive: true });
    const child = spawn(process.execPath, [join(bundles, 'server.mjs'), '--stdio'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    const changes: StartedServer['changes'] = [];
    connection.onNotification('modalityGap/runChanged', (change: ServerNotifications['runChanged']) => {
      changes.push(change);
    });
    connection.listen();
    const options: ServerOptions = {
      isTrusted: true,
      storageFolder: join(temporary(), 'storage'),
      runsFolder: 'modality-gap-runs',
      cacheFolder: join(temporary(), 'cache'),
      device: 'cpu',
      ...given,
    };
    const initialize = {
      processId: process.pid,
      rootUri: null,
      capabilities: {},
      workspaceFolders: [{ uri: uriOf(workspace()), name: 'workspace' }],
      initializationOptions: options,
    };
    await connection.sendRequest('initialize', initialize).catch((error: unknown) => {
      child.kill();
      throw error;
    });
    await connection.sendNotification('initialized', {});
    const server: StartedServer = {
      process: child,
      connection,
      changes,
      ask: (method, params) => connection.sendRequest(`modalityGap/${method}`, params),
      until: (uri, test) =>
        eventually(() => {
          const found = changes.find(
            (change) => change.uri === uri && change.run !== null && test(change.run),
          );
          return found?.run ?? undefined;
        }),
    };
    started.push(server);
    return server;
  }

  /** The report that the command prints for the same input, with the same cache. */
  function commandReport(path: string): unknown {
    const args = [join(bundles, 'cli.mjs'), 'measure', path, '--json', '--quiet'];
    const cache = ['--cache', join(temporary(), 'command-cache'), '--device', 'cpu'];
    return JSON.parse(execFileSync(process.execPath, [...args, ...cache], { encoding: 'utf8' }));
  }

  return { workspace, temporary, start, commandReport };
}

export function uriOf(path: string): string {
  return URI.file(path).toString();
}

/** Asks again until there is an answer; what never comes ends after minutes. */
export async function eventually<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 240_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`Waited too long: ${look.toString()}`);
    await delay(20);
  }
}

/** The processes that descend from one, by the system's numbers (Linux). */
export async function descendantsOf(pid: number): Promise<number[]> {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = (await readFile(file, 'utf8').catch(() => '')).split(' ').filter(Boolean).map(Number);
  return [...children, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

export function isAlive(pid: number): boolean {
  // One that has ended and was not waited for yet is listed still.
  return existsSync(`/proc/${pid}`) && !isZombie(pid);
}

function isZombie(pid: number): boolean {
  try {
    return /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return true;
  }
}

/** Everything below a folder, hidden files too; nothing where it is absent. */
export async function filesBelow(folder: string): Promise<string[]> {
  return existsSync(folder) ? (await readdir(folder, { recursive: true })).sort() : [];
}

async function stop({ process: child, connection }: StartedServer): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  if (child.exitCode !== null || child.signalCode !== null) return;
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  expect(await ended).toBe(0);
  connection.dispose();
}
