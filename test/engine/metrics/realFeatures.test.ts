import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import type { MeasuredResult } from '../measureMatrices.ts';
import { listOf, measureMatrices, resultOf, useKernels, valueOf } from '../measureMatrices.ts';
import { describeShared, featurePair, sharedFile } from '../sharedData.ts';

interface ModelOracle {
  readonly n: number;
  readonly L2M: number;
  readonly L2I: number;
  readonly RMG: number;
  readonly centroid_cos: number;
  readonly mean_norms: readonly [number, number];
  readonly cos: {
    readonly within_x: number;
    readonly within_y: number;
    readonly matched: number;
    readonly mismatched: number;
  };
  readonly gap_over_rms_radius: number;
  readonly retrieval: Readonly<Record<string, number>>;
  readonly dim_gap: {
    readonly top: readonly number[];
    readonly top_abs: readonly number[];
    readonly share_top1: number;
    readonly share_top2: number;
    readonly share_top10: number;
    readonly dims_90: number;
  };
}

const pair = ['first', 'second'];
const kernels = useKernels();

describeShared('metrics of real features, against an independent computation', () => {
  for (const model of ['clip', 'convirt'] as const) {
    let results: readonly MeasuredResult[] = [];
    let oracle: ModelOracle;
    beforeAll(async () => {
      const text = readFileSync(sharedFile('reference/tables/metric_oracles.json'), 'utf8');
      oracle = (JSON.parse(text) as Record<typeof model, ModelOracle>)[model];
      // The independent computation takes every row for an item of its own.
      results = await measureMatrices(kernels, await featurePair(model), { repeatedRows: 'separate' });
    });

    it(`${model}: distances and cosines`, () => {
      const expected: [string, readonly string[], number][] = [
        ['gap-distance', pair, oracle.L2M],
        ['matched-distance', pair, oracle.L2I],
        ['relative-modality-gap', pair, oracle.RMG],
        ['centroid-cosine', pair, oracle.centroid_cos],
        ['normalized-gap', pair, oracle.gap_over_rms_radius],
        ['matched-cosine', pair, oracle.cos.matched],
        ['mismatched-cosine', pair, oracle.cos.mismatched],
        ['mean-cosine', ['first'], oracle.cos.within_x],
        ['mean-cosine', ['second'], oracle.cos.within_y],
        ['mean-resultant-length', ['first'], oracle.mean_norms[0]],
        ['mean-resultant-length', ['second'], oracle.mean_norms[1]],
      ];
      for (const [metric, names, value] of expected) {
        const found = valueOf(results, metric, names);
        expect(Math.abs(found - value), `${metric}: ${found}, ${value}`).toBeLessThan(2e-7);
      }
    });

    it(`${model}: retrieval`, () => {
      for (const k of [1, 5, 10]) {
        for (const [way, names] of [
          [`i2t_R@${k}`, pair],
          [`t2i_R@${k}`, [...pair].reverse()],
        ] as const) {
          const { value, parameters } = resultOf(results, `recall-at-${k}`, names);
          // Eleven percent of the X-ray reports are copies of another; the oracle counts strictly nearer answers.
          expect(parameters['tiesWon'] ?? value, way).toBe(oracle.retrieval[way]!);
        }
      }
    });

    it(`${model}: queries that are tied with a wrong answer`, () => {
      // By numpy in float64: wrong answers within 1e-6 of the right one.
      const tied = { clip: [undefined, 1], convirt: [87, 2] }[model];
      expect(
        [pair, [...pair].reverse()].map(
          (names) => resultOf(results, 'recall-at-5', names).parameters['tiedQueries'],
        ),
      ).toEqual(tied);
    });

    it(`${model}: the dimensions of the gap`, () => {
      const { top, top_abs: topAbsolute, ...shares } = oracle.dim_gap;
      const gap = listOf(results, 'gap-vector', pair);
      top.forEach((dimension, i) => {
        expect(Math.abs(gap[dimension]!)).toBeCloseTo(topAbsolute[i]!, 6);
      });
      const found = listOf(results, 'gap-dimension-shares', pair);
      const descending = [...found].sort((a, b) => b - a);
      const held = (count: number) => descending.slice(0, count).reduce((sum, share) => sum + share, 0);
      expect(found.indexOf(descending[0]!)).toBe(top[0]);
      expect(held(1)).toBeCloseTo(shares.share_top1, 6);
      expect(held(2)).toBeCloseTo(shares.share_top2, 6);
      expect(held(10)).toBeCloseTo(shares.share_top10, 6);
      const { value, parameters } = resultOf(results, 'gap-dimension-concentration', pair);
      expect(value).toBe(shares.dims_90);
      expect(parameters['largestTwo']).toBeCloseTo(shares.share_top2, 6);
    });
  }

  it.each([
    ['clip', 0.8514],
    ['clip_random', 1.1361],
    ['videoclip', 1.0669],
    ['videoclip_random', 0.9544],
    ['convirt', 0.8231],
    ['convirt_random', 1.403],
    ['clasp', 1.0447],
    ['clasp_random', 1.2893],
  ])('the gap distance of %s is %f', async (model, distance) => {
    const results = await measureMatrices(kernels, await featurePair(model), { metrics: ['gap-distance'] });
    expect(Number(valueOf(results, 'gap-distance', pair).toFixed(4))).toBe(distance);
  });
});
