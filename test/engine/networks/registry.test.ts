import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Parameter } from '../../../server/engine/graph/graph.ts';
import { elementCount } from '../../../server/engine/graph/graph.ts';
import { initialParameters } from '../../../server/engine/graph/initialParameters.ts';
import { networkGraph } from '../../../server/engine/networks/network.ts';
import { networks } from '../../../server/engine/networks/registry.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { loadGraph } from '../../../server/engine/runtime/graphSession.ts';

/** Written by test/oracle/networks.py. */
interface Fixture {
  readonly kind: string;
  readonly params: Record<string, unknown>;
  readonly input: EncodedTensor;
  readonly output: EncodedTensor;
}

interface EncodedTensor {
  readonly shape: number[];
  readonly elementType: 'float32' | 'int32';
  readonly data: string;
}

interface InitialStatistics {
  readonly params: Record<string, unknown>;
  readonly parameters: readonly {
    readonly name: string;
    readonly shape: number[];
    readonly mean: number;
    readonly deviation: number;
    readonly largest: number;
  }[];
}

const oracles = new URL('../../oracle/', import.meta.url);
const fixtures = readdirSync(new URL('networks/', oracles)).map(
  (file) => [file, readJson(`networks/${file}`) as Fixture] as const,
);
const initialStatistics = readJson('networksInitialisation.json') as Record<string, InitialStatistics>;

describe('outputs equal those of PyTorch with the same weights', () => {
  it.each(fixtures)('%s', async (_, fixture) => {
    const definition = networks.find(({ kind }) => kind === fixture.kind)!;
    const graph = networkGraph(definition, definition.params.parse(fixture.params));
    const values = new Map(graph.parameters.map((parameter) => [parameter.name, weightOf(parameter)]));
    const session = await loadGraph(graph, values, { device: 'cpu', threads: 1 });
    const { embedding } = await session.run({
      input: { shape: fixture.input.shape, data: decode(fixture.input) },
    });
    await session.dispose();

    const expected = decode(fixture.output);
    expect(embedding!.shape).toEqual(fixture.output.shape);
    expect(embedding!.data).toHaveLength(expected.length);
    expect(deviationOf(expected)).toBeGreaterThan(0.01);
    expected.forEach((value, index) => {
      expect(Math.abs(Number(embedding!.data[index]) - value)).toBeLessThan(1e-4);
    });
  });

  it.each(networks.map(({ kind }) => kind))('%s has such an oracle', (kind) => {
    expect(fixtures.map(([, fixture]) => fixture.kind)).toContain(kind);
    expect(Object.keys(initialStatistics)).toContain(kind);
  });
});

describe('initial parameters are those of PyTorch, by name, shape and distribution', () => {
  it.each(Object.entries(initialStatistics))('%s', (kind, { params, parameters }) => {
    const definition = networks.find((network) => network.kind === kind)!;
    const config = kind === 'mlp' ? { ...params, initialisation: 'torch' } : params;
    const graph = networkGraph(definition, definition.params.parse(config));
    const shapes = graph.parameters.map(({ name, shape }) => `${name} ${shape.join()}`);
    expect(shapes.sort()).toEqual(parameters.map(({ name, shape }) => `${name} ${shape.join()}`).sort());

    const values = initialParameters(graph, new Random(7));
    for (const expected of parameters) {
      const drawn = values.get(expected.name)!;
      // Five standard errors of the difference of two samples.
      const error = 5 / Math.sqrt(drawn.length);
      expect(deviationOf(drawn), expected.name).toBeGreaterThanOrEqual(expected.deviation * (1 - error));
      expect(deviationOf(drawn), expected.name).toBeLessThanOrEqual(expected.deviation * (1 + error));
      expect(Math.abs(meanOf(drawn) - expected.mean), expected.name).toBeLessThanOrEqual(
        expected.deviation * Math.SQRT2 * error + 1e-9,
      );
      // A uniform distribution ends at √3 deviations; of a thousand normal draws some lie beyond 2.5.
      if (drawn.length >= 1000 && expected.deviation > 0) {
        const isUniform = expected.largest / expected.deviation < 2;
        expect(largestOf(drawn) / deviationOf(drawn) < 2, expected.name).toBe(isUniform);
      }
    }
  });
});

describe('parameters that do not fit together', () => {
  it.each([
    ['vit', { width: 100, heads: 3 }, 'network-heads'],
    ['vit', { imageSize: 30, patchSize: 8 }, 'network-patch-size'],
    ['clip-text', { width: 100, heads: 7 }, 'network-heads'],
  ])('%s %j', (kind, config, code) => {
    const definition = networks.find((network) => network.kind === kind)!;
    const problems = definition.check!(definition.params.parse(config));
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});

function readJson(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, oracles), 'utf8'));
}

function decode({ elementType, data }: EncodedTensor): Float32Array | Int32Array {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64')).buffer;
  return elementType === 'float32' ? new Float32Array(bytes) : new Int32Array(bytes);
}

/** The counterpart of `weight` in test/oracle/networks.py. */
function weightOf({ name, shape }: Parameter): Float32Array {
  const count = elementCount(shape);
  let state = 2166136261;
  for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 16777619) >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    const value = state / 2 ** 31 - 1;
    if (name.endsWith('running_var')) return 1 + 0.5 * value;
    if (shape.length > 1) return value * Math.sqrt((3 * shape[0]!) / count);
    return (name.endsWith('weight') ? 1 : 0) + 0.3 * value;
  });
}

function meanOf(values: Float32Array | Int32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

function deviationOf(values: Float32Array | Int32Array): number {
  const mean = meanOf(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
}
