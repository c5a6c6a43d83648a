import { expect, it } from 'vitest';
import { measureMatrices, resultOf, useKernels, valueOf, type MeasureOptions } from '../measureMatrices.ts';
import { cones } from '../useRuns.ts';

const kernels = useKernels();
const [image, text] = Object.values(cones());

async function lossOf(logitScales: MeasureOptions['logitScales'], temperature?: number) {
  const results = await measureMatrices(
    kernels,
    { image: image!, text: text! },
    {
      logitScales: logitScales ?? null,
      metrics: [{ kind: 'contrastive-loss', ...(temperature !== undefined && { temperature }) }],
    },
  );
  const query = [results, 'contrastive-loss', ['image', 'text'], { direction: 'symmetric' }] as const;
  return { loss: valueOf(...query), temperature: resultOf(...query).parameters['temperature'] };
}

it.each([
  ['the one that both encoders learned', [20, 20], 1 / 20],
  ['that of CLIP where they learned different ones', [20, 30], 0.01],
  ['that of CLIP where only one tells', [20, null], 0.01],
  ['that of CLIP where neither tells', [null, null], 0.01],
  ['that of CLIP where there are no encoders', null, 0.01],
] as const)('the temperature is %s', async (_, logitScales, temperature) => {
  const found = await lossOf(logitScales);
  expect(found).toEqual(await lossOf(null, temperature));
  expect(found.temperature).toBe(temperature);
});

it('the temperature that is asked for wins over the learned one', async () => {
  const found = await lossOf([20, 20], 0.5);
  expect(found).toEqual(await lossOf(null, 0.5));
  expect(found.loss).not.toBeCloseTo((await lossOf([20, 20])).loss, 3);
});
