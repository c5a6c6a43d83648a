import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { row, type Matrix } from '../../../server/engine/numerics/matrix.ts';
import { useKernels, subjectsOf, type Embeddings } from '../measureMatrices.ts';
import { meanProduct, pairedCones } from '../pairedCones.ts';
import { describeShared, featurePair } from '../sharedData.ts';

const kernels = useKernels();

const rowsOf = (m: Matrix): number[][] => Array.from({ length: m.rows }, (_, r) => [...row(m, r)]);

/** ‖Δ‖² from the engine's means beside the same from all products of the unit rows it holds, in float64. */
async function bothSides(embeddings: Embeddings): Promise<{ direct: number; byProducts: number }> {
  const { pairs } = await subjectsOf(kernels, embeddings);
  const { gapVector, first, second } = pairs[0]!;
  const [x, y] = [rowsOf(first.rows), rowsOf(second.rows)];
  return {
    direct: gapVector.reduce((sum, entry) => sum + entry * entry, 0),
    byProducts: meanProduct(x, x) + meanProduct(y, y) - 2 * meanProduct(x, y),
  };
}

describe('‖Δ‖² = mean(XXᵀ) + mean(YYᵀ) − 2·mean(XYᵀ)', () => {
  it('on random data', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 2, max: 40 }),
        fc.integer({ min: 2, max: 30 }),
        fc.constantFrom(0.01, 1, 10),
        async (seed, rows, columns, width) => {
          const { direct, byProducts } = await bothSides(
            pairedCones(seed, ['image', 'text'], { rows, columns, width }),
          );
          expect(Math.abs(direct - byProducts)).toBeLessThan(1e-9);
        },
      ),
      { numRuns: 25 },
    ));

  describeShared('on CLIP features', () => {
    it('of 500 images and captions', async () => {
      const { direct, byProducts } = await bothSides(await featurePair('clip'));
      expect(Math.abs(direct - byProducts)).toBeLessThan(1e-9);
      expect(direct).toBeCloseTo(0.8513518694360871 ** 2, 6);
    });
  });
});
