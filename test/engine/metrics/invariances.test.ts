import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matrix, takeRows, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import type { MeasuredResult } from '../measureMatrices.ts';
import { listOf, measureMatrices, useKernels, valueOf } from '../measureMatrices.ts';
import { pairedCones } from '../pairedCones.ts';

const kernels = useKernels();

const shapes = fc.record({
  seed: fc.nat(),
  rows: fc.integer({ min: 6, max: 40 }),
  columns: fc.integer({ min: 3, max: 20 }),
  width: fc.constantFrom(0.05, 1, 4),
});

/** Reproducible: a draw of nearly tied cosines would otherwise now and then move a rank. */
const runs = { seed: 11, numRuns: 5 };

const pair = (seed: number, shape: { rows: number; columns: number; width: number }) =>
  pairedCones(seed, ['image', 'text'], shape);

function mapRows(m: Matrix, change: (row: Float32Array, index: number) => ArrayLike<number>): Matrix {
  const changed = matrix(m.rows, m.columns);
  for (let r = 0; r < m.rows; r++) {
    changed.data.set(change(m.data.subarray(r * m.columns, (r + 1) * m.columns), r), r * m.columns);
  }
  return changed;
}

/** An orthogonal map: as many random reflections (Householder) as there are columns. */
function randomRotation(random: Random, columns: number): (row: ArrayLike<number>) => number[] {
  const mirrors = Array.from({ length: columns }, () => {
    const normal = Array.from({ length: columns }, () => random.normal());
    const length = Math.hypot(...normal);
    return normal.map((entry) => entry / length);
  });
  return (row) =>
    mirrors.reduce((turned, mirror) => {
      const along = turned.reduce((sum, value, k) => sum + value * mirror[k]!, 0);
      return turned.map((value, k) => value - 2 * along * mirror[k]!);
    }, Array.from(row));
}

const ofCoordinates = new Set(['gap-vector', 'gap-dimension-shares', 'gap-dimension-concentration']);

/** Values agree within what float32 leaves open; histograms, whose bins float32 may choose otherwise, in their sums. */
function expectSameValues(
  found: readonly MeasuredResult[],
  expected: readonly MeasuredResult[],
  leaveOut: ReadonlySet<string> = new Set(),
): void {
  expect(found.map(({ metric }) => metric)).toEqual(expected.map(({ metric }) => metric));
  for (const [i, result] of found.entries()) {
    const other = expected[i]!;
    if (leaveOut.has(result.metric)) continue;
    expect(result.modalities).toEqual(other.modalities);
    if (result.metric.endsWith('-histogram')) {
      expect(sum(result.value)).toBe(sum(other.value));
    } else if (result.metric === 'solid-angle-fraction') {
      expectNear(Math.log10(Number(result.value)), Math.log10(Number(other.value)), 1e-4, result.metric);
    } else {
      const width = Number(other.parameters['resolution'] ?? 0);
      [result.value].flat().forEach((value, k) => {
        expectNear(value, [other.value].flat()[k]!, 2 * width + 5e-6, result.metric);
      });
    }
  }
}

function sum(values: number | readonly number[]): number {
  return [values].flat().reduce((total, value) => total + value, 0);
}

function expectNear(found: number, expected: number, tolerance: number, what: string): void {
  const scale = Math.max(1, Math.abs(expected));
  expect(Math.abs(found - expected) / scale, `${what}: ${found}, ${expected}`).toBeLessThan(tolerance);
}

