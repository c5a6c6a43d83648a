import { describe, expect, it } from 'vitest';
import { rowRange, takeRows } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import type { MeasuredResult } from '../measureMatrices.ts';
import { cases } from '../../thoroughness.ts';
import { measureMatrices, resultOf, useKernels } from '../measureMatrices.ts';
import { pairedCones } from '../pairedCones.ts';

const kernels = useKernels();
const names = ['image', 'text'];
const metrics = [
  'matched-cosine',
  'gap-distance',
  'matched-distance',
  'mismatched-cosine',
  'centroid-cosine',
  'relative-modality-gap',
  'normalized-gap',
] as const;
const ofModality = ['mean-cosine', 'mean-resultant-length'] as const;
const every = [...metrics, ...ofModality];
const namesOf = (metric: string) =>
  [...ofModality, 'std-cosine'].some((kind) => kind === metric) ? ['image'] : names;

function intervalOf(results: readonly MeasuredResult[], metric: string) {
  const { value, interval } = resultOf(results, metric, namesOf(metric));
  return { value: Number(value), ...interval! };
}

describe('bootstrap intervals', () => {
  /** Share of samples of 60 rows, drawn from a population, whose interval holds the population's value. */
  async function coverage(covering: readonly string[], samples: number): Promise<Map<string, number>> {
    const population = pairedCones(1, ['image', 'text'], { rows: 20_000, columns: 6, width: 1 });
    const truth = await measureMatrices(kernels, population, { metrics: covering, pairRows: 3000 });
    const random = new Random(31);
    const covered = new Map(covering.map((metric) => [metric, 0]));
    for (let s = 0; s < samples; s++) {
      const rows = random.choose(20_000, 60);
      const sample = { image: takeRows(population.image, rows), text: takeRows(population.text, rows) };
      const results = await measureMatrices(kernels, sample, { metrics: covering, seed: s });
      for (const metric of covering) {
        const { low, high } = intervalOf(results, metric);
        const { value } = intervalOf(truth, metric);
        if (low <= value && value <= high) covered.set(metric, covered.get(metric)! + 1 / samples);
      }
    }
    return covered;
  }

  it('hold the true value of a population in about 95 of 100 samples of it', async () => {
    const covered = await coverage(
      ['matched-cosine', 'gap-distance', 'relative-modality-gap', 'mean-cosine'],
      cases(100, 200),
    );
    for (const [metric, share] of covered) {
      expect(share, metric).toBeGreaterThanOrEqual(0.9);
      expect(share, metric).toBeLessThanOrEqual(0.98);
    }
  });

  it('of a deviation hold it somewhat less often in samples this small', async () => {
    const share = (await coverage(['std-cosine'], cases(50, 200))).get('std-cosine')!;
    expect(share).toBeGreaterThanOrEqual(0.86);
    expect(share).toBeLessThanOrEqual(0.99);
  });

  it('contain the estimate, at the level and by the resamples they name', async () => {
    const sample = pairedCones(4, ['image', 'text'], { rows: 80, columns: 10 });
    const results = await measureMatrices(kernels, sample);
    const intervals = results.filter(({ interval }) => interval !== null);
    expect(new Set(intervals.map(({ metric }) => metric))).toEqual(
      new Set([...every, 'std-cosine', 'contrastive-loss', 'recall-at-1', 'recall-at-5', 'recall-at-10']),
    );
    for (const { metric, value, interval } of intervals) {
      expect(interval, metric).toMatchObject({
        level: 0.95,
        resamples: metric === 'std-cosine' ? 200 : 1000,
      });
      expect(interval!.low, metric).toBeLessThanOrEqual(Number(value));
      expect(interval!.high, metric).toBeGreaterThanOrEqual(Number(value));
      expect(interval!.high, metric).toBeGreaterThan(interval!.low);
    }
  });

  it('are the same under the same seed, whatever else is measured', async () => {
    const sample = pairedCones(5, ['image', 'text'], { rows: 50, columns: 6 });
    const all = await measureMatrices(kernels, sample, { seed: 3 });
    const alone = await measureMatrices(kernels, sample, { seed: 3, metrics: ['gap-distance'] });
    const other = await measureMatrices(kernels, sample, { seed: 4, metrics: ['gap-distance'] });
    expect(intervalOf(alone, 'gap-distance')).toEqual(intervalOf(all, 'gap-distance'));
    expect(intervalOf(other, 'gap-distance')).not.toEqual(intervalOf(all, 'gap-distance'));
  });

  it('narrow with the square root of the number of rows', async () => {
    const { image, text } = pairedCones(6, ['image', 'text'], { rows: 1600, columns: 6 });
    const width = async (rows: number) => {
      const sample = { image: rowRange(image, 0, rows), text: rowRange(text, 0, rows) };
      const { low, high } = intervalOf(
        await measureMatrices(kernels, sample, { metrics: every }),
        'matched-cosine',
      );
      return high - low;
    };
    const ratio = (await width(100)) / (await width(1600));
    expect(ratio).toBeGreaterThan(3.2);
    expect(ratio).toBeLessThan(4.8);
  });

  it('from a sample of the rows are those of all rows, nearly', async () => {
    const sample = pairedCones(7, ['image', 'text'], { rows: 1200, columns: 8 });
    const full = await measureMatrices(kernels, sample, { metrics: every });
    const sampled = await measureMatrices(kernels, sample, { metrics: every, pairRows: 400 });
    for (const metric of every) {
      const [all, some] = [intervalOf(full, metric), intervalOf(sampled, metric)];
      expect(some.value).toBe(all.value);
      const width = all.high - all.low;
      expect((some.high - some.low) / width, metric).toBeGreaterThan(0.75);
      expect((some.high - some.low) / width, metric).toBeLessThan(1.35);
      expect(Math.abs(some.low - all.low) / width, metric).toBeLessThan(0.25);
      expect(Math.abs(some.high - all.high) / width, metric).toBeLessThan(0.25);
      expect(some.method).toContain('sampled rows');
      expect(all.method).not.toContain('sampled rows');
    }
  });

  it('draw items that rows share together: captions of one image tell less than those of many', async () => {
    const { image, text } = pairedCones(8, ['image', 'text'], { rows: 20, columns: 6, common: 0.1 });
    // Ten captions an image, all the same: there are only twenty independent pairs.
    const rows = Array.from({ length: 200 }, (_, row) => row % 20);
    const repeated = { image: takeRows(image, rows), text: takeRows(text, rows) };
    const facts = { relevance: { shared: 'image', groups: Int32Array.from(rows) } };
    const options = { metrics: ['matched-cosine', 'gap-distance', 'mean-resultant-length', 'recall-at-10'] };
    const single = await measureMatrices(kernels, { image, text }, options);
    const asGroups = await measureMatrices(kernels, repeated, { facts, ...options });
    const asRows = await measureMatrices(kernels, repeated, { repeatedRows: 'separate', ...options });
    const width = (results: readonly MeasuredResult[], metric: string, modalities: readonly string[]) => {
      const { interval } = resultOf(results, metric, modalities);
      return interval!.high - interval!.low;
    };
    for (const [metric, modalities] of [
      ['matched-cosine', names],
      ['gap-distance', names],
      ['mean-resultant-length', ['image']],
      ['mean-resultant-length', ['text']],
      ['recall-at-10', ['text', 'image']],
    ] as const) {
      const independent = width(single, metric, modalities);
      expect(width(asGroups, metric, modalities) / independent, metric).toBeGreaterThan(0.8);
      expect(width(asGroups, metric, modalities) / independent, metric).toBeLessThan(1.2);
      if (metric !== 'recall-at-10') {
        expect(width(asRows, metric, modalities) / independent, metric).toBeLessThan(0.5);
      }
    }
  });

  it.each([
    ['all rows', 10],
    ['a subset of the rows', 100],
  ])('of a deviation draw such items together too, weighing %s', async (_, captions) => {
    const { image, text } = pairedCones(8, ['image', 'text'], { rows: 20, columns: 6, common: 0.1 });
    const rows = Array.from({ length: 20 * captions }, (_value, row) => row % 20);
    const repeated = { image: takeRows(image, rows), text: takeRows(text, rows) };
    const facts = { relevance: { shared: 'image', groups: Int32Array.from(rows) } };
    const options = { metrics: ['std-cosine'] };
    const single = await measureMatrices(kernels, { image, text }, options);
    const asGroups = await measureMatrices(kernels, repeated, { facts, ...options });
    const asRows = await measureMatrices(kernels, repeated, { repeatedRows: 'separate', ...options });
    const intervalIn = (results: readonly MeasuredResult[], modality: string) => {
      const { value, interval } = resultOf(results, 'std-cosine', [modality]);
      return { value: Number(value), width: interval!.high - interval!.low, ...interval! };
    };
    expect(intervalIn(asGroups, 'image')).toEqual(intervalIn(single, 'image'));
    const [independent, grouped] = [intervalIn(single, 'text'), intervalIn(asGroups, 'text')];
    expect(grouped.width / independent.width).toBeGreaterThan(0.75);
    expect(grouped.width / independent.width).toBeLessThan(1.25);
    expect(grouped.low).toBeLessThan(grouped.value);
    expect(grouped.high).toBeGreaterThan(grouped.value);
    expect(intervalIn(asRows, 'text').width / independent.width).toBeLessThan(0.5);
  });

  it('of a mean cosine leave out copies of a unit, and nothing else of what was drawn', async () => {
    const [images, captions] = [20, 10];
    const { image, text } = pairedCones(3, ['image', 'text'], { rows: images, columns: 8 });
    const rows = Array.from({ length: images * captions }, (_value, row) => row % images);
    const repeated = { image: takeRows(image, rows), text: takeRows(text, rows) };
    const facts = { relevance: { shared: 'image', groups: Int32Array.from(rows) } };
    const options = { metrics: ['mean-cosine'] };
    const single = resultOf(await measureMatrices(kernels, { image, text }, options), 'mean-cosine', [
      'text',
    ]);
    const grouped = resultOf(await measureMatrices(kernels, repeated, { facts, ...options }), 'mean-cosine', [
      'text',
    ]);
    // Every caption stands ten times: pairs of its copies have cosine 1, all others are those of the single captions.
    const all = images * captions;
    const equal = (captions - 1) / (all - 1);
    const expected = (cosine: number) => equal + (1 - equal) * cosine;
    expect(Number(grouped.value)).toBeCloseTo(expected(Number(single.value)), 6);
    const width = single.interval!.high - single.interval!.low;
    expect(Math.abs(grouped.interval!.low - expected(single.interval!.low)) / width).toBeLessThan(0.1);
    expect(Math.abs(grouped.interval!.high - expected(single.interval!.high)) / width).toBeLessThan(0.1);
  });

  it('of a deviation are no narrower where only some units, or some rows of each, are weighed', async () => {
    const { image, text } = pairedCones(11, ['image', 'text'], { rows: 3000, columns: 6 });
    const width = async (groupSize: number) => {
      const groups = Int32Array.from({ length: 3000 }, (_, row) => Math.floor(row / groupSize));
      const images = takeRows(
        image,
        groups.map((group) => group * groupSize),
      );
      const facts = { relevance: { shared: 'image', groups } };
      const options = { metrics: ['std-cosine'], facts };
      const results = await measureMatrices(kernels, { image: images, text }, options);
      const { interval } = resultOf(results, 'std-cosine', ['text']);
      return interval!.high - interval!.low;
    };
    // Captions here are as unlike within a group as between groups: which rows are drawn together is all the same.
    const independent = await width(1);
    expect((await width(3)) / independent).toBeGreaterThan(0.8);
    expect((await width(3)) / independent).toBeLessThan(1.25);
    // Of groups of 50, sixteen rows each are weighed: at worst as uncertain as sixteen.
    expect((await width(50)) / independent).toBeGreaterThan(0.8);
    expect((await width(50)) / independent).toBeLessThan(1.25 * Math.sqrt(50 / 16));
  });

  it('are absent where a resample leaves the value undefined', async () => {
    const two = pairedCones(9, ['image', 'text'], { rows: 2, columns: 4 });
    const results = await measureMatrices(kernels, two);
    expect(resultOf(results, 'mean-cosine', ['image']).interval).toBeNull();
    expect(resultOf(results, 'relative-modality-gap', names).interval).toBeNull();
    const { interval } = resultOf(results, 'gap-distance', names);
    expect(Number.isFinite(interval?.low) && Number.isFinite(interval?.high)).toBe(true);
  });
});
