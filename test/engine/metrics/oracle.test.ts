import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { matrix, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import type { MeasuredResult } from '../measureMatrices.ts';
import { listOf, measureMatrices, resultOf, useKernels, valueOf } from '../measureMatrices.ts';

interface LossOracle {
  readonly temperature: number;
  readonly batchSize: number | 'full';
  readonly rows: number;
  readonly symmetric: number;
  readonly 'first-to-second': number;
  readonly 'second-to-first': number;
}

interface Case {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly relevance: { readonly shared: string; readonly groups: readonly number[] } | null;
  /** float32, little-endian, base64. */
  readonly embeddings: Readonly<Record<string, string>>;
  readonly modalities: Readonly<
    Record<
      string,
      Record<(typeof modalityMetrics | typeof extremes)[number], number> & {
        readonly quantiles: {
          readonly probabilities: readonly number[];
          readonly values: readonly number[];
        };
        readonly solidAngleLog10: number;
        readonly pairs: number;
      }
    >
  >;
  readonly pairs: readonly (Record<(typeof pairMetrics)[number], number> & {
    readonly modalities: readonly [string, string];
    readonly 'gap-vector': readonly number[];
    readonly 'gap-dimension-shares': readonly number[];
    readonly 'gap-dimension-concentration': Readonly<Record<string, number>>;
    readonly largestTwo: number;
    readonly mismatchedPairs: number;
    readonly mismatchedRange: readonly [number, number];
    readonly matchedRange: readonly [number, number];
    readonly losses: readonly LossOracle[];
    readonly firstToSecond: Readonly<Record<string, number>>;
    readonly secondToFirst: Readonly<Record<string, number>>;
  })[];
}

const modalityMetrics = ['mean-cosine', 'std-cosine', 'mean-resultant-length'] as const;
const extremes = ['min-cosine', 'max-cosine'] as const;
const pairMetrics = [
  'gap-distance',
  'centroid-cosine',
  'normalized-gap',
  'relative-modality-gap',
  'matched-distance',
  'matched-cosine',
  'mismatched-cosine',
] as const;
const lossDirections = ['symmetric', 'first-to-second', 'second-to-first'] as const;

const oracle = JSON.parse(
  readFileSync(new URL('../../oracle/metrics.json', import.meta.url), 'utf8'),
) as unknown as { readonly cases: readonly Case[] };
const kernels = useKernels();

/** What rounding the rows and products to float32 does to a cosine; a mean of many it hardly changes. */
const float32Error = 2e-7;

function expectClose(found: number, expected: number, what: string, absolute = 1e-8): void {
  const tolerance = Math.max(1e-6 * Math.abs(expected), absolute);
  const message = `${what}: ${found}, expected ${expected}`;
  expect(Math.abs(found - expected), message).toBeLessThan(tolerance);
}

function decode(base64: string, rows: number, columns: number): Matrix {
  const bytes = Buffer.from(base64, 'base64');
  const values = Float32Array.from({ length: rows * columns }, (_, i) => bytes.readFloatLE(4 * i));
  return matrix(rows, columns, values);
}

function measureCase(
  { embeddings, rows, columns, relevance }: Case,
  metrics: Parameters<typeof measureMatrices>[2],
) {
  const matrices = Object.fromEntries(
    Object.entries(embeddings).map(([name, base64]) => [name, decode(base64, rows, columns)]),
  );
  const facts =
    relevance === null
      ? {}
      : { relevance: { shared: relevance.shared, groups: Int32Array.from(relevance.groups) } };
  return measureMatrices(kernels, matrices, { facts, ...metrics });
}

describe.each(oracle.cases)('metrics of $name, against numpy', (example) => {
  const measured = measureCase(example, {});
  const forModalities = (check: (results: readonly MeasuredResult[], name: string) => void) => async () => {
    const results = await measured;
    for (const name of Object.keys(example.modalities)) check(results, name);
  };
  const forPairs =
    (check: (results: readonly MeasuredResult[], pair: Case['pairs'][number]) => void) => async () => {
      const results = await measured;
      for (const pair of example.pairs) check(results, pair);
    };

  it.each(modalityMetrics)('%s', (metric) =>
    forModalities((results, name) => {
      expectClose(valueOf(results, metric, [name]), example.modalities[name]![metric], name);
    })(),
  );

  it.each(extremes)('%s', (metric) =>
    forModalities((results, name) => {
      const expected = example.modalities[name]![metric];
      expectClose(valueOf(results, metric, [name]), expected, name, float32Error);
    })(),
  );

  it(
    'solid-angle-fraction, by its logarithm',
    forModalities((results, name) => {
      const { value, parameters } = resultOf(results, 'solid-angle-fraction', [name]);
      const expected = example.modalities[name]!.solidAngleLog10;
      expectClose(Number(parameters['log10']), expected, name);
      expectClose(Math.log10(Number(value)), expected, name);
    }),
  );

  it.each(pairMetrics)('%s', (metric) =>
    forPairs((results, pair) => {
      expectClose(valueOf(results, metric, pair.modalities), pair[metric], pair.modalities.join());
    })(),
  );

  it(
    'cosine-quantiles, to the resolution that they state',
    forModalities((results, name) => {
      const { quantiles } = example.modalities[name]!;
      const found = resultOf(results, 'cosine-quantiles', [name]);
      expect(found.parameters['probabilities']).toEqual(quantiles.probabilities);
      const resolution = Number(found.parameters['resolution']);
      expect(resolution).toBeLessThan(2e-4);
      for (const [i, value] of listOf(results, 'cosine-quantiles', [name]).entries()) {
        expect(Math.abs(value - quantiles.values[i]!)).toBeLessThan(resolution + float32Error);
      }
    }),
  );

  it(
    'histograms hold every pair once, over the range of the cosines',
    forPairs((results, pair) => {
      const expectHistogram = (
        metric: string,
        names: readonly string[],
        count: number,
        range: readonly [number, number],
      ) => {
        const { parameters } = resultOf(results, metric, names);
        const counts = listOf(results, metric, names);
        const [low, high] = [Number(parameters['low']), Number(parameters['high'])];
        const width = (high - low) / counts.length;
        expect(counts.reduce((sum, value) => sum + value, 0)).toBe(count);
        expect(counts.length).toBeLessThanOrEqual(200);
        expect(low).toBeLessThanOrEqual(range[0] + float32Error);
        expect(low).toBeGreaterThan(range[0] - width - float32Error);
        expect(high).toBeGreaterThanOrEqual(range[1] - float32Error);
        expect(high).toBeLessThan(range[1] + width + float32Error);
      };
      for (const name of pair.modalities) {
        const own = example.modalities[name]!;
        expectHistogram('cosine-histogram', [name], own.pairs, [own['min-cosine'], own['max-cosine']]);
      }
      expectHistogram('cross-cosine-histogram', pair.modalities, pair.mismatchedPairs, pair.mismatchedRange);
      expectHistogram('matched-cosine-histogram', pair.modalities, example.rows, pair.matchedRange);
    }),
  );

  it(
    'gap-vector and gap-dimension-shares',
    forPairs((results, pair) => {
      for (const metric of ['gap-vector', 'gap-dimension-shares'] as const) {
        const found = listOf(results, metric, pair.modalities);
        const largest = Math.max(...pair[metric].map(Math.abs));
        expect(found).toHaveLength(example.columns);
        found.forEach((value, k) => {
          expect(Math.abs(value - pair[metric][k]!) / largest).toBeLessThan(1e-6);
        });
      }
    }),
  );

  it('gap-dimension-concentration', async () => {
    const shares = Object.keys(example.pairs[0]!['gap-dimension-concentration']).map(Number);
    const results = await measureCase(example, {
      metrics: shares.map((share) => ({ kind: 'gap-dimension-concentration', share })),
    });
    for (const pair of example.pairs) {
      for (const share of shares) {
        const found = resultOf(results, 'gap-dimension-concentration', pair.modalities, { share });
        expect(found.value).toBe(pair['gap-dimension-concentration'][String(share)]);
        expectClose(Number(found.parameters['largestTwo']), pair.largestTwo, 'largestTwo');
      }
    }
  });

  it('contrastive-loss, at each temperature and batch size', async () => {
    const settings = example.pairs[0]!.losses.map(({ temperature, batchSize }) => ({
      temperature,
      batchSize,
    }));
    const results = await measureCase(example, {
      metrics: settings.map((setting) => ({ kind: 'contrastive-loss', ...setting })),
    });
    for (const { modalities, losses } of example.pairs) {
      for (const { temperature, batchSize, rows, ...byDirection } of losses) {
        for (const direction of lossDirections) {
          const found = resultOf(
            results,
            'contrastive-loss',
            direction === 'second-to-first' ? [...modalities].reverse() : modalities,
            { temperature, batchSize, direction },
          );
          expect(found.parameters['rows']).toBe(rows);
          // Logits are cosines in float32, within 1e-7, over the temperature.
          const tolerance = 1e-6 * Math.max(1, 0.1 / temperature);
          expect(Math.abs(Number(found.value) - byDirection[direction])).toBeLessThan(tolerance);
        }
      }
    }
  });

  it.each(['recall-at-1', 'recall-at-5', 'recall-at-10'])('%s, both ways', (metric) =>
    forPairs((results, { modalities, firstToSecond, secondToFirst }) => {
      expect(valueOf(results, metric, modalities)).toBeCloseTo(firstToSecond[metric]!, 12);
      expect(valueOf(results, metric, [...modalities].reverse())).toBeCloseTo(secondToFirst[metric]!, 12);
    })(),
  );

  it(
    'intervals contain the value',
    forPairs((results) => {
      const intervals = results.filter(({ interval }) => interval !== null);
      expect(intervals.length).toBeGreaterThan(10);
      for (const { metric, value, interval } of intervals) {
        expect(interval!.low, metric).toBeLessThanOrEqual(Number(value));
        expect(interval!.high, metric).toBeGreaterThanOrEqual(Number(value));
      }
    }),
  );
});
