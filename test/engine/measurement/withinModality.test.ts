import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cosinesWithin } from '../../../server/engine/measurement/withinModality.ts';
import { useKernels } from '../measureMatrices.ts';
import { matrixOf, pairedCones, unitRows } from '../pairedCones.ts';

const kernels = useKernels();

it('cosines within a modality hold each pair of different rows once, in tiles of any size', () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 1, max: 45 }),
      async (seed, rows, size) => {
        const { image } = pairedCones(seed, ['image'], { rows, columns: 5 });
        const units = unitRows(image);
        const expected = units.flatMap((a, i) =>
          units.slice(i + 1).map((b) => a.reduce((sum, value, k) => sum + value * b[k]!, 0)),
        );
        const found = await cosinesWithin(kernels, matrixOf(units), { size });
        expect(found.count).toBe((rows * (rows - 1)) / 2);
        expect(found.min).toBeCloseTo(Math.min(...expected), 6);
        expect(found.max).toBeCloseTo(Math.max(...expected), 6);
        const mean = expected.reduce((sum, value) => sum + value, 0) / expected.length;
        expect(found.moments.mean).toBeCloseTo(mean, 6);
        const squares = expected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / expected.length;
        expect(found.moments.deviation).toBeCloseTo(Math.sqrt(squares), 6);
      },
    ),
    { numRuns: 40 },
  ));