describe('metrics do not change', () => {
  it('under a rotation of all embeddings, except those of single dimensions', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const { image, text } = pair(seed, shape);
        const rotate = randomRotation(new Random(seed).stream('rotation'), shape.columns);
        const before = await measureMatrices(kernels, { image, text });
        const after = await measureMatrices(kernels, {
          image: mapRows(image, rotate),
          text: mapRows(text, rotate),
        });
        expectSameValues(after, before, ofCoordinates);
        const gap = rotate(listOf(before, 'gap-vector', ['image', 'text']));
        listOf(after, 'gap-vector', ['image', 'text']).forEach((entry, k) => {
          expectNear(entry, gap[k]!, 1e-6, 'gap-vector');
        });
      }),
      runs,
    ));

  it('under another order of the pairs', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const { image, text } = pair(seed, shape);
        const order = new Random(seed).shuffle(Uint32Array.from({ length: shape.rows }, (_, i) => i));
        const before = await measureMatrices(kernels, { image, text });
        const after = await measureMatrices(kernels, {
          image: takeRows(image, order),
          text: takeRows(text, order),
        });
        expectSameValues(after, before);
      }),
      runs,
    ));

  it('under another length of any row: to the bit where it is a power of two', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const { image, text } = pair(seed, shape);
        const random = new Random(seed);
        const scaled = (byPower: boolean): Matrix =>
          mapRows(image, (row) => {
            const scale = byPower ? 2 ** random.integer(-20, 20) : 0.01 + 100 * random.uniform();
            return row.map((value) => value * scale);
          });
        const before = await measureMatrices(kernels, { image, text });
        expect(await measureMatrices(kernels, { image: scaled(true), text })).toEqual(before);
        expectSameValues(await measureMatrices(kernels, { image: scaled(false), text }), before);
      }),
      runs,
    ));
});

describe('exchanging the modalities', () => {
  it('turns the gap vector round, swaps the ways of retrieval, and changes no distance', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const { image, text } = pair(seed, shape);
        const before = await measureMatrices(kernels, { image, text });
        const after = await measureMatrices(kernels, { text, image });
        const there = ['image', 'text'];
        const back = ['text', 'image'];
        for (const metric of [
          'gap-distance',
          'centroid-cosine',
          'normalized-gap',
          'relative-modality-gap',
          'matched-distance',
          'matched-cosine',
          'mismatched-cosine',
          'gap-dimension-concentration',
        ]) {
          expectNear(valueOf(after, metric, back), valueOf(before, metric, there), 1e-12, metric);
        }
        listOf(after, 'gap-vector', back).forEach((entry, k) => {
          expect(entry).toBe(-listOf(before, 'gap-vector', there)[k]!);
        });
        for (const metric of ['recall-at-1', 'recall-at-5', 'recall-at-10']) {
          for (const way of [there, back]) {
            expect(valueOf(after, metric, way)).toBe(valueOf(before, metric, way));
          }
        }
        const loss = (results: readonly MeasuredResult[], direction: string, names: readonly string[]) =>
          valueOf(results, 'contrastive-loss', names, { direction });
        expectNear(loss(after, 'symmetric', back), loss(before, 'symmetric', there), 2e-5, 'symmetric loss');
        expectNear(
          loss(after, 'first-to-second', back),
          loss(before, 'second-to-first', back),
          2e-5,
          'directed loss',
        );
      }),
      runs,
    ));
});

describe('inequalities', () => {
  it('hold whatever the data', () =>
    fc.assert(
      fc.asyncProperty(shapes, async ({ seed, ...shape }) => {
        const results = await measureMatrices(kernels, pair(seed, shape));
        const names = ['image', 'text'];
        const of = (metric: string, modalities: readonly string[] = names) =>
          valueOf(results, metric, modalities);
        expect(of('gap-distance')).toBeLessThanOrEqual(of('matched-distance') + 1e-9);
        expect(of('recall-at-1')).toBeLessThanOrEqual(of('recall-at-5'));
        expect(of('recall-at-5')).toBeLessThanOrEqual(of('recall-at-10'));
        for (const name of names) {
          const mean = of('mean-cosine', [name]);
          const [min, max, std] = [
            of('min-cosine', [name]),
            of('max-cosine', [name]),
            of('std-cosine', [name]),
          ];
          expect(min).toBeLessThan(mean);
          expect(mean).toBeLessThan(max);
          // Bhatia & Davis: the variance is at most (max − mean)(mean − min).
          expect(std ** 2).toBeLessThanOrEqual((max - mean) * (mean - min) + 1e-7);
          const quantiles = listOf(results, 'cosine-quantiles', [name]);
          expect([...quantiles].sort((a, b) => a - b)).toEqual(quantiles);
          expect(quantiles[0]).toBeGreaterThanOrEqual(min);
          expect(quantiles.at(-1)).toBeLessThanOrEqual(max);
        }
        expect(sum(listOf(results, 'gap-dimension-shares', names))).toBeCloseTo(1, 12);
      }),
      runs,
    ));
});
