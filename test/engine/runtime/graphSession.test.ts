import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GraphBuilder } from '../../../server/engine/graph/graphBuilder.ts';
import { loadGraph, startGraph } from '../../../server/engine/runtime/graphSession.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graph-session-'));
  // Where os.tmpdir() looks, on each system.
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) vi.stubEnv(name, folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it.each([
  [8, 'here', loadGraph],
  [2 ** 24, 'here', loadGraph],
  [8, 'in a process of its own', startGraph],
  [2 ** 24, 'in a process of its own', startGraph],
])('runs a graph with %i parameters %s and leaves no file behind', async (count, _, load) => {
  const builder = new GraphBuilder('dot');
  const x = builder.input('x', 'float32', [1, count]);
  const weight = builder.parameter('weight', [count, 1], { kind: 'constant', value: 1 });
  builder.output('y', builder.matmul(x, weight));
  const values = new Map([['weight', new Float32Array(count).fill(2)]]);

  const session = await load(builder.build(), values, { device: 'cpu', name: 'dot' });
  const input = { shape: [1, count], data: new Float32Array(count).fill(1 / count) };
  const { y } = await session.run({ x: input }, ['y']);
  await session.dispose();
  expect(y!.data[0]).toBeCloseTo(2, 4);
  expect(await readdir(folder)).toEqual([]);
});

it.each([
  ['here', loadGraph],
  ['in a process of its own', startGraph],
])('leaves no file behind when a large graph has no values %s', async (_, load) => {
  const builder = new GraphBuilder('empty');
  builder.output('y', builder.parameter('weight', [2 ** 24], { kind: 'constant', value: 1 }));
  const loading = load(builder.build(), new Map(), { device: 'cpu', name: 'empty' });
  await expect(loading).rejects.toThrow('has no value');
  expect(await readdir(folder)).toEqual([]);
});
