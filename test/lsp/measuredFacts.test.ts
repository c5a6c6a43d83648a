import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DiagnosticSeverity,
  type CodeLens,
  type Diagnostic,
  type Hover,
  type InlayHint,
} from 'vscode-languageserver-protocol/node';
import { npyFile } from '../npyFile.ts';
import { uriOf, useServer, type StartedServer } from './useServer.ts';

const { workspace, start } = useServer();
const whole = { start: { line: 0, character: 0 }, end: { line: 100, character: 0 } };

/** An experiment file that is open in an editor. */
async function open(server: StartedServer, text: string) {
  const file = join(workspace(), 'first.gap.yaml');
  await writeFile(file, text);
  const uri = uriOf(file);
  const textDocument = { uri };
  await server.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'gap-yaml', version: 1, text },
  });
  const ask = <T>(method: string, params: object = {}): Promise<T> =>
    server.connection.sendRequest(method, { textDocument, ...params });
  const positionOf = (part: string) => {
    const before = text.slice(0, text.indexOf(part)).split('\n');
    return { line: before.length - 1, character: before.at(-1)!.length };
  };
  return { uri, ask, positionOf };
}

const rowsOf = (rows: number) =>
  npyFile(
    [2, rows, 4],
    Float32Array.from({ length: 8 * rows }, (_, at) => Math.sin(at) + (at < 4 * rows ? 2 : -1)),
  );

describe('what the data and the last run tell', () => {
  it('shows rows and dimensions, and after a run its values, until the data are changed', async () => {
    const server = await start();
    const data = join(workspace(), 'features.npy');
    await writeFile(data, rowsOf(12));
    const { uri, ask, positionOf } = await open(
      server,
      'name: first\ndata: { kind: npy, path: features.npy }\nexperiments:\n  - kind: modality-gap\n    metrics: [gap-distance]\n',
    );
    const labels = async () =>
      (await ask<InlayHint[]>('textDocument/inlayHint', { range: whole })).map(({ label }) => label);
    await expect.poll(labels).toContain('12 rows · modality-1 4-d, modality-2 4-d');

    const { uri: run } = await server.ask('startRun', { kind: 'file', uri });
    await server.until(run, ({ state }) => state === 'finished');
    const titles = async () =>
      (await ask<CodeLens[]>('textDocument/codeLens')).map(({ command }) => command!.title).join('; ');
    await expect
      .poll(titles)
      .toMatch(/^\$\(play\) Run; \$\(history\) gap-distance [\d.]+ \[.*; \$\(link-external\) Open; /);
    const hover = await ask<Hover>('textDocument/hover', { position: positionOf('modality-gap') });
    expect(JSON.stringify(hover)).toMatch(/Last run \d{4}-\d\d-\d\d/);

    const codes = async () => {
      const { items } = await ask<{ items: Diagnostic[] }>('textDocument/diagnostic');
      return items.map(({ code }) => code);
    };
    await expect.poll(codes).not.toContain('results-out-of-date');
    await writeFile(data, rowsOf(13));
    await server.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uriOf(data), type: 2 }],
    });
    await expect.poll(codes).toContain('results-out-of-date');
    await expect.poll(labels).toContain('13 rows · modality-1 4-d, modality-2 4-d');
  });

  it('knows all classes of the data, also while some are chosen and one is wrong', async () => {
    const server = await start();
    await writeFile(join(workspace(), 'pairs.csv'), 'caption,kind\na,bird\nb,bird\nc,cat\n');
    const { ask, positionOf } = await open(
      server,
      'name: first\ndata:\n  kind: table\n  path: pairs.csv\n  labels: kind\n  classes: [brid, cat]\n',
    );
    const messages = async () => {
      const { items } = await ask<{ items: Diagnostic[] }>('textDocument/diagnostic');
      return items.map(({ code, message }) => `${String(code)}: ${message as string}`);
    };
    await expect
      .poll(messages)
      .toEqual([
        'unknown-class: No row of the data is of the class "brid"; expected one of bird, cat. Did you mean "bird"?',
      ]);
    const hover = await ask<Hover>('textDocument/hover', { position: positionOf('cat]') });
    expect(JSON.stringify(hover)).toContain('Class with 1 row, in the column `kind`');
  });

  it('reads the columns of a table, and what a model learned', async () => {
    const server = await start();
    await writeFile(join(workspace(), 'pairs.csv'), 'photo,caption\na.png,red\nb.png,blue\n');
    await cp('test/oracle/clipCheckpoint/huggingFace', join(workspace(), 'thin'), { recursive: true });
    const { ask } = await open(
      server,
      `name: first
data: { kind: table, path: pairs.csv, columns: { text: captoin } }
encoders: { text: { kind: pretrained, model: ./thin } }
experiments:
  - kind: modality-gap
    metrics: [{ kind: contrastive-loss, temperature: 0.5 }]
`,
    );
    const messages = async () => {
      const { items } = await ask<{ items: Diagnostic[] }>('textDocument/diagnostic');
      return items.map(({ message }) => message as string).join('\n');
    };
    await expect.poll(messages).toContain('Did you mean "caption"?');
    await expect.poll(messages).toContain('The temperature is 0.5; the model learned 0.0302');
  });

  it('tells what an ONNX file holds, and that two of them do not fit', async () => {
    const server = await start();
    await writeFile(join(workspace(), 'pairs.csv'), 'photo,caption\na.png,red\nb.png,blue\n');
    await cp('test/oracle/onnxModels/dual/onnx/model.onnx', join(workspace(), 'dual.onnx'));
    await cp('test/oracle/familyModels/jina-clip/onnx/text_model.onnx', join(workspace(), 'narrow.onnx'));
    for (const name of ['preprocessor_config', 'tokenizer', 'tokenizer_config']) {
      await cp(`test/oracle/onnxModels/dual/${name}.json`, join(workspace(), `${name}.json`));
    }
    const { ask, positionOf } = await open(
      server,
      `name: first
data: { kind: table, path: pairs.csv, columns: { image: photo, text: caption } }
encoders:
  image: { kind: onnx, path: dual.onnx }
  text: { kind: onnx, path: narrow.onnx }
`,
    );
    const labels = async () =>
      (await ask<InlayHint[]>('textDocument/inlayHint', { range: whole })).map(({ label }) => label);
    await expect.poll(labels).toEqual(expect.arrayContaining(['4-d', '8-d']) as string[]);
    const hover = await ask<Hover>('textDocument/hover', { position: positionOf('dual.onnx') });
    expect((hover.contents as { value: string }).value).toContain(
      [
        '- architecture: torch\\_jit, opset 14, by pytorch',
        '- parameters: 2.11K',
        '- size: 8.25 KiB',
        '- dimension: 8',
      ].join('\n'),
    );
    const errors = async () => {
      const { items } = await ask<{ items: Diagnostic[] }>('textDocument/diagnostic');
      return items
        .filter(({ severity }) => severity === DiagnosticSeverity.Error)
        .map(({ code, range, message }) => [code, range.start, message]);
    };
    await expect
      .poll(errors)
      .toEqual([
        [
          'unequal-dimensions',
          positionOf('narrow.onnx'),
          'The encoder for "text" gives embeddings of dimension 4, that for "image" of 8; expected the same',
        ],
      ]);
  });
});
