import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { npyFile } from '../npyFile.ts';
import { descendantsOf, eventually } from '../lsp/useServer.ts';
import { useCommand } from './useCommand.ts';

const { folder, run, start, end } = useCommand();

const rows = (count: number, columns: number) =>
  npyFile([count, columns], new Float32Array(count * columns).fill(1));

const configs: Readonly<Record<string, string>> = {
  good: 'data: { kind: npy, path: { image: twelve.npy, text: twelve.npy } }',
  missing: 'data: { kind: npy, path: twelve.npz }',
  column: 'data: { kind: table, path: pairs.csv, columns: { text: captoin } }',
  rows: 'data: { kind: npy, path: { image: twelve.npy, text: thirteen.npy } }',
  dimensions: 'data: { kind: npy, path: { image: twelve.npy, text: wide.npy } }',
  unreadable: 'data: { kind: npy, path: broken.npy }',
  encoder: 'data: { kind: scenes, count: 12 }\nencoders: { image: { kind: random } }',
  model:
    'data: { kind: scenes, count: 12 }\nencoders:\n  image: { kind: pretrained, model: ./thin }\n  text: { kind: pretrained, model: ./thin }\n' +
    'experiments:\n  - kind: modality-gap\n    metrics: [{ kind: contrastive-loss, temperature: 0.5 }]',
  onnx:
    'data: { kind: scenes, count: 12 }\nencoders:\n  image: { kind: onnx, path: tensor.onnx }\n' +
    '  text: { kind: onnx, path: twelve.npy }',
  // One row after the other: a query that every core could share would take them from the tests beside this one.
  endless:
    'data: { kind: table, columns: { text: n }, sql: "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n % 7 + 1 FROM r) SELECT CAST(count(*) AS VARCHAR) AS n FROM r" }',
};

beforeEach(async () => {
  const write = (name: string, content: string | Uint8Array) => writeFile(join(folder(), name), content);
  await write('twelve.npy', rows(12, 4));
  await write('thirteen.npy', rows(13, 4));
  await write('wide.npy', rows(12, 5));
  await write('broken.npy', 'no array');
  await cp('test/oracle/onnxModels/single/tensor.onnx', join(folder(), 'tensor.onnx'));
  await write('pairs.csv', 'photo,caption\na.png,red\nb.png,blue\n');
  for (const [name, text] of Object.entries(configs))
    await write(`${name}.gap.yaml`, `name: ${name}\n${text}\n`);
});

describe('what only the files tell', () => {
  it.each([
    [
      'missing',
      2,
      /^missing\.gap\.yaml:2:26: There is no file "twelve\.npz"\. Did you mean "twelve\.npy"\? \[file-/,
    ],
    ['column', 2, /^column\.gap\.yaml:2:56: .* Did you mean "caption"\? \[column-missing\]\n$/],
    ['rows', 2, /^rows\.gap\.yaml:2:26: .* 12 rows .* 13 .* \[unequal-rows\]\n$/],
    ['dimensions', 2, /^dimensions\.gap\.yaml:2:\d+: .*4.*5.* \[unequal-dimensions\]\n$/],
    ['unreadable', 2, /^unreadable\.gap\.yaml:2:26: .*broken\.npy.* \[npy-magic\]\n$/],
    ['encoder', 2, /^encoder\.gap\.yaml:3:1: .*"text".* has no encoder \[missing-encoder\]\n$/],
    [
      'onnx',
      2,
      /^onnx\.gap\.yaml:4:30: .* \[checkpoint-file\]\nonnx\.gap\.yaml:5:29: .*twelve\.npy is no ONNX model .* \[model-unreadable\]\n$/,
    ],
    ['good', 0, /^$/],
  ])('%s', async (name, expected, message) => {
    const { code, out, err } = await run('validate', `${name}.gap.yaml`);
    expect(err).toMatch(message);
    expect([code, out]).toEqual([expected, expected === 0 ? `${name}.gap.yaml: valid\n` : '']);
  });

  it('what a model learned does not make a configuration invalid', async () => {
    await cp('test/oracle/clipCheckpoint/huggingFace', join(folder(), 'thin'), { recursive: true });
    const { code, out, err } = await run('validate', 'model.gap.yaml');
    expect(err).toMatch(/: information: The temperature is 0\.5; the model learned 0\.0302.*-learned\]\n$/);
    expect([code, out]).toEqual([0, 'model.gap.yaml: valid\n']);
  });

  it('is not looked for with --text-only', async () => {
    const names = Object.keys(configs).map((name) => `${name}.gap.yaml`);
    const { code, out, err } = await run('validate', '--text-only', ...names);
    expect(out).toBe(names.map((name) => `${name}: valid\n`).join(''));
    expect([code, err]).toEqual([0, `${names.length} of ${names.length} files are valid\n`]);
  });

  it('is in every format', async () => {
    const json = await run('validate', '--json', 'missing.gap.yaml', 'good.gap.yaml');
    expect([json.code, json.err]).toEqual([2, '']);
    expect(JSON.parse(json.out)).toMatchObject({
      isValid: false,
      files: [
        { isValid: false, problems: [{ code: 'file-missing', severity: 'error' }], missing: [] },
        { isValid: true, problems: [], missing: [] },
      ],
    });
    const sarif = await run('validate', '--format', 'sarif', 'unreadable.gap.yaml');
    expect(sarif.code).toBe(2);
    expect(JSON.parse(sarif.out)).toMatchObject({
      runs: [{ results: [{ ruleId: 'npy-magic', level: 'error' }] }],
    });
    const github = await run('validate', '--format', 'github', 'rows.gap.yaml');
    expect(github.out).toMatch(/^::error file=rows\.gap\.yaml,line=2,.*,title=unequal-rows::/);
  });
});

describe('what takes too long', () => {
  it('is left out, and said on standard error', async () => {
    const { code, out, err } = await run(
      ...['validate', '--json', '--timeout', '10', 'endless.gap.yaml', 'column.gap.yaml'],
    );
    expect(err).toMatch(
      /^endless\.gap\.yaml: warning: Not checked: the data: it took longer than 10 s \[not-checked\]$/m,
    );
    expect(code).toBe(2);
    const { files } = JSON.parse(out) as { files: { isValid: boolean; missing: object[] }[] };
    expect(files[0]!.missing).toContainEqual({ subject: 'the data', reason: null });
    // The next file is looked at as ever.
    expect(files.map(({ isValid }) => isValid)).toEqual([true, false]);
  });

  it('can be interrupted', async () => {
    const child = start(['validate', 'endless.gap.yaml']);
    // A process of its own looks into the data.
    await eventually(async () => (await descendantsOf(child.pid!))[0]);
    child.kill('SIGINT');
    const { code, out } = await end(child);
    expect([code, out]).toEqual([130, '']);
  });
});
