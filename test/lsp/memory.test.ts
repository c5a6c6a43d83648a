import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Random } from '../../server/engine/numerics/random.ts';
import { useServer, uriOf, type StartedServer } from './useServer.ts';

const { workspace, start } = useServer('memory');

const folder = 'media/templates';
const templates = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));

/** Megabytes that the server's process takes of the machine's memory. */
function megabytesOf({ process: { pid } }: StartedServer): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

it.runIf(process.platform === 'linux')(
  'the memory of the server stays flat while somebody types',
  async () => {
    const server = await start();
    const { connection } = server;
    const random = new Random(3);
    const uri = uriOf(join(workspace(), 'typed.gap.yaml'));
    await connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId: 'gap-yaml', version: 0, text: '' },
    });
    let version = 0;
    const type = async (edits: number): Promise<number> => {
      for (let edit = 0; edit < edits; edit++) {
        const text = templates[random.integer(0, templates.length)]!;
        // Cut off anywhere, as it is while it is written: each names other files than the one before.
        const end = random.integer(0, text.length);
        await connection.sendNotification('textDocument/didChange', {
          textDocument: { uri, version: ++version },
          contentChanges: [{ text: text.slice(0, end).replaceAll('photos', `photos${version}`) }],
        });
        const position = { line: random.integer(0, 12), character: random.integer(0, 12) };
        await Promise.all([
          connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } }),
          connection.sendRequest('textDocument/completion', { textDocument: { uri }, position }),
          connection.sendRequest('textDocument/hover', { textDocument: { uri }, position }),
        ]);
      }
      return megabytesOf(server);
    };
    const before = await type(1500);
    const after = await type(6000);
    console.info(`memory of the server: ${before.toFixed(0)} MB, then ${after.toFixed(0)} MB`);
    // Garbage comes and goes, up to some 60 MB; a text that was read and is kept takes far more than 20 kB an edit.
    expect(after - before).toBeLessThan(100);
  },
  120_000,
);
