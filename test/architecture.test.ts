import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { importsOf } from './architecture/imports.ts';
import { rules, type SourceTree } from './architecture/rules.ts';

function projectTree(): SourceTree {
  const tree = new Map<string, string>();
  for (const folder of ['server', 'client', 'webview']) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${name.replaceAll('\\', '/')}`;
      if (path.endsWith('.ts') && !path.endsWith('_pb.ts')) tree.set(path, readFileSync(path, 'utf8'));
    }
  }
  return tree;
}

describe('the dependency rules hold', () => {
  const tree = projectTree();

  it('has a tree to look at', () => {
    expect(tree.size).toBeGreaterThan(20);
  });

  it.each(Object.entries(rules))('%s', (_, rule) => {
    expect(rule(tree)).toEqual([]);
  });
});

/** By rule: a tiny tree that breaks it, the file at fault, and one that keeps to it. */
const examples: Record<
  keyof typeof rules,
  { breaks: Record<string, string>; at: string; keeps: Record<string, string> }[]
> = {
  'the protocol imports nothing': [
    {
      breaks: { 'server/protocol/a.ts': `import type { z } from 'zod';` },
      at: 'server/protocol/a.ts imports zod',
      keeps: { 'server/protocol/a.ts': `import type { B } from './b.ts';` },
    },
    {
      breaks: { 'server/protocol/a.ts': `import { x } from '../engine/x.ts';` },
      at: 'server/protocol/a.ts imports ../engine/x.ts',
      keeps: { 'server/protocol/a.ts': '' },
    },
  ],
  'the engine knows neither the editor nor what configures and runs it': [
    {
      breaks: { 'server/engine/a.ts': `import type { Range } from 'vscode-languageserver/node';` },
      at: 'server/engine/a.ts imports vscode-languageserver/node',
      keeps: { 'server/engine/a.ts': `import type { Report } from '../protocol/report.ts';` },
    },
    {
      breaks: { 'server/engine/metrics/a.ts': `const runs = await import('../../runs/queue.ts');` },
      at: 'server/engine/metrics/a.ts imports ../../runs/queue.ts',
      keeps: { 'server/runs/queue.ts': `import { a } from '../engine/a.ts';` },
    },
    {
      breaks: { 'server/engine/datasets/a.ts': `import { b } from '../../config/b.ts';` },
      at: 'server/engine/datasets/a.ts imports ../../config/b.ts',
      keeps: { 'server/config/b.ts': `import { a } from '../engine/a.ts';` },
    },
  ],
  'inference libraries are loaded in engine/runtime only': [
    {
      breaks: { 'server/engine/metrics/a.ts': `import { InferenceSession } from 'onnxruntime-node';` },
      at: 'server/engine/metrics/a.ts imports onnxruntime-node',
      keeps: { 'server/engine/runtime/a.ts': `import { InferenceSession } from 'onnxruntime-node';` },
    },
    {
      breaks: { 'server/cli/a.ts': `const tf = await import('@tensorflow/tfjs-node-gpu');` },
      at: 'server/cli/a.ts imports @tensorflow/tfjs-node-gpu',
      keeps: { 'server/engine/runtime/a.ts': `await import('@tensorflow/tfjs-node-gpu');` },
    },
  ],
  'native decoders are loaded in engine/runtime and engine/datasets only': [
    {
      breaks: { 'server/engine/encoders/a.ts': `import sharp from 'sharp';` },
      at: 'server/engine/encoders/a.ts imports sharp',
      keeps: { 'server/engine/datasets/a.ts': `import sharp from 'sharp';` },
    },
    {
      breaks: { 'client/a.ts': `import { DuckDBInstance } from '@duckdb/node-api';` },
      at: 'client/a.ts imports @duckdb/node-api',
      keeps: { 'server/engine/runtime/a.ts': `import { DuckDBInstance } from '@duckdb/node-api';` },
    },
  ],
  'language features do no input or output': [
    {
      breaks: { 'server/language/a.ts': `import { readFile } from 'node:fs/promises';` },
      at: 'server/language/a.ts imports node:fs/promises',
      keeps: { 'server/language/a.ts': `import { posix } from 'node:path';` },
    },
  ],
  'language features load no native code': [
    {
      breaks: {
        'server/language/a.ts': `import { b } from '../config/b.ts';`,
        'server/config/b.ts': `import sharp from 'sharp';`,
      },
      at: 'server/language/a.ts loads sharp by way of server/config/b.ts',
      keeps: {
        'server/language/a.ts': `import { b } from '../config/b.ts';`,
        'server/config/b.ts': `const load = () => import('sharp');`,
      },
    },
  ],
  'the language server loads no native code': [
    {
      breaks: {
        'server/main.ts': `import { serve } from './lsp/server.ts';`,
        'server/lsp/server.ts': `import { InferenceSession } from 'onnxruntime-node';`,
      },
      at: 'server/main.ts loads onnxruntime-node by way of server/lsp/server.ts',
      keeps: {
        'server/main.ts': `import type { Worker } from './worker.ts';`,
        'server/worker.ts': `import { InferenceSession } from 'onnxruntime-node';`,
      },
    },
  ],
  'client and webview know only the protocol of the server': [
    {
      breaks: { 'webview/charts/a.ts': `import { matrix } from '../../server/engine/numerics/matrix.ts';` },
      at: 'webview/charts/a.ts imports ../../server/engine/numerics/matrix.ts',
      keeps: { 'webview/charts/a.ts': `import type { Report } from '../../server/protocol/report.ts';` },
    },
  ],
  'no files import one another': [
    {
      breaks: {
        'server/a.ts': `import { b } from './b.ts';`,
        'server/b.ts': `import { c } from './c.ts';`,
        'server/c.ts': `import type { A } from './a.ts';`,
      },
      at: 'server/a.ts → server/b.ts → server/c.ts → server/a.ts',
      keeps: { 'server/a.ts': `import { b } from './b.ts';`, 'server/b.ts': '' },
    },
  ],
  'no file re-exports from another': [
    {
      breaks: { 'server/engine/index.ts': `export * from './a.ts';` },
      at: 'server/engine/index.ts imports ./a.ts',
      keeps: { 'server/engine/a.ts': `import { b } from './b.ts'; export const a = b;` },
    },
  ],
  'every definition is in its registry': [
    {
      breaks: {
        'server/engine/metrics/a.ts': `export const a = defineMetric({});`,
        'server/engine/metrics/registry.ts': `import { b } from './b.ts';`,
      },
      at: 'server/engine/metrics/a.ts calls defineMetric',
      keeps: {
        'server/engine/metrics/a.ts': `export const a = defineMetric({});`,
        'server/engine/metrics/registry.ts': `import { a } from './a.ts';`,
      },
    },
    {
      breaks: { 'server/engine/datasets/deep/a.ts': `export const a = defineReader({});` },
      at: 'server/engine/datasets/deep/a.ts calls defineReader',
      keeps: {
        'server/engine/datasets/dataset.ts': `export function defineReader<Params>(definition: Params) {}`,
      },
    },
  ],
};

describe('each rule can fail', () => {
  it('has an example for every rule', () => {
    expect(Object.keys(examples)).toEqual(Object.keys(rules));
  });

  it.each(
    Object.entries(examples).flatMap(([name, cases]) => cases.map((example) => ({ name, ...example }))),
  )('$name: $at', ({ name, breaks, at, keeps }) => {
    const rule = rules[name]!;
    expect(rule(new Map(Object.entries(breaks))).some((line) => line.includes(at))).toBe(true);
    expect(rule(new Map(Object.entries(keeps)))).toEqual([]);
  });
});

describe('importsOf', () => {
  it('tells apart what is loaded at once, when reached, and never', () => {
    const text = [
      `import a from 'a';`,
      `import type { B } from 'b';`,
      `export { c } from 'c';`,
      `const d = await import('d');`,
      `type E = import('e').E;`,
      `// import 'f';`,
      `const text = "import 'g'";`,
    ].join('\n');
    expect(importsOf('x.ts', text).map(({ specifier, load }) => [specifier, load])).toEqual([
      ['a', 'static'],
      ['b', 'type'],
      ['c', 'static'],
      ['d', 'dynamic'],
      ['e', 'type'],
    ]);
  });
});
