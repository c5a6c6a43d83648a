import { describe, expect, it } from 'vitest';
import { matrix } from '../../../server/engine/numerics/matrix.ts';
import { Random } from '../../../server/engine/numerics/random.ts';
import { listOf, measureMatrices, resultOf, useKernels, valueOf } from '../measureMatrices.ts';
import { matrixOf } from '../pairedCones.ts';

const kernels = useKernels();
const names = ['image', 'text'];

describe('metrics of figures that can be worked out by hand', () => {
  it('the corners of a cross-polytope: no cone, no gap', async () => {
    const corners = matrixOf([
      [1, 0, 0],
      [-1, 0, 0],
      [0, 2, 0],
      [0, -2, 0],
      [0, 0, 3],
      [0, 0, -3],
    ]);
    const results = await measureMatrices(kernels, { image: corners, text: corners });
    const of = (metric: string) => valueOf(results, metric, ['image']);
    // Each corner has one at −1 and four at right angles.
    expect(of('mean-cosine')).toBeCloseTo(-1 / 5, 12);
    expect(of('min-cosine')).toBe(-1);
    expect(of('max-cosine')).toBe(0);
    expect(of('std-cosine')).toBeCloseTo(2 / 5, 7);
    expect(of('mean-resultant-length')).toBe(0);
    expect(valueOf(results, 'gap-distance', names)).toBe(0);
    expect(valueOf(results, 'matched-cosine', names)).toBe(1);
    expect(valueOf(results, 'matched-distance', names)).toBe(0);
    expect(valueOf(results, 'relative-modality-gap', names)).toBe(0);
  });

  it('two opposite points: the largest gap there is', async () => {
    const results = await measureMatrices(kernels, {
      image: matrixOf(Array.from({ length: 5 }, () => [0, 0, 4])),
      text: matrixOf(Array.from({ length: 5 }, () => [0, 0, -1])),
    });
    expect(valueOf(results, 'gap-distance', names)).toBe(2);
    expect(listOf(results, 'gap-vector', names)).toEqual([0, 0, 2]);
    expect(listOf(results, 'gap-dimension-shares', names)).toEqual([0, 0, 1]);
    expect(valueOf(results, 'gap-dimension-concentration', names)).toBe(1);
    expect(valueOf(results, 'centroid-cosine', names)).toBe(-1);
    expect(valueOf(results, 'matched-distance', names)).toBe(2);
    expect(valueOf(results, 'relative-modality-gap', names)).toBe(1);
    expect(valueOf(results, 'mean-cosine', ['image'])).toBe(1);
    expect(valueOf(results, 'solid-angle-fraction', ['image'])).toBe(0);
    expect(valueOf(results, 'contrastive-loss', names, { direction: 'symmetric' })).toBeCloseTo(
      Math.log(5),
      5,
    );
    // The modalities have no radius to measure the gap by.
    expect(valueOf(results, 'normalized-gap', names)).toBeNaN();
  });

  it.each([2, 3, 7, 50, 512])(
    'points without a radius, in %i dimensions: no normalized gap',
    async (columns) => {
      const random = new Random(columns);
      const point = () => {
        const values = random.fillNormal(new Float32Array(columns));
        return matrix(
          30,
          columns,
          Float32Array.from({ length: 30 * columns }, (_, i) => values[i % columns]!),
        );
      };
      const results = await measureMatrices(kernels, { image: point(), text: point() });
      expect(valueOf(results, 'normalized-gap', names)).toBeNaN();
      expect(valueOf(results, 'std-cosine', ['image'])).toBeLessThan(1e-6);
    },
  );

  it('two pairs at right angles in the plane', async () => {
    const results = await measureMatrices(kernels, {
      image: matrixOf([
        [1, 0],
        [0, 1],
      ]),
      text: matrixOf([
        [1, 0],
        [0, -1],
      ]),
    });
    expect(listOf(results, 'gap-vector', names)).toEqual([0, 1]);
    expect(valueOf(results, 'matched-cosine', names)).toBe(0);
    expect(valueOf(results, 'mismatched-cosine', names)).toBe(0);
    expect(valueOf(results, 'matched-distance', names)).toBe(1);
    expect(valueOf(results, 'normalized-gap', names)).toBeCloseTo(Math.SQRT2, 12);
    expect(valueOf(results, 'centroid-cosine', names)).toBeCloseTo(0, 12);
    // Mean cosine 0: a cap of half-angle 45° holds a quarter of the circle.
    expect(valueOf(results, 'solid-angle-fraction', ['image'])).toBeCloseTo(1 / 4, 9);
    expect(resultOf(results, 'solid-angle-fraction', ['image']).parameters).toMatchObject({ dimension: 2 });
  });

  it('the paper’s 3-D cone of mean cosine .5: .0170 of the sphere, not 3.34 %', async () => {
    // Three vectors at 60° to one another.
    const results = await measureMatrices(kernels, {
      image: matrixOf([
        [1, 1, 0],
        [1, 0, 1],
        [0, 1, 1],
      ]),
    });
    const { value, parameters } = resultOf(results, 'solid-angle-fraction', ['image']);
    expect(parameters['halfAngleDegrees']).toBeCloseTo(30, 4);
    expect(value).toBeCloseTo((1 - Math.cos(Math.PI / 6)) / 2, 6);
  });
});
