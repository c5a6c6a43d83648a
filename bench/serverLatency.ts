// How long the language server takes to answer while a run uses every core: `npm run bench -- bench/serverLatency.ts`.
// Needs the bundles (`npm run build`).
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver-protocol/node';
import { URI } from 'vscode-uri';
import type { RunSummary, ServerNotifications, ServerOptions } from '../server/protocol/lsp.ts';

const requests = 200;
/** Milliseconds between two requests: about as fast as somebody types. */
const pause = 20;

const text = `name: busy
data: { kind: scenes, count: 50000 }
encoders:
  image: { kind: random, network: { kind: vit, layers: 6 } }
  text: { kind: random }
experiments:
  - kind: modality-gap
    metrics: [gap-distance, recall-at-1]
  - kind: loss-landscape
`;

const folder = await mkdtemp(join(tmpdir(), 'modality-gap-bench-'));
const child = spawn(process.execPath, [resolve('dist/server.mjs'), '--stdio'], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const connection = createProtocolConnection(
  new StreamMessageReader(child.stdout),
  new StreamMessageWriter(child.stdin),
);
const isEmbedding = new Promise<void>((resolveEmbedding) => {
  connection.onNotification('modalityGap/runChanged', ({ run }: ServerNotifications['runChanged']) => {
    if (run?.progress?.stage === 'embedding' && run.progress.done > 32) resolveEmbedding();
  });
});
connection.listen();
try {
  const initializationOptions: ServerOptions = {
    isTrusted: true,
    storageFolder: join(folder, 'storage'),
    runsFolder: 'runs',
    cacheFolder: join(folder, 'cache'),
    device: 'cpu',
  };
  const workspaceFolders = [{ uri: URI.file(folder).toString(), name: 'bench' }];
  const client = { processId: process.pid, rootUri: null, capabilities: {} };
  await connection.sendRequest('initialize', { ...client, workspaceFolders, initializationOptions });
  await connection.sendNotification('initialized', {});
  const file = join(folder, 'busy.gap.yaml');
  await writeFile(file, text);
  const uri = URI.file(file).toString();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'gap-yaml', version: 1, text },
  });
  await measureAll('idle', uri);
  const run = await connection.sendRequest<RunSummary>('modalityGap/startRun', { kind: 'file', uri });
  await isEmbedding;
  await measureAll('during a run', uri);
  await connection.sendRequest('modalityGap/cancelRun', { uri: run.uri });
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
} finally {
  child.kill();
  await rm(folder, { recursive: true, force: true });
}

async function measureAll(when: string, uri: string): Promise<void> {
  console.log(`${when}:`);
  const questions: Record<string, (count: number) => readonly [method: string, params: object | null]> = {
    'list of runs': () => ['modalityGap/listRuns', null],
    hover: (count) => ['textDocument/hover', { textDocument: { uri }, position: placeOf(count) }],
    completion: (count) => ['textDocument/completion', { textDocument: { uri }, position: placeOf(count) }],
  };
  for (const [name, question] of Object.entries(questions)) {
    console.log(`  ${name.padEnd(13)} ${await latencies(question)}`);
  }
}

/** Another place in the file for each request. */
function placeOf(count: number): { line: number; character: number } {
  const lines = text.split('\n');
  const line = count % (lines.length - 1);
  return { line, character: Math.min(4, lines[line]!.length) };
}

/** Percentiles of the time from asking to having the answer. */
async function latencies(
  question: (count: number) => readonly [method: string, params: object | null],
): Promise<string> {
  const times: number[] = [];
  for (let count = 0; count < requests; count++) {
    const started = performance.now();
    await connection.sendRequest(...question(count));
    times.push(performance.now() - started);
    await delay(pause);
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(share * requests) - 1]!.toFixed(1);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms of ${requests}`;
}
