import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { Random } from '../../server/engine/numerics/random.ts';
import { useServer, uriOf } from './useServer.ts';

const { workspace, start } = useServer();

const folder = 'media/templates';
const templates = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

/** Megabytes of heap: what is kept of each text that was read, some 15 kB, would fill it many times before. */
const heap = 72;
const edits = 4500;

it('the server lives in a small heap while somebody types', async () => {
  vi.stubEnv('NODE_OPTIONS', `--max-old-space-size=${heap}`);
  const server = await start().finally(() => vi.unstubAllEnvs());
  const { connection } = server;
  const ended = new Promise<never>((_, reject) => {
    server.process.once('exit', (code, signal) => {
      reject(new Error(`The server ended with ${code ?? signal}`));
    });
  });
  const random = new Random(3);
  const uri = uriOf(join(workspace(), 'typed.gap.yaml'));
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'gap-yaml', version: 0, text: '' },
  });
  for (let version = 1; version <= edits; version++) {
    const text = templates[random.integer(0, templates.length)]!;
    // Cut off anywhere, as it is while it is written: each names other files than the one before.
    const end = random.integer(0, text.length);
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version },
      contentChanges: [{ text: text.slice(0, end).replaceAll('photos', `photos${version}`) }],
    });
    const position = { line: random.integer(0, 12), character: random.integer(0, 12) };
    const answers = ['completion', 'hover'].map((feature) =>
      connection.sendRequest(`textDocument/${feature}`, { textDocument: { uri }, position }),
    );
    const diagnostics = connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
    await Promise.race([Promise.all([...answers, diagnostics]), ended]);
  }
  ended.catch(() => undefined);
  expect(server.process.exitCode).toBeNull();
});
